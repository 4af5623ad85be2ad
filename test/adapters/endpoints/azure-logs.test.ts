// Owns the specification of Azure Monitor logs as an endpoint: what is asked, what counts as a number, what is refused.
import assert from 'node:assert/strict'
import { azureLogs } from '../../../src/adapters/endpoints/azure-logs/endpoint.ts'
import { queryOf } from '../../../src/adapters/endpoints/azure-logs/query.ts'
import { systemOf } from '../../../src/adapters/endpoints/system.ts'
import type { Json } from '../../../src/core/values.ts'
import { systemClock } from '../../../src/ports/clock.ts'
import { failure, launchOf } from '../../contracts/endpoint.suite.ts'
import { type AzureLogs, LOGS_TOKEN, startAzureLogs, WORKSPACE } from '../../sandbox/azure-logs.ts'
import { anHour, ended, fakeCredential } from './azure-automation-setup.ts'
import { endpointOf, requestOf, settingsOf } from './settings.ts'

const host = '^[a-z0-9.-]{1,64}$'
const query = 'AppRequests | where AppRoleInstance == "{host}" | summarize Failed = countif(Success == false)'

describe('the azure-logs endpoint', () => {
  let azure: AzureLogs
  beforeEach(async () => {
    azure = await startAzureLogs()
  })
  afterEach(() => azure.stop())

  const requestTo = (base: string | null = WORKSPACE, auth: { bearer: string } | null = { bearer: LOGS_TOKEN }) => {
    const settings = settingsOf({ name: 'logs', kind: 'azure-logs', url: azure.url, base, auth })
    const detail = { query, parameters: { host }, span: 600_000 }
    return { settings, request: requestOf(settings, { tier: 0, detail, with: { host: 'web-01' } }) }
  }
  const run = async (...given: Parameters<typeof requestTo>) => {
    const { settings, request } = requestTo(...given)
    return ended(await endpointOf(settings, request).launch(launchOf(request)))
  }

  it('asks the workspace with the values filled in, over the span that the operation declares', async () => {
    azure.answer({ columns: [['Failed', 'long']], rows: [[7]] })
    assert.deepEqual((await run()).result, { value: 7, series: 1 })
    const [asked] = azure.asked
    assert.equal(asked?.query, query.replace('{host}', 'web-01'))
    const [from = '', to = ''] = (asked?.timespan ?? '').split('/')
    assert.equal(Date.parse(to) - Date.parse(from), 600_000)
    assert.match(String(azure.requests[0]?.headers['prefer']), /^wait=\d+$/)
  })

  it("asks for a token of the cloud's own scope, where connectors.yaml has no auth", async () => {
    const { settings, request } = requestTo(WORKSPACE, null)
    const { credential, asked } = fakeCredential(async () => anHour(LOGS_TOKEN))
    const endpoint = azureLogs(systemOf(settings, systemClock, { proxyFromEnv: false }), credential)
    azure.answer({ columns: [['Failed', 'long']], rows: [[1]] })
    assert.deepEqual(ended(await endpoint.launch(launchOf(request))).result, { value: 1, series: 1 })
    assert.deepEqual(asked, [`${azure.url}/.default`])
  })

  it('gives the newest row of a time series, with all of it as points', async () => {
    const row = (minute: number, value: unknown) => [`2026-01-31T03:0${minute}:00Z`, value]
    azure.answer({
      columns: [
        ['TimeGenerated', 'datetime'],
        ['Ratio', 'real'],
      ],
      rows: [row(2, 0.5), row(1, 'NaN'), row(3, 0.25)],
    })
    const at = (minute: number) => Date.UTC(2026, 0, 31, 3, minute)
    assert.deepEqual((await run()).result, {
      value: 0.25,
      series: 1,
      points: [
        [at(1), null],
        [at(2), 0.5],
        [at(3), 0.25],
      ],
    })
  })

  for (const [what, table, reason] of [
    ['no rows', { columns: [['N', 'long']], rows: [] }, /no rows/],
    ['several rows', { columns: [['N', 'long']], rows: [[1], [2]] }, /2 rows/],
    ['no number', { columns: [['Name', 'string']], rows: [['x']] }, /0 columns of numbers/],
    ['NaN', { columns: [['N', 'real']], rows: [['NaN']] }, /NaN/],
    ['an infinity', { columns: [['N', 'real']], rows: [['Infinity']] }, /Infinity/],
    ['an empty cell', { columns: [['N', 'real']], rows: [[null]] }, /absent/],
    ['half an answer', { columns: [['N', 'long']], rows: [[0]], partial: 'a shard failed' }, /incomplete: a shard/],
  ] as const)
    it(`gives null for ${what}, with the reason, so that it never counts as healthy (P5)`, async () => {
      azure.answer(table)
      const { result, reason: said } = await run()
      assert.equal((result as { value: unknown }).value, null)
      assert.match(said, reason)
    })

  it("tells Azure's own innermost sentence (P12)", async () => {
    azure.refuse('A recognition error occurred')
    const error = await failure(run())
    assert.equal(error.kind, 'malformed')
    assert.match(error.message, /^logs\.operation: status 400, A recognition error occurred \(inner\)$/)
  })

  it('is refused without a valid token, and says no secret', async () => {
    const error = await failure(run(WORKSPACE, { bearer: 'a-stolen-token-0000' }))
    assert.equal(error.kind, 'denied')
    assert.ok(!error.message.includes('a-stolen-token'))
  })

  it('sends nothing where base is no workspace, or a value does not fit (P9)', async () => {
    for (const base of [null, 'x', `${WORKSPACE}/../../other`])
      assert.equal((await failure(run(base))).kind, 'malformed')
    const { settings, request } = requestTo()
    const hostile = { ...request, with: { host: 'web-01" or true' } }
    assert.match((await failure(endpointOf(settings, request).launch(launchOf(hostile)))).message, /does not match/)
    assert.equal(azure.requests.length, 0)
  })

  it('does not take a page or nonsense for an answer', async () => {
    for (const fault of ['html', 'garbage'] as const) {
      azure.faults.add({ fault })
      assert.equal((await failure(run())).kind, 'malformed')
    }
  })
})

