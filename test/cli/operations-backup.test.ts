// Owns the proof of docs/operations/backup.md on SQLite: backed up while runbot works, restored elsewhere, started safely.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { sqliteStore } from '../../src/adapters/store/sqlite/sqlite.ts'
import type { RunEvent } from '../../src/core/run.ts'
import { until } from '../story/runbot.ts'
import { answerOf, stage, wordsOf } from '../story/story.ts'

const ROOT = join(import.meta.dirname, '../..')
const run = promisify(execFile)
/** Only what is awaited ends the wait; a busy machine takes its time. */
const PATIENCE_MS = 45_000
const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`

/** The one block of a page that has these words, exactly as it stands there, but for the names that a reader fills in. */
function block(page: string, words: string, fills: { readonly [written: string]: string } = {}): string {
  const text = readFileSync(join(ROOT, 'docs/operations', page), 'utf8')
  const blocks = [...text.matchAll(/^ *```bash\n(?<code>.*?)^ *```$/gms)].map(({ groups }) => groups?.['code'] ?? '')
  const [found, ...others] = blocks.filter((code) => code.includes(words))
  assert.ok(found !== undefined && others.length === 0, `${page} has one block with ${words}`)
  return Object.entries(fills).reduce((code, [written, meant]) => {
    assert.ok(code.includes(written), `${page} says ${written}`)
    return code.replaceAll(written, meant)
  }, found)
}

const backupCommand = (): string => block('backup.md', 'VACUUM INTO')

/** As at a terminal, in the folder of the project. */
const shell = (code: string, env: { readonly [name: string]: string } = {}) =>
  run('bash', ['-euc', code], { cwd: ROOT, env: { PATH, ...env } })

/** A command of package.json, as somebody at a terminal starts it on this store. */
async function typed(program: string, args: readonly string[], store: string) {
  const command = join(ROOT, 'src/cli', program)
  const env = { PATH, RUNBOT_STORE: `sqlite:${store}` }
  return run(process.execPath, [command, ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      said: error.stdout + error.stderr,
    }),
  )
}

/** What a store says of a run, read by a reader of its own. */
async function eventsIn(path: string, chain: string): Promise<readonly RunEvent[]> {
  const store = await sqliteStore({ path, openReadOnly: true })
  try {
    return (await store.entries(chain)).map(({ event }) => event as unknown as RunEvent)
  } finally {
    await store.close()
  }
}

/** The chain head of the closing work note: hash and number of entries. */
function headIn(notes: readonly string[]): { readonly hash: string; readonly entries: number } | undefined {
  const found = notes.map((note) => /Audit chain head: ([0-9a-f]{64}) \((\d+) entries\)/.exec(note)).find(Boolean)
  return found ? { hash: found[1] ?? '', entries: Number(found[2]) } : undefined
}

describe('docs/operations/backup.md, on a SQLite store', function () {
  this.timeout(120_000)
  const anchors = mkdtempSync(join(tmpdir(), 'runbot-anchors-'))
  const story = stage({ count: 4, env: { AUDIT_ANCHORS: `file:${anchors}`, AUDIT_ANCHORS_MS: '500' } })
  after(() => rmSync(anchors, { recursive: true, force: true }))

  it('takes a backup of a store at work that holds all that was acknowledged, and for nobody else to read (P4)', async () => {
    const asked = await story.asked(story.raise().number)
    const copy = join(story.place.dir, 'taken.db')
    await shell(backupCommand(), { STORE: story.place.store, BACKUP: copy })
    assert.equal(statSync(copy).mode & 0o777, 0o600)
    assert.deepEqual(await eventsIn(copy, asked.run), await story.log(asked.run))
    const verified = await typed('audit.ts', ['verify'], copy)
    assert.deepEqual([verified.code, /: consistent/.test(verified.said)], [0, true], verified.said)
    await assert.rejects(shell(backupCommand(), { STORE: story.place.store, BACKUP: copy }), /already exists/)
  })

  it('starts frozen on a restored, older store: what was done after the backup is not done again, and the notes tell what is missing (P1, P3, P4, P11)', async () => {
    const { world, place } = story
    // One that will be resolved after the backup, and one that will fail, so that its incident stays open.
    const solved = story.raise()
    const failing = story.raise()
    const [first, second] = [await story.asked(solved.number), await story.asked(failing.number)]
    const restored = join(place.dir, 'restored.db')
    await shell(backupCommand(), { STORE: place.store, BACKUP: restored })

    world.sites[failing.host]?.setRecycleOutcome('stopped')
    for (const { message } of [first, second])
      await world.teams.click({ as: world.people.approver, message: message.id, verb: 'approve' })
    assert.equal((await story.ended(first.run, PATIENCE_MS)).status, 'succeeded')
    assert.notEqual((await story.ended(second.run, PATIENCE_MS)).status, 'succeeded')
    const noted = await until('the closing note', () => headIn(story.notes(failing.number)), PATIENCE_MS)
    await until('the other closing note', () => headIn(story.notes(solved.number)), PATIENCE_MS)
    const done = [...story.effects(solved.host), ...story.effects(failing.host)]
    assert.deepEqual(done.slice(0, 2), ['recycle-pool', 'recycle-pool'])

    // Checkpoints have seen what came after the backup.
    const verify = (store: string) => typed('audit.ts', ['verify', '--anchors', `file:${anchors}`], store)
    await until(
      'a checkpoint of all',
      async () => {
        const { said } = await verify(place.store)
        return /consistent, anchored up to/.test(said) && !/no checkpoint holds yet/.test(said)
      },
      PATIENCE_MS,
    )
    await story.bot().stop()
    const told = await verify(restored)
    assert.equal(told.code, 1)
    for (const chain of [first.run, second.run])
      assert.match(
        told.said,
        new RegExp(`^chain ${chain}: it was truncated after entry \\d+: checkpoint \\d+ of `, 'm'),
      )
    const written = readdirSync(anchors).length

    const frozen = await typed('freeze.ts', ['because', 'restored from a backup'], restored)
    assert.match(frozen.said, /^Everything is frozen by cli:/)
    await story.restart({ RUNBOT_STORE: `sqlite:${restored}` })

    // What is resolved by now ends by itself; what is not is asked for again, and nobody can say yes.
    const over = await until('the end of the run whose incident is resolved', async () =>
      (await eventsIn(restored, first.run)).find((event) => event.type === 'finished'),
    )
    assert.equal(over.status, 'stoppedByPolicy')
    await until('the card that asks again', () =>
      /restored from a backup/.test(wordsOf(story.cardOf(second.run)?.card)),
    )
    const answer = answerOf(
      await world.teams.click({
        as: world.people.approver,
        message: second.message.id,
        verb: 'approve',
        data: second.data,
      }),
    )
    assert.match(answer, /frozen/i)
    assert.deepEqual([...story.effects(solved.host), ...story.effects(failing.host)], done)

    // Checkpoints go on where they are.
    await until('a checkpoint of the restored store', () => readdirSync(anchors).length > written)
    assert.doesNotMatch(story.bot().log(), /cannot be anchored/)

    // The restored chain holds together, and is shorter than what ServiceNow has seen of it.
    const verified = await typed('audit.ts', ['verify'], restored)
    assert.deepEqual([verified.code, /: consistent/.test(verified.said)], [0, true], verified.said)
    const exported = (await typed('audit.ts', ['export', '--run', second.run], restored)).said.trimEnd().split('\n')
    assert.ok(exported.length < noted.entries, `${exported.length} entries, and the note says ${noted.entries}`)
    assert.ok(!exported.some((line) => line.includes(`"hash":"${noted.hash}"`)))
    const original = (await typed('audit.ts', ['export', '--run', second.run], place.store)).said.trimEnd().split('\n')
    const last = JSON.parse(original[noted.entries - 1] ?? '{}') as { hash?: string }
    assert.equal(last.hash, noted.hash)
  })

  it('lists what a person has approved, and lets go what the chain does not hold (P4)', async () => {
    const { approver } = story.world.people
    const query = block('incidents.md', 'glassBroken', {
      'data/runbot.db': story.place.store,
      '<Entra object id>': approver.aadObjectId,
    })
    const rows = (await shell(query)).stdout.trimEnd().split('\n')
    assert.equal(rows.length, 2)
    const [chain = ''] = rows[0]?.split(' ') ?? []
    assert.ok(
      (await story.log(chain)).some((event) => event.type === 'approved' && event.by.id === approver.aadObjectId),
    )

    const copy = join(story.place.dir, 'lighter.db')
    await shell(backupCommand(), { STORE: story.place.store, BACKUP: copy })
    const fills = { 'data/runbot.db': copy, 'R…': chain, 'npm run audit -- verify': 'node src/cli/audit.ts verify' }
    const bytes = (path: string) => {
      const db = new DatabaseSync(path, { readOnly: true })
      try {
        return db.prepare('SELECT count(*) AS parts FROM evidence WHERE chain = ?').get(chain)?.['parts']
      } finally {
        db.close()
      }
    }
    assert.ok(Number(bytes(copy)) > 0)
    const { stdout } = await shell(block('privacy.md', 'DELETE FROM evidence', fills), {
      RUNBOT_STORE: `sqlite:${copy}`,
    })
    assert.match(stdout, /: consistent/)
    assert.equal(bytes(copy), 0)
  })
})
