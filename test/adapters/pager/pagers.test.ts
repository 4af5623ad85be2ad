// Owns the specification of choosing a pager by its name in connectors.yaml.
import assert from 'node:assert/strict'
import { pagers } from '../../../src/adapters/pager/pagers.ts'
import type { Content } from '../../../src/ports/catalog.ts'
import type { Pager } from '../../../src/ports/pager.ts'
import { ROUTING_KEY, startPagerDuty } from '../../sandbox/pagerduty.ts'
import { portError } from '../servicenow/setup.ts'

const night = { kind: 'servicenow', group: 'Web Platform', table: 'incident_task' } as const
const PAGE = { key: 'k', summary: 's', severity: 'info', about: 'web-01', incident: null, details: {} } as const

describe('choosing a pager', () => {
  it('has none for a name that is not declared', () => {
    const choose = pagers({ settings: () => ({ night }) })
    assert.equal(choose('day'), undefined)
    assert.equal(choose('constructor'), undefined)
  })

  it('sends to the declared address, and after a change of the files with the new key', async () => {
    const service = await startPagerDuty()
    let settings: Content['pagers'] = { primary: { kind: 'pagerduty', url: service.url, routingKey: 'old' } }
    const choose = pagers({ settings: () => settings })
    const first = choose('primary')
    assert.equal(choose('primary'), first)
    settings = { primary: { kind: 'pagerduty', url: service.url, routingKey: ROUTING_KEY } }
    assert.notEqual(choose('primary'), first)
    await choose('primary')?.raise(PAGE)
    assert.deepEqual(
      service.alerts().map(({ dedupKey }) => dedupKey),
      ['k'],
    )
    await service.stop()
  })

  it('hands the settings of a ServiceNow pager to ServiceNow, once', () => {
    const made: unknown[] = []
    const pager: Pager = { raise: async () => {}, quiet: async () => {} }
    const serviceNow = (settings: unknown): Pager => {
      made.push(settings)
      return pager
    }
    const choose = pagers({ settings: () => ({ night }), serviceNow })
    assert.deepEqual([choose('night'), choose('night')], [pager, pager])
    assert.deepEqual(made, [night])
  })

  it('says what is missing where ServiceNow is not connected (P12)', async () => {
    const pager = pagers({ settings: () => ({ night }) })('night')
    assert.ok(pager)
    const why = portError('denied', /^pager night: ServiceNow is not connected; set SERVICENOW_URL/)
    await assert.rejects(pager.raise(PAGE), why)
    await assert.rejects(pager.quiet('k', 'done'), why)
  })
})
