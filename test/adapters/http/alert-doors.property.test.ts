// Owns the proof that nothing that a sender writes breaks a door: whatever it is, it is taken whole or refused with a sentence.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import type { Json } from '../../../src/core/values.ts'
import { alertsOf, group, grouped, openAlertDoor, postJson } from './alerts.ts'
import { azureAlert } from './azure-alert.ts'
import type { Door } from './door.ts'

const incident = { id: 'P1', title: 'x', created_at: '2026-01-01T00:00:00Z', service: { summary: 'Shop' }, body: {} }
const event = { id: 'e', event_type: 'incident.triggered', occurred_at: '2026-01-01T00:00:00Z', data: incident }
const right = {
  alertmanager: group([grouped(), grouped({ fingerprint: 'b' })]),
  grafana: group([grouped()], { version: '1', orgId: 1 }),
  pagerduty: { event },
  'azure-monitor': azureAlert(),
}
const signature = (text: string): string => `v1=${createHmac('sha256', 'pd').update(text).digest('hex')}`

/** Every place in a JSON value. */
function placesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, each]) => placesIn(each, [...path, key]))]
}

const replaced = (value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown => {
  if (key === undefined) return by
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>
  copy[key] = replaced(copy[key], rest, by)
  return copy
}

describe('the doors for alerts', () => {
  let door: Door
  before(async () => {
    door = await openAlertDoor({
      alertmanager: { bearer: 'token' },
      grafana: { bearer: 'token' },
      pagerduty: { secrets: ['pd'] },
      'azure-monitor': { token: 'token' },
    })
  })
  after(async () => door.close())

  const send = async (name: string, body: unknown): Promise<number> => {
    const text = JSON.stringify(body)
    const headers = { authorization: 'Bearer token', 'x-pagerduty-signature': signature(text) }
    const answer = await postJson(door, `/api/events/${name}?token=token`, text, headers)
    await answer.arrayBuffer()
    return answer.status
  }

  for (const [name, whole] of Object.entries(right)) {
    it(`take what ${name} sends, with anything in the place of any part, or refuse it with 400`, async () => {
      assert.equal(await send(name, whole), 202)
      const anything = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary', maxLength: 600 }), fc.date().map(String))
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...placesIn(whole)), anything, async (place, value) => {
          const status = await send(name, replaced(whole, place, value))
          assert.ok(status === 202 || status === 400, `${status} for ${JSON.stringify(value)} at ${place.join('/')}`)
        }),
        { numRuns: 150 },
      )
    })
  }

  it('hand on nothing but bounded, plain JSON', () => {
    assert.ok(door.deliveries.length > 100)
    for (const alert of alertsOf(door)) {
      assert.deepEqual(JSON.parse(JSON.stringify(alert)) as Json, alert)
      assert.ok([...alert.title].length <= 200 && [...alert.text].length <= 4_000 && alert.cis.length <= 10)
      assert.ok(Number.isFinite(alert.startsAt) && alert.key !== '')
      // oxlint-disable-next-line no-control-regex
      assert.ok(!/[\u0000-\u001f\u200b\u202e]/.test(alert.title + alert.symptom + alert.cis.join('')))
    }
  })
})
