// Owns the specification of Azure Monitor's door with a token in its URL, over real HTTP (CONTRACTS §6.6).
import assert from 'node:assert/strict'
import type { HttpOptions } from '../../../src/adapters/http/server.ts'
import type { InboundSettings } from '../../../src/ports/catalog.ts'
import { alertsOf, openAlertDoor, postJson } from './alerts.ts'
import { azureAlert } from './azure-alert.ts'
import { type Door, read } from './door.ts'

const path = '/api/events/azure-monitor'
const token = 'url-token-0001'

describe('Azure Monitor’s door', () => {
  let door: Door
  const open = async (
    azure: InboundSettings['azure-monitor'] = { token: `${token} url-token-0002` },
    options: Partial<HttpOptions> = {},
  ) => {
    door = await openAlertDoor({ 'azure-monitor': azure }, options)
  }
  const post = (body: unknown = azureAlert(), query = `?token=${token}`) => postJson(door, path + query, body)
  afterEach(async () => door.close())

  it('makes an alert of the common schema', async () => {
    await open()
    const answer = await read(await post())
    assert.deepEqual([answer.status, answer.body], [202, { id: 'event-1' }])
    const id = '/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/aaaa'
    assert.equal(door.deliveries[0]?.key, `azure-monitor:${encodeURIComponent(id)}:Fired`)
    const [alert] = alertsOf(door)
    assert.deepEqual(
      { ...alert, text: '' },
      {
        source: 'azure-monitor',
        key: id,
        status: 'firing',
        title: 'High CPU',
        text: '',
        severity: 'Sev1',
        cis: ['web-01'],
        symptom: 'High CPU',
        labels: {
          alertRule: 'High CPU',
          severity: 'Sev1',
          signalType: 'Metric',
          monitoringService: 'Platform',
          metric: 'Percentage CPU',
          Computer: 'WEB-01',
          team: 'shop',
        },
        startsAt: Date.parse('2026-01-01T00:00:00.3713213Z'),
        endsAt: null,
        incident: null,
        link: null,
      },
    )
    assert.match(alert?.text ?? '', /^High CPU\nMore than 90 % for 5 minutes\n[^]*virtualMachines\/web-01/)
  })

  it('has one key for what fires and one for its end (P8)', async () => {
    await open()
    const resolved = azureAlert({ monitorCondition: 'Resolved', resolvedDateTime: '2026-01-01T00:05:00Z' })
    for (const body of [azureAlert(), azureAlert(), resolved]) await post(body)
    assert.equal(new Set(door.deliveries.map(({ key }) => key)).size, 2)
    assert.deepEqual(alertsOf(door).at(-1)?.endsAt, Date.parse('2026-01-01T00:05:00Z'))
    assert.equal(new Set(alertsOf(door).map(({ key }) => key)).size, 1)
  })

  it('finds the CI in a dimension where it is told to', async () => {
    await open({ token, ci: ['Computer'] })
    await post()
    assert.deepEqual(alertsOf(door)[0]?.cis, ['WEB-01', 'web-01'])
  })

  it('tolerates an alert whose context is of another kind', async () => {
    await open()
    const bare = azureAlert({ alertTargetIDs: null, configurationItems: null, firedDateTime: null })
    const answer = await post({
      ...bare,
      data: { ...bare.data, alertContext: { any: ['thing'] }, customProperties: null },
    })
    assert.equal(answer.status, 202)
    assert.deepEqual(alertsOf(door)[0]?.cis, [])
  })

  it('accepts either token while they rotate', async () => {
    await open()
    for (const each of [token, 'url-token-0002']) assert.equal((await post(azureAlert(), `?token=${each}`)).status, 202)
  })

  for (const query of [
    '',
    '?token=',
    '?token=url-token',
    `?token=${token}x`,
    `?token=${token}&token=x`,
    `?Token=${token}`,
  ])
    it(`refuses the address that ends with "${query.replaceAll(token, 'TOKEN')}" with 401`, async () => {
      await open()
      const { status, detail } = await read(await post(azureAlert(), query))
      assert.equal(status, 401)
      assert.match(detail, /\?token=/)
      assert.deepEqual(door.deliveries, [])
    })

  it('never says the token: in no log line, no metric, no answer', async () => {
    await open()
    const answers = [await post(), await post('{'), await post(azureAlert(), `?token=${token}x`)]
    const said = [...(await Promise.all(answers.map((each) => each.text()))), door.log(), await door.text('/metrics')]
    assert.ok(!said.join('\n').includes(token))
  })

  it('says how to switch the common schema on where it is off (P12)', async () => {
    await open()
    const { status, detail } = await read(await post({ schemaId: 'Microsoft.Insights/activityLogs', data: {} }))
    assert.equal(status, 400)
    assert.match(detail, /switch the common alert schema on in the action group/)
  })

  it('says 503 and not 500, which Azure does not send again', async () => {
    await open({ token }, { inbound: { accept: () => Promise.reject(new TypeError('undefined is not a plan')) } })
    const answer = await post()
    assert.deepEqual([answer.status, answer.headers.has('retry-after')], [503, true])
  })

  it('is closed where neither a token nor Entra is configured (P12)', async () => {
    await open({ ci: ['Computer'] })
    const { status, detail } = await read(await post())
    assert.equal(status, 404)
    assert.match(detail, /token or entra of azure-monitor/)
  })
})
