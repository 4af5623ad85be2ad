// Owns the specs of the audit command: what it finds in a store that somebody edited, what it prints, how it exits.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { sqliteStore } from '../../src/adapters/store/sqlite/sqlite.ts'
import { audit } from '../../src/cli/audit.ts'
import { type ChainEntry, verifyChain } from '../../src/core/audit.ts'
import { withPath } from '../adapters/store/folder.ts'
import { begin, extend, linked } from '../contracts/store/steps.ts'

interface Ran {
  readonly code: number
  readonly out: readonly string[]
  readonly err: readonly string[]
}

async function run(args: readonly string[], store: string): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []]
  const output = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) }
  return { code: await audit(args, { RUNBOT_STORE: store }, output), out, err }
}

/** Three chains: run_1 with five entries, run_2 with two, control with one; then edited by hand. */
async function audited(path: string, ...edits: readonly string[]): Promise<Ran> {
  const store = await sqliteStore({ path })
  await begin(store, 'run_1', { entries: linked('run_1', ['a', 'b', 'c', 'd', 'e']) })
  await begin(store, 'run_2', { entries: linked('run_2', ['a', 'b']) })
  await begin(store, 'control')
  await store.close()
  const db = new DatabaseSync(path)
  for (const edit of edits) db.exec(edit)
  db.close()
  return run(['verify'], `sqlite:${path}`)
}

describe('audit verify', () => {
  it('says of an untouched store: consistent, not anchored (P4)', () =>
    withPath(async (path) => {
      const out = ['checked 3 chains, 8 entries: consistent, not anchored']
      assert.deepEqual(await audited(path), { code: 0, out, err: [] })
    }))

  it('says the same of an empty store', () =>
    withPath(async (path) => {
      await (await sqliteStore({ path })).close()
      const ran = await run(['verify'], `sqlite:${path}`)
      assert.deepEqual([ran.code, ran.out], [0, ['checked 0 chains, 0 entries: consistent, not anchored']])
    }))

  const place = "chain = 'run_1' AND seq"
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    [
      'a changed event',
      [`UPDATE entries SET event = '"x"' WHERE ${place} = 3`],
      'entry 3: its content does not match its hash: it was changed',
    ],
    [
      'an event that is no JSON any more',
      [`UPDATE entries SET event = '{' WHERE ${place} = 3`],
      'entry 3: its content is not JSON any more: it was changed',
    ],
    [
      'the first of several changes',
      [`UPDATE entries SET event = '{' WHERE ${place} = 4`, `UPDATE entries SET at = 5 WHERE ${place} = 2`],
      'entry 2: its content does not match its hash: it was changed',
    ],
    [
      'two entries that changed places',
      [2, 3, -2].map((seq) => `UPDATE entries SET seq = ${seq === 2 ? -2 : seq === 3 ? 2 : 3} WHERE ${place} = ${seq}`),
      'entry 2: it does not continue entry 1',
    ],
    ['a deleted entry', [`DELETE FROM entries WHERE ${place} = 3`], 'entry 4: entry 3 is missing before it'],
    [
      'a truncated chain',
      [`DELETE FROM entries WHERE ${place} > 3`],
      'entry 3: the chain was truncated: it should end with entry 5',
    ],
    [
      'an emptied chain',
      ["DELETE FROM entries WHERE chain = 'run_1'"],
      'the chain was truncated: it should end with entry 5',
    ],
    [
      'a record that was put back',
      ["UPDATE chains SET seq = 3 WHERE chain = 'run_1'"],
      'entry 5: the chain should have ended with entry 3',
    ],
    [
      'a record with another head',
      ["UPDATE chains SET head = 'x' WHERE chain = 'run_1'"],
      'entry 5: it is not the entry that the chain should end with',
    ],
    [
      'a deleted record',
      ["DELETE FROM chains WHERE chain = 'run_1'"],
      'it has entries but no record: the record was deleted',
    ],
  ]
  for (const [what, edits, reason] of cases) {
    it(`finds ${what} and names the first entry that does not fit (P4)`, () =>
      withPath(async (path) => {
        const { code, out, err } = await audited(path, ...edits)
        assert.deepEqual([code, err, out[0]], [1, [], `chain run_1: ${reason}`])
        assert.equal(out.length, 2)
        assert.match(out[1] ?? '', /^checked \d chains, \d entries: 1 chain is not consistent$/)
      }))
  }

  it('prints each chain that does not hold, on a line of its own, harmless to a terminal (P12)', () =>
    withPath(async (path) => {
      const { code, out } = await audited(
        path,
        "UPDATE entries SET at = 1 WHERE chain = 'run_2' AND seq = 2",
        "UPDATE chains SET chain = 'run_' || char(27) || '[2J' || char(10) WHERE chain = 'run_1'",
      )
      assert.equal(code, 1)
      assert.equal(out.length, 4)
      assert.equal(out.at(-1), 'checked 3 chains, 3 entries: 3 chains are not consistent')
      assert.ok(out.every((line) => !/\p{Cc}/u.test(line)))
    }))

  it('holds while runbot writes to the store (P4)', () =>
    withPath(async (path) => {
      const store = await sqliteStore({ path })
      let record = await begin(store, 'run_1')
      const verified = new AbortController()
      const writing = (async () => {
        while (!verified.signal.aborted) record = await extend(store, record, { filler: 'x'.repeat(200) })
      })()
      for (let i = 0; i < 5; i += 1) assert.equal((await run(['verify'], `sqlite:${path}`)).code, 0)
      verified.abort()
      await writing
      await store.close()
    }))

  it('says in one sentence what it cannot open, and makes no file', () =>
    withPath(async (path) => {
      const complaint = async (store: string) => {
        const { code, out, err } = await run(['verify'], store)
        assert.deepEqual([code, out.length, err.length], [1, 0, 1])
        return err[0] ?? ''
      }
      assert.equal(await complaint(`sqlite:${path}`), `there is no store at ${path}`)
      await assert.rejects(stat(path))
      assert.match(await complaint('cosmos'), /^COSMOS_ENDPOINT is missing: /)
      assert.match(await complaint('postgres:x'), /^RUNBOT_STORE must be sqlite:<path> to a file/)
      await writeFile(path, 'no database at all, '.repeat(100))
      assert.match(await complaint(`sqlite:${path}`), /is not a runbot store: it is not a SQLite database$/)
    }))

  it('explains its use where a command is missing or wrong', async () => {
    for (const args of [[], ['check'], ['verify', 'x'], ['verify', '--run', 'a'], ['export'], ['--nonsense']]) {
      const { code, err } = await run(args, 'sqlite:none.db')
      assert.equal(code, 1)
      assert.match(err.join('\n'), /^usage: npm run audit -- verify \| /)
    }
  })
})

