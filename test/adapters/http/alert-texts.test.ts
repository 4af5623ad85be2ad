// Owns the specification of what an alert keeps of hostile and endless texts, and which names it takes for its CI.
import assert from 'node:assert/strict'
import type { Alert } from '../../../src/core/alert.ts'
import type { AlertReading } from '../../../src/ports/catalog.ts'
import { alertsOf, group, grouped, openAlertDoor, postJson } from './alerts.ts'

async function alertOf(more: Readonly<Record<string, unknown>>, reading: AlertReading = {}): Promise<Alert> {
  const door = await openAlertDoor({ alertmanager: { bearer: 'token', ...reading } })
  const answer = await postJson(door, '/api/events/alertmanager', group([grouped(more)]), {
    authorization: 'Bearer token',
  })
  assert.equal(answer.status, 202)
  await door.close()
  const [alert] = alertsOf(door)
  assert.ok(alert)
  return alert
}

describe('what is kept of an alert', () => {
  it('is bounded: title, text, labels, their names and values', async () => {
    const labels = Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [`l${at}${'n'.repeat(200)}`, 'v'.repeat(900)]),
    )
    const alert = await alertOf({ labels, annotations: { summary: 't'.repeat(999), description: 'd'.repeat(9_999) } })
    assert.equal(alert.title.length, 200)
    assert.equal(alert.text.length, 4_000)
    assert.equal(Object.keys(alert.labels).length, 64)
    for (const [name, value] of Object.entries(alert.labels)) assert.deepEqual([name.length, value.length], [100, 500])
  })

  it('holds no character that hides or reorders, and no half of one (P9)', async () => {
    const evil = 'a\u0000b\u202Ec\u200Bd\u001B[31me\uD800f\r\ng'
    const alert = await alertOf({ labels: { host: evil, alertname: evil }, annotations: { summary: evil } })
    const all = JSON.stringify(alert)
    assert.ok(!/\\u00[01]|\u202E|\u200B|\\ud800/i.test(all), all)
    assert.equal(alert.title, 'a b c d [31me\uFFFDf g')
    assert.match(alert.text, /f\ng/)
  })

  it('cuts between characters, never inside one', async () => {
    const { title } = await alertOf({ annotations: { summary: '🔥'.repeat(300) } })
    assert.equal(title, `${'🔥'.repeat(199)}…`)
  })

  for (const [instance, host] of [
    ['web-01:9100', 'web-01'],
    ['web-01', 'web-01'],
    ['[2001:db8::1]:9100', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['https://shop.example:8443/health', 'shop.example'],
  ] as const)
    it(`takes ${host} for the CI where the instance is ${instance}`, async () => {
      assert.deepEqual((await alertOf({ labels: { instance } })).cis, [host])
    })

  it('names the likeliest CI first, each once, and leaves empty ones out', async () => {
    const labels = { instance: 'web-01:9100', host: 'web-01', ci: 'Shop', node: ' ', job: 'node' }
    assert.deepEqual((await alertOf({ labels })).cis, ['Shop', 'web-01'])
  })

  it('looks where inbound in connectors.yaml says', async () => {
    const labels = { instance: 'web-01:9100', cmdb: 'Shop', alertname: 'SiteDown', cause: 'errors' }
    const alert = await alertOf({ labels }, { ci: ['cmdb'], symptom: ['kind', 'cause'] })
    assert.deepEqual([alert.cis, alert.symptom], [['Shop'], 'errors'])
  })

  it('has a title and a symptom where the sender gives none', async () => {
    const { title, symptom, cis } = await alertOf({ labels: {}, annotations: {} })
    assert.deepEqual([title, symptom, cis], ['An alert without a title', 'unknown', []])
  })

  for (const [incident, kept] of [
    ['INC0010001', 'INC0010001'],
    ['INC0010001 OR 1=1', null],
    ['CHG0010001', null],
  ] as const)
    it(`${kept === null ? 'does not take' : 'takes'} "${incident}" for an incident's number`, async () => {
      assert.equal((await alertOf({ annotations: { incident } })).incident, kept)
    })

  for (const [link, kept] of [
    ['https://grafana.example/d/1', true],
    ['http://127.0.0.1:9090/graph', true],
    ['http://prometheus.example/graph', false],
    ['javascript:alert(1)', false],
    ['https://user:secret@grafana.example/', false],
    [`https://grafana.example/${'x'.repeat(2_000)}`, false],
    ['no address', false],
  ] as const)
    it(`${kept ? 'links' : 'does not link'} ${link.slice(0, 50)}`, async () => {
      assert.equal((await alertOf({ generatorURL: link })).link, kept ? link : null)
    })
})
