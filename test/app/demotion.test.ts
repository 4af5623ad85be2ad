// Owns the proof that autonomy is taken back once per run, trail first, also after a crash anywhere in between (P1, P4, P8).
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { autonomySettings, governanceNow, setAutonomy } from '../../src/app/autonomy.ts'
import { demote } from '../../src/app/demotion.ts'
import type { Deps } from '../../src/app/deps.ts'
import { type Journal, journal as journalOf } from '../../src/app/journal.ts'
import { CONTROL_CHAIN, type ControlEvent } from '../../src/core/control.ts'
import { type Autonomy, autonomyOf } from '../../src/core/governance.ts'
import { PortError } from '../../src/ports/errors.ts'
import type { Store } from '../../src/ports/store.ts'
import { decided, decision, finished, minute, planned, proposed, t0 } from '../core/given.ts'

const hash = { canonicalize: canonicalJson, digest: sha256Hex }
const reason = 'the verification of recycle on web-01 failed'

describe('taking autonomy back', () => {
  let now = t0
  let store: Store
  let journal: Journal
  let deps: Deps
  /** Writes to the store that go through before it is down; the first that does not is where the process died. */
  let left = Number.POSITIVE_INFINITY

  const dying = (of: Store): Store => {
    const counted =
      <A extends readonly unknown[], T>(write: (...given: A) => Promise<T>) =>
      (...given: A): Promise<T> => {
        left -= 1
        return left < 0 ? Promise.reject(new PortError('unavailable', 'it died here')) : write(...given)
      }
    return { ...of, append: counted(of.append), put: counted(of.put) }
  }
  const filesSay = (level: Autonomy) => ({ current: () => ({ governance: { autonomy: [{ level }] } }) })
  const begin = async (level: Autonomy = 'auto', environment = 'prod') => {
    const clock = { now: () => now }
    store = memoryStore({ clock })
    const log = { warn: () => undefined }
    deps = {
      store: dying(store),
      clock,
      hash,
      log,
      settings: { leaseMs: minute },
      files: filesSay(level),
    } as unknown as Deps
    journal = journalOf(deps)
    const allowed = decision({ effect: 'allow', rule: null, environment: { name: environment, production: true } })
    await journal.create('R1', [proposed, planned(), decided(allowed), finished('rolledBack')], {})
    // Others write to the trail too.
    await journal.control({ type: 'contentLoaded', version: 'v', runbooks: 1, problems: 0 })
  }
  const take = async () => {
    const loaded = await journal.load('R1')
    assert.ok(loaded)
    await demote(deps, journal, loaded.run, { at: t0, reason, still: () => undefined })
  }
  const trail = async () =>
    (await store.entries(CONTROL_CHAIN)).flatMap(({ event }) => {
      const each = event as unknown as ControlEvent
      return each.type === 'autonomySet' ? [[each.level, each.runbook, each.environment, each.by, each.run]] : []
    })
  const set = async () =>
    (await autonomySettings({ store })).map(({ level, runbook, environment, by }) => [level, runbook, environment, by])
  const told = async () =>
    (await store.entries('R1')).filter(({ event }) => (event as { readonly type?: string }).type === 'demoted').length

  beforeEach(() => {
    now = t0
    left = Number.POSITIVE_INFINITY
  })

  it('sets auto to approve in each environment that the run ran in, once', async () => {
    await begin('auto', 'prod, test')
    await take()
    await take()
    assert.deepEqual(await trail(), [
      ['approve', 'restart-iis', 'prod', null, 'R1'],
      ['approve', 'restart-iis', 'test', null, 'R1'],
    ])
    assert.deepEqual((await set()).length, 2)
    assert.equal(await told(), 1)
  })

  it('does the same wherever the process dies, and nothing takes effect without its entry', async () => {
    for (let writes = 0; writes < 3; writes += 1) {
      left = Number.POSITIVE_INFINITY
      await begin()
      left = writes
      await assert.rejects(take(), /it died here/)
      assert.ok((await set()).length <= (await trail()).length, `after ${writes} writes`)
      left = Number.POSITIVE_INFINITY
      now += minute
      await take()
      assert.deepEqual(await trail(), [['approve', 'restart-iis', 'prod', null, 'R1']], `after ${writes} writes`)
      assert.deepEqual(await set(), [['approve', 'restart-iis', 'prod', null]])
      assert.equal(await told(), 1)
    }
  })

  it('never counts against the run itself, which a person may have tried again, but against every other (P2)', async () => {
    await begin()
    await take()
    const levelFor = async (run: string | null) => autonomyOf(await governanceNow(deps, run), 'restart-iis', 'prod')
    assert.deepEqual([await levelFor('R1'), await levelFor('R2'), await levelFor(null)], ['auto', 'approve', 'approve'])
  })

  it('changes nothing where it is not auto any more: shadow is never raised to approve', async () => {
    for (const level of ['shadow', 'advise', 'approve'] as const) {
      await begin(level)
      await take()
      assert.deepEqual([await trail(), await set(), await told()], [[], [], 0])
    }
  })

  it('lets stand what a person has set since, also where it died in between', async () => {
    await begin()
    left = 1
    await assert.rejects(take(), /it died here/)
    left = Number.POSITIVE_INFINITY
    const about = { runbook: 'restart-iis', environment: null }
    await setAutonomy(deps, about, { ...about, level: 'auto', by: 'Ana', at: t0 + minute })
    await take()
    assert.deepEqual(await set(), [['auto', 'restart-iis', null, 'Ana']])
  })

  it('takes back what a person had set before the run went wrong', async () => {
    await begin('approve')
    const about = { runbook: null, environment: 'prod' }
    await setAutonomy(deps, about, { ...about, level: 'auto', by: 'Ana', at: t0 - minute })
    await take()
    assert.deepEqual(await set(), [
      ['approve', 'restart-iis', 'prod', null],
      ['auto', null, 'prod', 'Ana'],
    ])
  })
})