describe('audit export', () => {
  const verified = (lines: readonly string[]) => {
    const entries = lines.map((line) => JSON.parse(line) as ChainEntry)
    return verifyChain(entries, { canonicalize: canonicalJson, digest: sha256Hex })
  }

  it('prints a run as JSON Lines that anybody can verify again (P4)', () =>
    withPath(async (path) => {
      await audited(path)
      const { code, out } = await run(['export', '--run', 'run_1'], `sqlite:${path}`)
      const verdict = verified(out)
      assert.deepEqual([code, out.length, verdict.ok], [0, 5, true])
      assert.deepEqual(Object.keys(JSON.parse(out[0] ?? '') as object), ['chain', 'seq', 'at', 'event', 'prev', 'hash'])
    }))

  it('writes a log of any length to a file, for this user alone', () =>
    withPath(async (path) => {
      const store = await sqliteStore({ path })
      const events = Array.from({ length: 1200 }, (_, i) => ({ i, text: 'line\nbreak' }))
      await begin(store, 'control', { entries: linked('control', events) })
      await store.close()
      const file = `${path}.jsonl`
      const { code, out } = await run(['export', '--run', 'control', '--out', file], `sqlite:${path}`)
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
      assert.deepEqual([code, out, lines.length, verified(lines).ok], [0, [], 1200, true])
      assert.equal((await stat(file)).mode & 0o777, 0o600)
    }))

  it('says that a run is not there, and that a file cannot be written', () =>
    withPath(async (path) => {
      await audited(path)
      const missing = await run(['export', '--run', 'run_9'], `sqlite:${path}`)
      assert.deepEqual([missing.code, missing.err], [1, ['there is no run run_9 in this store']])
      await mkdir(`${path}.d`)
      const folder = await run(['export', '--run', 'run_1', '--out', `${path}.d`], `sqlite:${path}`)
      assert.deepEqual([folder.code, folder.err], [1, [`${path}.d cannot be written (EISDIR)`]])
    }))
})

describe('audit as a program', () => {
  it('prints its lines, exits 0 or 1, and shows no stack trace', () =>
    withPath(async (path) => {
      await audited(path)
      const program = async (...args: readonly string[]) => {
        const file = fileURLToPath(new URL('../../src/cli/audit.ts', import.meta.url))
        const child = spawn(process.execPath, [file, ...args], {
          env: { ...process.env, RUNBOT_STORE: `sqlite:${path}` },
        })
        const exit = once(child, 'exit')
        const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
        return [(await exit)[0] as number, out, err]
      }
      const summary = 'checked 3 chains, 8 entries: consistent, not anchored\n'
      assert.deepEqual(await program('verify'), [0, summary, ''])
      assert.deepEqual(await program('export', '--run', 'run_9'), [1, '', 'there is no run run_9 in this store\n'])
    }))
})
