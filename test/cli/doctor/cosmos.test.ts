// Owns the specs of the doctor before a Cosmos account: in order, and each fault with its line.
import assert from 'node:assert/strict'
import { CONTAINERS } from '../../../src/adapters/store/cosmos/diagnose.ts'
import { examine } from '../../../src/cli/doctor/examine.ts'
import { readInstallation } from '../../../src/cli/doctor/installation.ts'
import { store } from '../../../src/cli/doctor/store.ts'
import { sandboxCosmos } from '../../sandbox/cosmos.ts'

type Cosmos = Awaited<ReturnType<typeof sandboxCosmos>>

describe('the doctor before a Cosmos account', () => {
  let cosmos: Cosmos
  before(async () => {
    cosmos = await sandboxCosmos({})
    const containers = CONTAINERS.map((id) => ({ id, partitionKey: { paths: ['/pk'] }, defaultTtl: -1 }))
    cosmos.provision({ database: 'runbot', containers })
  })
  after(async () => cosmos.stop())

  const lookedAt = async (env: Record<string, string> = {}) => {
    const account = { RUNBOT_STORE: 'cosmos', COSMOS_ENDPOINT: cosmos.endpoint, COSMOS_KEY: cosmos.key }
    const { installation, findings } = readInstallation({ BOT_AUTH: 'none', ...account, ...env })
    assert(installation, JSON.stringify(findings))
    return examine([{ name: 'store', look: () => store(installation) }])
  }

  it('finds everything in order', async () => {
    const findings = await lookedAt()
    assert.deepEqual(new Set(findings.map(({ state }) => state)), new Set(['ok']), JSON.stringify(findings))
    for (const name of CONTAINERS) assert(findings.some(({ check }) => check === `store, container ${name}`))
  })

  it('says that a database is missing, and what makes it', async () => {
    const wrong = (await lookedAt({ COSMOS_DATABASE: 'other' })).filter(({ state }) => state === 'FAILED')
    assert.deepEqual(
      wrong.map(({ check }) => check),
      CONTAINERS.map((name) => `store, container ${name}`),
    )
    for (const { mend } of wrong) assert.match(mend ?? '', /infra\/main\.bicep/)
  })

  it('says that a key is wrong, and does not print it', async () => {
    const key = Buffer.alloc(64, 1).toString('base64')
    const findings = await lookedAt({ COSMOS_KEY: key })
    assert.deepEqual(
      findings.map(({ check, state }) => [check, state]),
      [['store, credential', 'FAILED']],
    )
    assert.match(findings[0]?.mend ?? '', /COSMOS_KEY/)
    assert(!JSON.stringify(findings).includes(key))
  })
})
