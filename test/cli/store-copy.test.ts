// Owns the specs of moving a store: there and back again with the same heads, refusals, and what a copy does not carry over.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { audit } from '../../src/cli/audit.ts'
import { openStore } from '../../src/open-store.ts'
import type { ChainRecord } from '../../src/ports/store.ts'
import { withPath } from '../adapters/store/folder.ts'
import { extend } from '../contracts/store/steps.ts'
import { type SandboxCosmos, sandboxCosmos } from '../sandbox/cosmos.ts'
import { accountOf, copyArgs, furnish, heads, large, run, sqlite, tamper } from './store-moved.ts'

/** Each test, also on a machine that does other things at the same time. */
const BUSY_MS = 120_000

const beside = (path: string, name: string): string => join(dirname(path), name)
const copied = async (path: string, to: string) => run(copyArgs(`sqlite:${path}`, `sqlite:${to}`))

describe('store copy', function () {
  this.timeout(BUSY_MS)
  let cosmos: SandboxCosmos
  before(async () => {
    cosmos = await sandboxCosmos()
  })
  after(() => cosmos.stop())

  it('moves everything to Cosmos and back, with the same audit heads (P4)', () =>
    withPath(async (path) => {
      await furnish(path)
      const env = accountOf(cosmos, 'there')
      const back = beside(path, 'back.db')
      const there = await run(copyArgs(`sqlite:${path}`, 'cosmos'), env)
      assert.deepEqual([there.code, there.err], [0, []], there.out.join('\n'))
      assert.match(there.out.join('\n'), /same: 11 chains, 460 entries, 3 artefacts, 31 intake events, 303 documents/)
      const again = await run(copyArgs('cosmos', `sqlite:${back}`), env)
      assert.deepEqual([again.code, again.err], [0, []], again.out.join('\n'))
      assert.deepEqual(await heads(sqlite(back)), await heads(sqlite(path)))
      const lines: string[] = []
      const output = { out: (line: string) => void lines.push(line), err: (line: string) => void lines.push(line) }
      assert.equal(await audit(['verify'], { RUNBOT_STORE: `sqlite:${back}` }, output), 0, lines.join('\n'))
      const { store } = await openStore(sqlite(back), { readOnly: true })
      assert.deepEqual(await store.evidence('run_worked', 'large'), large)
      assert.deepEqual((await store.list({ limit: 9, label: { name: 'incident', value: 'INC1' } })).length, 2)
      assert.equal((await store.pending(1e15, 100)).length, 21)
      assert.equal((await store.all('watch')).length, 300)
      await store.close()
    }))

  it('leaves no lease, and a higher fence and version, so that an old worker cannot write (P2)', () =>
    withPath(async (path) => {
      await furnish(path)
      const to = beside(path, 'to.db')
      assert.equal((await copied(path, to)).code, 0)
      const source = await openStore(sqlite(path), { readOnly: true })
      const target = await openStore(sqlite(to))
      const old = (await source.store.record('run_worked')) as ChainRecord
      const fresh = (await target.store.record('run_worked')) as ChainRecord
      assert.equal(fresh.lease, null)
      assert(fresh.fence > old.fence && fresh.version > old.version)
      await assert.rejects(target.store.renew('run_worked', old.fence, 3_000, 100), { kind: 'conflict' })
      await assert.rejects(extend(target.store, old, 'late', { fence: old.fence }), { kind: 'conflict' })
      const lock = await source.store.get('lock', 'ci/1?')
      const [before, after] = [lock?.version ?? 0, (await target.store.get('lock', 'ci/1?'))?.version ?? 0]
      assert(after > before)
      await assert.rejects(target.store.remove('lock', 'ci/1?', before), { kind: 'conflict' })
      await source.store.close()
      await target.store.close()
    }))

  it('says the same when it is said again, and names what has changed since', () =>
    withPath(async (path) => {
      await furnish(path)
      const to = beside(path, 'to.db')
      const counts = (await copied(path, to)).out.find((line) => line.includes('are the same'))
      const { store } = await openStore(sqlite(to))
      const before = await store.record('run_0')
      const again = await copied(path, to)
      assert.equal(again.code, 0)
      assert(again.out.includes(counts ?? ''))
      assert.deepEqual(await store.record('run_0'), before)
      await extend(store, before as ChainRecord, 'gone on')
      await store.close()
      const late = await copied(path, to)
      assert.equal(late.code, 1)
      assert(late.out.some((line) => line.startsWith('chain run_0: ')))
      assert.match(late.err.join(), /takes no second copy/)
    }))

  it('refuses a source that somebody changed, names the chain, and makes no target (P4)', () =>
    withPath(async (path) => {
      await furnish(path)
      tamper(
        path,
        `UPDATE entries SET event = '"x"' WHERE chain = 'run_long' AND seq = 300`,
        "DELETE FROM entries WHERE chain = 'run_3'",
        "UPDATE entries SET event = '{' WHERE chain = 'run_4'",
        "DELETE FROM chains WHERE chain = 'run_5'",
      )
      const to = beside(path, 'to.db')
      const { code, out, err } = await copied(path, to)
      assert.equal(code, 1)
      assert.match(out.join('\n'), /chain run_long: entry 300: its content does not match its hash/)
      for (const chain of ['run_3', 'run_4', 'run_5']) assert.match(out.join('\n'), new RegExp(`chain ${chain}: `))
      assert.match(err.join(), /4 things are wrong: nothing was copied/)
      assert.equal(existsSync(to), false)
    }))

  const targets: readonly (readonly [string, (path: string, to: string) => Promise<unknown>, RegExp])[] = [
    [
      'that is in use',
      async (_, to) => {
        const { store } = await openStore(sqlite(to))
        await store.put('counter', 'begun', 1, null)
        await store.close()
      },
      /the target is not empty/,
    ],
    [
      'that holds a copy of another store',
      async (path, to) => {
        const other = beside(path, 'other.db')
        await furnish(other)
        tamper(other, "DELETE FROM chains WHERE chain = 'control'", "DELETE FROM entries WHERE chain = 'control'")
        assert.equal((await copied(other, to)).code, 0)
      },
      /holds a copy of another store/,
    ],
    ['that is the source', async () => {}, /both are the same file/],
  ]
  for (const [what, prepare, reason] of targets)
    it(`refuses a target ${what}`, () =>
      withPath(async (path) => {
        await furnish(path, 1)
        const to = what.endsWith('source') ? path : beside(path, 'to.db')
        await prepare(path, to)
        const before = existsSync(to) ? await heads(sqlite(to)) : []
        const { code, err } = await copied(path, to)
        assert.equal(code, 1)
        assert.match(err.join(), reason)
        assert.deepEqual(await heads(sqlite(to)), before)
      }))

  it('refuses a source that is not frozen, unless it is vouched for (P11, P12)', () =>
    withPath(async (path) => {
      await furnish(path, 1)
      tamper(path, "DELETE FROM documents WHERE kind = 'freeze'")
      const to = beside(path, 'to.db')
      const { code, err } = await copied(path, to)
      assert.equal(code, 1)
      assert.match(err.join(), /not frozen: npm run freeze .* or say --while-stopped/)
      const vouched = await run([...copyArgs(`sqlite:${path}`, `sqlite:${to}`), '--while-stopped'])
      assert.equal(vouched.code, 0, vouched.err.join())
    }))

  it('refuses while a run is held, also where the source is vouched for (P3)', () =>
    withPath(async (path) => {
      await furnish(path, 1)
      tamper(path, "UPDATE chains SET lease_owner = 'A/7', lease_until = 4e12 WHERE chain = 'run_long'")
      const to = beside(path, 'to.db')
      for (const more of [[], ['--while-stopped']]) {
        const { code, err } = await run([...copyArgs(`sqlite:${path}`, `sqlite:${to}`), ...more])
        assert.equal(code, 1)
        assert.match(err.join(), /A\/7 holds run_long for another \d+ s\. Stop every replica/)
      }
      assert.equal(existsSync(to), false)
    }))

  it('copies between two accounts, the source named in a file', () =>
    withPath(async (path) => {
      await furnish(path, 1)
      const [one, two] = [accountOf(cosmos, 'one'), accountOf(cosmos, 'two')]
      assert.equal((await run(copyArgs(`sqlite:${path}`, 'cosmos'), one)).code, 0)
      const file = beside(path, 'source.env')
      const text = Object.entries(one).map(([name, value]) => `${name}=${value}`)
      await writeFile(file, text.join('\n'))
      const moved = await run([...copyArgs('cosmos', 'cosmos'), '--from-env-file', file], two)
      assert.deepEqual([moved.code, moved.err], [0, []], moved.out.join('\n'))
      assert.match((await run(copyArgs('cosmos', 'cosmos'), two)).err.join(), /both are the same Cosmos database/)
      const [here, there] = [
        await run(['info', '--json', '--store', 'cosmos'], one),
        await run(['info', '--json', '--store', 'cosmos'], two),
      ]
      const read = ({ out }: typeof here) => ({ ...JSON.parse(out.join('')), store: '' })
      assert.deepEqual(read(here), read(there))
    }))

  for (const args of [
    [],
    ['copy'],
    ['copy', '--from', 'sqlite:a'],
    ['info', '--from', 'sqlite:a'],
    ['copy', 'x'],
    ['--no'],
  ])
    it(`answers ${JSON.stringify(args)} with how to say it`, async () => {
      const { code, out, err } = await run(args)
      assert.deepEqual([code, out, err.length], [1, [], 1])
      assert.match(err.join(), /^usage: npm run store -- copy/)
    })
})

describe('store info', function () {
  this.timeout(BUSY_MS)
  it('counts what is in a store, for a person and as JSON', () =>
    withPath(async (path) => {
      await furnish(path)
      const { code, out } = await run(['info'], { RUNBOT_STORE: `sqlite:${path}` })
      assert.equal(code, 0)
      assert.deepEqual(out.slice(1), [
        'chains: 11 (1 executing, 4 proposed, 6 succeeded)',
        'entries: 460',
        'intake events: 21 waiting, 10 done',
        'documents: 303 (1 freeze, 1 lock, 1 turn, 300 watch)',
      ])
      const json = JSON.parse((await run(['info', '--json', '--store', `sqlite:${path}`])).out.join(''))
      assert.deepEqual(json.events, { waiting: 21, done: 10 })
      assert.deepEqual(json.documents, { freeze: 1, lock: 1, turn: 1, watch: 300 })
      assert.equal(json.schema, 2)
    }))

  it('makes no store where there is none', () =>
    withPath(async (path) => {
      const { code, err } = await run(['info', '--store', `sqlite:${path}`])
      assert.equal(code, 1)
      assert.match(err.join(), /there is no store at/)
      assert.equal(existsSync(path), false)
    }))
})
