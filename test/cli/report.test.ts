// Owns the proof that `audit -- report` prints what `report` counts, as JSON, and refuses a time that is none.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { sqliteStore } from '../../src/adapters/store/sqlite/sqlite.ts'
import { journal } from '../../src/app/journal.ts'
import { audit } from '../../src/cli/audit.ts'
import { decided, decision, finished, planned, proposed } from '../core/given.ts'

describe('audit report', () => {
  const dir = mkdtempSync(join(tmpdir(), 'runbot-report-'))
  after(() => rmSync(dir, { recursive: true, force: true }))
  const say = async (...args: readonly string[]) => {
    const [out, err]: [string[], string[]] = [[], []]
    const env = { RUNBOT_STORE: `sqlite:${join(dir, 'runbot.db')}` }
    const code = await audit(args, env, { out: (line) => void out.push(line), err: (line) => void err.push(line) })
    return { code, out: out.join('\n'), err: err.join('\n') }
  }

  it('has the rows by runbook and environment', async () => {
    const store = await sqliteStore({ path: join(dir, 'runbot.db') })
    const clock = { now: () => Date.now() - 60_000, sleep: () => Promise.resolve() }
    const hash = { canonicalize: canonicalJson, digest: sha256Hex }
    const events = [proposed, planned(), decided(decision({ effect: 'allow', rule: null })), finished('succeeded')]
    await journal({ store, clock, hash, settings: { leaseMs: 1000 } }).create('R1', events, {})
    await store.close()
    const { code, out } = await say('report', '--last', '1h')
    assert.equal(code, 0)
    const [row, ...others] = (JSON.parse(out) as { rows: readonly Record<string, unknown>[] }).rows
    assert.deepEqual(
      [row?.['runbook'], row?.['environment'], row?.['succeeded'], others],
      ['restart-iis', 'prod', 1, []],
    )
  })

  it('refuses a time that is none, and options of other commands', async () => {
    for (const args of [
      ['report', '--last', 'soon'],
      ['report', '--run', 'R1'],
      ['verify', '--last', '7d'],
    ]) {
      const { code, err } = await say(...args)
      assert.deepEqual([code, err.startsWith('usage: ')], [1, true])
    }
  })
})