describe('filling in a KQL template', () => {
  const fill = (template: string, given: Json, parameters: Json = { v: '(?s).*' }) =>
    queryOf(requestOf(settingsOf({}), { detail: { query: template, parameters }, with: given }))

  it('keeps a value inside its literal, of whatever kind, whatever its pattern lets in (P9)', () => {
    assert.equal(fill('T | where a == "{v}"', { v: 'x" or \\ \n' }), 'T | where a == "x\\" or \\\\ \\n"')
    assert.equal(fill("T | where a == '{v}'", { v: "x' or 1==1 //" }), "T | where a == 'x\\' or 1==1 //'")
    assert.equal(fill('T | where a == @"{v}"', { v: 'x" or \\' }), 'T | where a == @"x"" or \\"')
    assert.equal(fill("T | where a == h@'{v}'", { v: "x' or" }), "T | where a == h@'x'' or'")
  })

  it('takes a value in a regular expression for itself', () => {
    assert.equal(fill('T | where a matches regex "{v}.*"', { v: 'a.b' }), 'T | where a matches regex "a\\\\.b.*"')
  })

  it('lets only a number or a timespan stand outside of quotes (P9)', () => {
    assert.equal(fill('T | where Time > ago({v})', { v: '5m' }), 'T | where Time > ago(5m)')
    assert.throws(() => fill('T | take {v}', { v: '1 | union Secrets' }), /number or a duration/)
    assert.throws(() => fill('T | where a == ```{v}```', { v: '``` | union Secrets' }), /number or a duration/)
  })

  it('is not misled by a quote in a comment, and refuses one without an end', () => {
    assert.throws(() => fill('T // don\'t\n| take {v} // "', { v: 'x' }), /number or a duration/)
    assert.throws(() => fill('T | where a == "{v}', { v: 'x' }), /no end/)
  })
})
