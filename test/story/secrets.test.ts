// Owns the proof that a secret in an endpoint's answer ends at the edge: nothing that runbot keeps or shows holds it.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { OPS_TOKEN } from '../sandbox/ops-api.ts'
import type { Answer } from '../sandbox/server.ts'
import { OPS_CALLBACK_SECRET } from '../sandbox/world.ts'
import { until } from './runbot.ts'
import { stage, wordsOf } from './story.ts'

const key = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'
const told = {
  token: 'Zm9yIHRoZSBzdG9yeQ',
  note: `called with Bearer ${OPS_TOKEN} and ${Buffer.from(OPS_TOKEN).toString('base64')}`,
  key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----`,
  badge: 'badge no. 77-4711',
  callback: OPS_CALLBACK_SECRET,
}
const hidden = [told.token, OPS_TOKEN, key, '77-4711', OPS_CALLBACK_SECRET.slice(6), 'hunter2']
hidden.push(Buffer.from(OPS_TOKEN).toString('base64'))

/** What the ops API says of a run, and its log, with secrets in them. */
const telling = (answer: Answer): Answer => {
  const body = answer.body as { output?: object | null; statusReason?: string; entries?: { text: string }[] }
  if (body.output) body.output = { ...body.output, ...told }
  if (body.statusReason) body.statusReason += ` ${told.badge}`
  for (const entry of body.entries ?? [])
    entry.text += ` ${JSON.stringify({ password: 'hunter2' })} ${told.note} ${told.key}`
  return { ...answer, body: structuredClone(body) }
}

describe('story: an endpoint that answers with secrets', () => {
  const story = stage({
    count: 2,
    edit: (place) =>
      place.edit('connectors.yaml', (text) => text.replace('\nsystems:', "\nmask: ['badge no\\. (\\S+)']\n\nsystems:")),
  })
  before(() => {
    const { ops } = story.world
    ops.faults.add({ fault: { rewrite: telling }, times: 10_000, match: ({ method }) => method === 'GET' })
  })

  it('leaves none in the run log, the evidence, the card, the notes, the attachments, the log', async () => {
    const { world } = story
    const { number, sysId, host } = story.raise()
    const shown = await story.asked(number)
    await world.teams.click({ as: world.people.approver, message: shown.message.id, verb: 'approve' })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    await until('the last note', () => story.notes(number).some((note) => /Audit chain head/.test(note)))
    await until('the last card', () => /Succeeded/i.test(wordsOf(story.cardOf(shown.run)?.card)))

    const failing = story.raise()
    world.sites[failing.host]?.stopPool()
    const failed = await story.asked(failing.number)
    await world.teams.click({ as: world.people.approver, message: failed.message.id, verb: 'approve' })
    assert.equal((await story.ended(failed.run)).status, 'failed')
    await until('its last note', () => story.notes(failing.number).some((note) => /Audit chain head/.test(note)))

    const log = JSON.stringify([await story.log(shown.run), await story.log(failed.run)])
    assert.ok(log.includes('"token":"•••"') && log.includes('"badge":"badge no. •••"'), 'the answers were those')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    const wal = `${story.place.store}-wal`
    const everything: Record<string, string> = {
      log: story.bot().log(),
      teams: JSON.stringify(world.teams.threads()),
      notes: JSON.stringify(world.servicenow.rows('sys_journal_field')),
      incidents: JSON.stringify(world.servicenow.rows('incident')),
      attachments: [sysId, failing.sysId]
        .flatMap((id) => world.servicenow.attachments(id).map(({ bytes }) => bytes.toString()))
        .join('\n'),
      store: readFileSync(story.place.store, 'latin1') + (existsSync(wal) ? readFileSync(wal, 'latin1') : ''),
    }
    for (const secret of hidden)
      for (const [where, text] of Object.entries(everything))
        assert.ok(!text.includes(secret), `${secret} is in ${where}`)
  })
})
