// Owns the specification of the CloudEvents that are alerts and deployments, over real HTTP (CONTRACTS §6.7).
import assert from 'node:assert/strict'
import type { InboundSettings } from '../../../src/ports/catalog.ts'
import { alertsOf, deploysOf, openAlertDoor } from './alerts.ts'
import { type Door, read } from './door.ts'

const cloudEvent = (type: string, data: unknown, more: Readonly<Record<string, unknown>> = {}) => ({
  specversion: '1.0',
  id: 'e1',
  source: '/ci/shop',
  type,
  time: '2026-01-01T00:00:00Z',
  data,
  ...more,
})
const alert = { key: 'disk/db-01', status: 'firing', title: 'Disk full', cis: ['db-01'] }
const artifact = 'pkg:oci/myapp@sha256%3A0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427'
const cdEvent = (artifactId = artifact) => ({
  context: { version: '0.4.1', id: 'c1', source: '/ci/shop', type: 'x', timestamp: '2026-01-01T00:00:05.3Z' },
  subject: { id: 'shop', type: 'service', content: { environment: { id: 'prod' }, artifactId } },
})

describe('CloudEvents', () => {
  let door: Door
  const open = async (settings: InboundSettings = {}) => {
    door = await openAlertDoor(settings)
  }
  const post = (event: unknown, type = 'application/cloudevents+json') =>
    door.post('/api/events', JSON.stringify(event), { headers: { 'content-type': type } })
  afterEach(async () => door.close())

  it('of the type io.runbot.alert are alerts', async () => {
    await open()
    const more = {
      text: 'db-01: 99 %',
      severity: 'high',
      symptom: 'disk',
      incident: 'INC0010001',
      labels: { team: 'db' },
    }
    const answer = await read(
      await post(cloudEvent('io.runbot.alert', { ...alert, ...more, link: 'https://a.example/' })),
    )
    assert.deepEqual([answer.status, answer.body], [202, { id: 'event-1' }])
    assert.deepEqual(door.deliveries[0]?.key, 'cloudevents:%2Fci%2Fshop:e1')
    assert.deepEqual(alertsOf(door)[0], {
      source: 'cloudevents',
      key: '/ci/shop disk/db-01',
      status: 'firing',
      title: 'Disk full',
      text: 'Disk full\ndb-01: 99 %\nteam: db',
      severity: 'high',
      cis: ['db-01'],
      symptom: 'disk',
      labels: { team: 'db' },
      startsAt: Date.parse('2026-01-01T00:00:00Z'),
      endsAt: null,
      incident: 'INC0010001',
      link: 'https://a.example/',
    })
  })

  it('name the CI and the symptom in labels where they say neither', async () => {
    await open({ events: { ci: ['box'], symptom: ['kind'] } })
    const { cis: _, ...bare } = alert
    await post(cloudEvent('io.runbot.alert', { ...bare, labels: { box: 'db-02', kind: 'disk' } }))
    assert.deepEqual([alertsOf(door)[0]?.cis, alertsOf(door)[0]?.symptom], [['db-02'], 'disk'])
  })

  it('keep two alerts apart whose keys differ only at the end, or in what cannot be seen', async () => {
    await open()
    const long = 'x'.repeat(500)
    const keys = [`${long}1`, `${long}2`, 'a\u200b', 'a']
    for (const [at, key] of keys.entries()) {
      const event = cloudEvent('io.runbot.alert', { ...alert, key }, { id: `e${at}` })
      await door.post('/api/events', JSON.stringify(event), {
        id: `msg_${at}`,
        headers: { 'content-type': 'application/cloudevents+json' },
      })
    }
    assert.equal(new Set(alertsOf(door).map(({ key }) => key)).size, 4)
    assert.ok(alertsOf(door).every(({ key }) => key.length <= 400))
  })

  it('end an alert, at the event’s time where they name none', async () => {
    await open()
    await post(cloudEvent('io.runbot.alert', { ...alert, status: 'resolved', startsAt: '2025-12-31T23:00:00Z' }))
    assert.deepEqual(
      [alertsOf(door)[0]?.startsAt, alertsOf(door)[0]?.endsAt],
      [Date.parse('2025-12-31T23:00:00Z'), Date.parse('2026-01-01T00:00:00Z')],
    )
  })

  const wrong: [what: string, type: string, data: unknown, says: RegExp][] = [
    ['an alert without data', 'io.runbot.alert', undefined, /event\.data must be an object with key, status and title/],
    ['an alert without a key', 'io.runbot.alert', { ...alert, key: '' }, /event\.data\.key must not be empty/],
    ['a misspelt name', 'io.runbot.alert', { ...alert, symptons: 'x' }, /symptons/],
    ['a link that is no address', 'io.runbot.alert', { ...alert, link: 'javascript:1' }, /link must be/],
    ['a deployment without a version', 'io.runbot.deploy', { service: 'shop' }, /event\.data\.version/],
    ['a CDEvent without a subject', 'dev.cdevents.service.deployed.0.2.0', { context: {} }, /event\.data\.subject/],
  ]
  for (const [what, type, data, says] of wrong)
    it(`are refused as ${what} (P12)`, async () => {
      await open()
      const { status, detail } = await read(await post(cloudEvent(type, data)))
      assert.equal(status, 400)
      assert.match(detail, says)
      assert.deepEqual(door.deliveries, [])
    })

  it('of the type io.runbot.deploy are deployments', async () => {
    await open()
    const data = {
      service: 'shop',
      version: '1.4.2',
      previous: '1.4.1',
      ci: 'web-01',
      by: 'ci-bot',
      link: 'https://ci.example/7',
    }
    await post(cloudEvent('io.runbot.deploy', data))
    assert.deepEqual(door.deliveries[0]?.body, {
      type: 'deploy',
      deploy: {
        key: '/ci/shop e1',
        service: 'shop',
        ci: 'web-01',
        version: '1.4.2',
        previous: '1.4.1',
        at: Date.parse('2026-01-01T00:00:00Z'),
        by: 'ci-bot',
        link: 'https://ci.example/7',
      },
    })
  })

  for (const type of ['deployed.0.1.1', 'upgraded.0.3.0-draft', 'rolledback.0.2.0'])
    it(`of CDEvents’ type service.${type} are deployments`, async () => {
      await open()
      await post(cloudEvent(`dev.cdevents.service.${type}`, cdEvent()))
      const [deploy] = deploysOf(door)
      assert.deepEqual(
        [deploy?.service, deploy?.ci, deploy?.at, deploy?.version.slice(0, 13)],
        ['shop', null, Date.parse('2026-01-01T00:00:05.3Z'), 'sha256:0b31b1'],
      )
    })

  for (const [artifactId, version] of [
    ['pkg:npm/shop@1.4.2', '1.4.2'],
    ['pkg:npm/%40acme/shop@1.4.2%2Bbuild.7', '1.4.2+build.7'],
    ['pkg:oci/shop@sha256%3Aabc?repository_url=r.example&tag=v7', 'v7'],
    ['pkg:generic/shop', 'pkg:generic/shop'],
    ['pkg:npm/shop@%ZZ', '%ZZ'],
    ['shop 1.4.2', 'shop 1.4.2'],
  ] as const)
    it(`deployed ${version} where the artefact is ${artifactId}`, async () => {
      await open()
      await post(cloudEvent('dev.cdevents.service.deployed.0.2.0', cdEvent(artifactId)))
      assert.equal(deploysOf(door)[0]?.version, version)
    })

  for (const type of [
    'dev.cdevents.service.removed.0.2.0',
    'dev.cdevents.pipelinerun.finished.0.2.0',
    'com.acme.alert',
  ])
    it(`of the type ${type} are handed on as they are`, async () => {
      await open()
      await post(cloudEvent(type, { a: 1 }))
      assert.deepEqual(door.deliveries[0]?.body, cloudEvent(type, { a: 1 }))
    })

  it('may come in a batch with others, and as headers with the data as the body', async () => {
    await open()
    const batch = [cloudEvent('io.runbot.alert', alert), cloudEvent('com.acme.other', {}, { id: 'e2' })]
    assert.equal((await post(batch, 'application/cloudevents-batch+json')).status, 202)
    const binary = await door.post('/api/events', JSON.stringify(alert), {
      id: 'msg_2',
      headers: { 'ce-specversion': '1.0', 'ce-id': 'e3', 'ce-source': '/ci/shop', 'ce-type': 'io.runbot.alert' },
    })
    assert.equal(binary.status, 202)
    assert.deepEqual([alertsOf(door)[0]?.title, alertsOf(door)[2]?.title], ['Disk full', 'Disk full'])
  })
})
