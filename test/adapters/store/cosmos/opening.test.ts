// Owns the specs of opening a Cosmos store: what an account must be, and refusals that say what to do.
import assert from 'node:assert/strict'
import { type CosmosOptions, cosmosStore, diagnoseCosmos } from '../../../../src/adapters/store/cosmos/cosmos.ts'
import { isPortError, type PortErrorKind } from '../../../../src/ports/errors.ts'
import { cosmosAccount, impatient } from './account.ts'

type Http = NonNullable<CosmosOptions['http']>

const REMOTE = 'https://runbot.documents.azure.com'
const credential = { getToken: async () => ({ token: 'a-token', expiresOnTimestamp: Date.now() + 3_600_000 }) }

/** Takes what is meant for Azure to the sandbox. */
const leadingTo = (endpoint: string): Http => ({
  async sendRequest(request) {
    const { pathname, search } = new URL(request.url)
    const body = request.body as string | undefined
    const method = request.method
    const headers = request.headers.toJSON()
    const answer = await fetch(`${endpoint}${pathname}${search}`, { method, headers, ...(body ? { body } : {}) })
    const all = { toJSON: () => Object.fromEntries(answer.headers) } as unknown as typeof request.headers
    return {
      request,
      status: answer.status,
      headers: all,
      bodyAsText: (await answer.text()).replaceAll(endpoint, REMOTE),
    }
  },
})

describe('opening a Cosmos store', () => {
  const strict = cosmosAccount()
  const raw = cosmosAccount({ mode: 'raw' })
  const base = (): CosmosOptions => ({
    endpoint: strict.sandbox().endpoint,
    key: strict.sandbox().key,
    database: 'none',
    patience: impatient,
  })
  const remote = (database: string): CosmosOptions => {
    const http = leadingTo(raw.sandbox().endpoint)
    return { endpoint: REMOTE, database, credential, http, patience: impatient }
  }
  const refuses = (options: CosmosOptions, kind: PortErrorKind, sentence: RegExp) =>
    assert.rejects(cosmosStore(options), (error) => {
      assert.ok(isPortError(error, kind), String(error))
      assert.match(error.message, sentence)
      assert.doesNotMatch(error.message, /\n/)
      return true
    })

  it('finds a store in order and says nothing', async () => {
    const opened = await strict.open(strict.database())
    assert.deepEqual(opened.warnings, [])
    const findings = await opened.diagnose()
    assert.deepEqual(
      findings.filter(({ ok }) => !ok),
      [],
    )
    assert.equal(findings.length, 5)
  })

  it('refuses a key for any machine but this one, without sending it', () =>
    refuses({ ...base(), endpoint: REMOTE }, 'denied', /^COSMOS_KEY is for the emulator .* Built-in Data Contributor$/))

  it('refuses plain http to another machine, and an endpoint that is no address', async () => {
    await refuses({ endpoint: 'http://runbot.documents.azure.com', database: 'd' }, 'denied', /https/)
    await refuses({ endpoint: 'runbot', database: 'd' }, 'malformed', /COSMOS_ENDPOINT is no address/)
    assert.match((await diagnoseCosmos({ endpoint: 'runbot', database: 'd' }))[0]?.wrong ?? '', /no address/)
  })

  it('refuses an account whose reads may be old, and says what to set', async () => {
    const database = raw.database()
    await refuses(
      remote(database),
      'malformed',
      /consistency is Session: .*: set the default consistency level .* Strong$/,
    )
    const findings = await diagnoseCosmos(remote(database))
    assert.deepEqual(
      findings.filter(({ ok }) => !ok).map(({ what }) => what),
      ['consistency'],
    )
  })

  it('refuses an account that is written in two regions', async () => {
    const database = raw.database()
    raw.sandbox().set({ writeRegions: ['West Europe', 'North Europe'] })
    const findings = await diagnoseCosmos(remote(database))
    raw.sandbox().set({ writeRegions: ['West Europe'] })
    const regions = findings.find(({ what }) => what === 'write regions')
    assert.match(`${regions?.wrong} ${regions?.mend}`, /more than one region.*enableMultipleWriteLocations: false/)
  })

  it('names a database or container that is missing, and never makes it', async () => {
    await refuses(base(), 'notFound', /the database none or its container runs is missing: deploy infra\/main\.bicep/)
    await refuses(base(), 'notFound', /is missing/)
  })

  it('names a container with another partition key', async () => {
    const [first, ...others] = ['runs', 'intake', 'control'].map((id) => ({ id, partitionKey: { paths: ['/pk'] } }))
    assert.ok(first)
    const containers = [{ ...first, partitionKey: { paths: ['/id'] } }, ...others]
    strict.sandbox().provision({ database: 'askew', containers })
    await refuses({ ...base(), database: 'askew' }, 'malformed', /its partition key is \/id, not \/pk/)
  })

  it('tells a wrong key, a missing role, throttling and a store that is gone apart', async () => {
    await refuses({ ...base(), key: 'd3Jvbmc=' }, 'denied', /does not accept this credential/)
    const answers: readonly [number, PortErrorKind, RegExp][] = [
      [403, 'denied', /allows it nothing \(403\): give the identity .* Cosmos DB Built-in Data Contributor/],
      [429, 'throttled', /raise the throughput/],
      [503, 'unavailable', /does not answer.*private endpoint/],
    ]
    for (const [status, kind, sentence] of answers) {
      const answer = { status, body: { message: 'no' }, headers: { 'x-ms-retry-after-ms': '1' } }
      const end = strict.sandbox().faults.add({ fault: { answer }, on: { kind: 'metadata' }, times: 100 })
      await refuses(base(), kind, sentence)
      end()
    }
  })

  it('warns of a machine whose clock is off, and works by the time of the store', async () => {
    strict.sandbox().skew(60_000)
    const { warnings, clock } = await strict.open(strict.database())
    strict.sandbox().skew(0)
    assert.match(warnings.join(), /the clock of this machine is (59|60|61) s behind the store's: .*NTP/)
    assert.ok(clock.now() - Date.now() > 58_000)
  })
})
