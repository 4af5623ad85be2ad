// Owns the proof that checkpoints of a real runbot find what hashes alone cannot: each attack in turn is found and named (P4).
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { publicKeyOf } from '../../src/adapters/anchors/signing.ts'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { audit } from '../../src/cli/audit.ts'
import { linkEntries } from '../../src/core/audit.ts'
import type { Checkpoint } from '../../src/core/checkpoint.ts'
import type { Json } from '../../src/core/values.ts'
import { until } from '../story/runbot.ts'
import { stage } from '../story/story.ts'

interface Copy {
  readonly db: string
  readonly anchors: string
  /** The names of its checkpoints, in order. */
  readonly files: () => readonly string[]
}

const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()

describe('audit verify with checkpoints', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runbot-anchors-'))
  const { privateKey } = generateKeyPairSync('ed25519')
  const own = publicKeyOf(privateKey)
  const anchors = join(folder, 'anchors')
  const keyFile = join(folder, 'audit-key.pem')
  const publicFile = join(folder, 'audit-key.pub.pem')
  writeFileSync(keyFile, pemOf(privateKey))
  writeFileSync(publicFile, own.pem)
  const env = { AUDIT_ANCHORS: `file:${anchors}`, AUDIT_ANCHORS_MS: '500', AUDIT_SIGNING_KEY: keyFile }
  const story = stage({ count: 4, env })
  let ended = ''

  const verify = async (store: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const out: string[] = []
    const output = { out: (line: string) => void out.push(line), err: (line: string) => void out.push(line) }
    const code = await audit(['verify', ...args], { RUNBOT_STORE: `sqlite:${store}`, ...more }, output)
    return { code, out, last: out.at(-1) ?? '' }
  }
  /** None before the first checkpoint, which makes the directory. */
  const filesIn = (dir: string) =>
    (existsSync(dir) ? readdirSync(dir) : []).filter((name) => name.startsWith('checkpoint-')).toSorted()
  const read = (dir: string, name: string) => JSON.parse(readFileSync(join(dir, name), 'utf8')) as Checkpoint
  /** The highest entry of a chain that a checkpoint holds. */
  const held = (chain: string) =>
    Math.max(
      0,
      ...filesIn(anchors).flatMap((name) =>
        read(anchors, name).chains.flatMap((each) => (each.chain === chain ? [each.seq] : [])),
      ),
    )

  /** A copy of the store and of the place, tampered with, and what verify says of them. */
  const attacked = async (attack: (copy: Copy) => void, args: readonly string[] = ['--key', publicFile]) => {
    const dir = mkdtempSync(join(folder, 'copy-'))
    const copy: Copy = {
      db: join(dir, 'runbot.db'),
      anchors: join(dir, 'anchors'),
      files: () => filesIn(join(dir, 'anchors')),
    }
    const source = new DatabaseSync(story.place.store, { readOnly: true })
    await backup(source, copy.db)
    source.close()
    cpSync(anchors, copy.anchors, { recursive: true })
    for (const name of copy.files()) chmodSync(join(copy.anchors, name), 0o600)
    attack(copy)
    return verify(copy.db, ['--anchors', `file:${copy.anchors}`, ...args])
  }
  const edit = (db: string, ...sql: readonly string[]) => {
    const base = new DatabaseSync(db)
    for (const each of sql) base.exec(each)
    base.close()
  }
  /** Writes a chain anew from an entry on, with hashes that fit. */
  const recompute = (db: string, chain: string, from: number) => {
    const base = new DatabaseSync(db)
    const rows = base.prepare('SELECT seq, at, event, hash FROM entries WHERE chain = ? ORDER BY seq').all(chain)
    const before = rows[from - 2]
    const head = before ? { seq: Number(before['seq']), hash: String(before['hash']) } : { seq: 0, hash: '' }
    const events = rows.slice(from - 1).map((row, index) => ({
      at: Number(row['at']),
      event: index === 0 ? { type: 'nothingHappened' } : (JSON.parse(String(row['event'])) as Json),
    }))
    const entries = linkEntries(chain, head, events, canonicalJson, sha256Hex)
    const change = base.prepare('UPDATE entries SET event = ?, prev = ?, hash = ? WHERE chain = ? AND seq = ?')
    for (const { seq, event, prev, hash } of entries) change.run(JSON.stringify(event), prev, hash, chain, seq)
    base.prepare('UPDATE chains SET head = ? WHERE chain = ?').run(entries.at(-1)?.hash ?? '', chain)
    base.close()
  }

  before(async function () {
    this.timeout(120_000)
    const { approver } = story.world.people
    const first = story.raise()
    const shown = await story.asked(first.number)
    ended = shown.run
    // Three at least: one while it is open, one of its end, one of the run after it.
    await until('a checkpoint of the run while it is open', () => held(ended) > 0)
    await story.world.teams.click({ as: approver, message: shown.message.id, verb: 'reject' })
    await story.ended(ended)
    const seq = async () => (await (await story.store()).record(ended))?.seq ?? -1
    await until('a checkpoint of the ended run', async () => held(ended) === (await seq()))
    // A crash, and a new process that goes on where the old one was.
    const count = filesIn(anchors).length
    await story.bot().kill()
    await story.restart()
    const open = story.raise()
    const { run } = await story.asked(open.number)
    await until('a checkpoint of the open run', () => held(run) > 0)
    assert.ok(filesIn(anchors).length > count)
    const settled = async () => (await verify(story.place.store, ['--key', publicFile], env)).out.length === 1
    await until('all of it to be anchored', settled)
    await story.bot().stop()
  })
  after(() => rmSync(folder, { recursive: true }))

  it('says up to when everything is anchored, by how many and by whom (P4)', async () => {
    const count = filesIn(anchors).length
    assert.ok(count >= 3, `${count} checkpoints`)
    const sum = new RegExp(
      `^checked \\d+ chains, \\d+ entries: consistent, anchored up to \\d{4}-\\d\\d-\\d\\dT[\\d:]{8}Z by ${count} checkpoints \\(key ${own.keyId}\\)$`,
    )
    for (const [args, more] of [
      [[], env],
      [['--anchors', `file:${anchors}`, '--key', publicFile], {}],
    ] as const) {
      const { code, out } = await verify(story.place.store, args, more)
      assert.equal(code, 0)
      assert.equal(out.length, 1)
      assert.match(out[0] ?? '', sum)
    }
  })

  it('says what was not checked: no place, or no key', async () => {
    const unplaced = await verify(story.place.store, [])
    assert.equal(unplaced.code, 0)
    assert.match(unplaced.out[0] ?? '', /^this store has written \d+ checkpoints: name their place with --anchors/)
    assert.match(unplaced.last, /: consistent, not anchored$/)
    const unkeyed = await verify(story.place.store, ['--anchors', `file:${anchors}`])
    assert.match(unkeyed.last, /\(signed, not checked: give --key\)$/)
  })

  it('finds a truncated chain, whose record fits (P4)', async () => {
    const { code, out, last } = await attacked(({ db }) => {
      edit(db, `DELETE FROM entries WHERE chain = '${ended}' AND seq > 2`)
      edit(
        db,
        `UPDATE chains SET seq = 2, head = (SELECT hash FROM entries WHERE chain = '${ended}' AND seq = 2) WHERE chain = '${ended}'`,
      )
    })
    assert.equal(code, 1)
    assert.match(
      out[0] ?? '',
      new RegExp(`^chain ${ended}: it was truncated after entry 2: checkpoint \\d+ of .+Z saw entry \\d+$`),
    )
    assert.match(last, /: 1 chain is not consistent$/)
  })

  for (const chain of ['the run', 'control'])
    it(`finds a recomputed chain with valid hashes: ${chain} (P4)`, async () => {
      const name = chain === 'control' ? chain : ended
      const { code, out } = await attacked(({ db }) => recompute(db, name, 1))
      assert.equal(code, 1)
      assert.match(
        out[0] ?? '',
        new RegExp(`^chain ${name}: it was written anew: entry \\d+ is not the one that checkpoint \\d+ of .+Z saw$`),
      )
    })

  it('finds a chain that was deleted with its record (P4)', async () => {
    const { code, out } = await attacked(({ db }) =>
      edit(db, `DELETE FROM entries WHERE chain = '${ended}'`, `DELETE FROM chains WHERE chain = '${ended}'`),
    )
    assert.equal(code, 1)
    assert.match(
      out[0] ?? '',
      new RegExp(`^chain ${ended}: it is gone: checkpoint \\d+ of .+Z saw (an entry|\\d+ entries) of it$`),
    )
  })

  const rewrite = ({ anchors: dir }: Copy, name: string, change: (text: string) => string) =>
    writeFileSync(join(dir, name), change(readFileSync(join(dir, name), 'utf8')))
  /** A checkpoint with other heads, signed with this key. */
  const resigned = (text: string, key: KeyObject): string => {
    const { signature: _, ...signed } = JSON.parse(text) as Checkpoint
    const forged = { ...signed, at: signed.at + 1, keyId: publicKeyOf(key).keyId } as unknown as Record<string, Json>
    const signature = sign(null, Buffer.from(canonicalJson(forged)), key).toString('base64')
    return canonicalJson({ ...forged, signature })
  }
  const other = generateKeyPairSync('ed25519').privateKey

  const attacks: readonly (readonly [string, (copy: Copy, second: string, last: string) => void, RegExp])[] = [
    [
      'an edited checkpoint',
      (copy, second) => rewrite(copy, second, (text) => text.replace(/"head":"./, '"head":"x')),
      /^checkpoint 2 was changed: its signature does not hold$/m,
    ],
    [
      'an edited last checkpoint',
      (copy, _, last) => rewrite(copy, last, (text) => text.replace(/"at":\d/, '"at":9')),
      /^checkpoint \d+ is not the one that runbot wrote$/m,
    ],
    [
      'a checkpoint that is none',
      (copy, second) => rewrite(copy, second, () => '{}'),
      /^checkpoint 2 was changed: it is not what/m,
    ],
    ['a deleted first one', (copy) => rmSync(join(copy.anchors, copy.files()[0] ?? '')), /^checkpoint 1 is missing$/m],
    ['a deleted middle one', (copy, second) => rmSync(join(copy.anchors, second)), /^checkpoint 2 is missing$/m],
    ['a deleted last one', (copy, _, last) => rmSync(join(copy.anchors, last)), /^checkpoint \d+ is missing$/m],
    [
      'all of them deleted',
      (copy) => copy.files().forEach((name) => rmSync(join(copy.anchors, name))),
      /^checkpoints 1 to \d+ are missing$/m,
    ],
    [
      'one that was signed with another key',
      (copy, second) => rewrite(copy, second, (text) => resigned(text, other)),
      new RegExp(`^checkpoint 2 is signed with another key \\(${publicKeyOf(other).keyId}\\)$`, 'm'),
    ],
    [
      'one that was replaced by one with the right key',
      (copy, second) => rewrite(copy, second, (text) => resigned(text, privateKey)),
      /^checkpoint 3 does not continue checkpoint 2$/m,
    ],
    [
      'one whose signature was taken off',
      (copy, second) =>
        rewrite(copy, second, (text) =>
          canonicalJson({ ...(JSON.parse(text) as { [key: string]: Json }), keyId: null, signature: null }),
        ),
      /^checkpoint 2 is not signed$/m,
    ],
    [
      'two of one number',
      (copy, second) => cpSync(join(copy.anchors, second), join(copy.anchors, 'checkpoint-2.json')),
      /^checkpoint 2 is there twice$/m,
    ],
    [
      'one under another number',
      (copy, second, last) => renameSync(join(copy.anchors, last), join(copy.anchors, second)),
      /^checkpoint 2 was exchanged: it says that it is checkpoint \d+$/m,
    ],
  ]
  for (const [what, attack, says] of attacks)
    it(`finds ${what} (P4)`, async () => {
      const { code, out, last } = await attacked((copy) => {
        const files = copy.files()
        attack(copy, files[1] ?? '', files.at(-1) ?? '')
      })
      assert.equal(code, 1)
      assert.match(out.join('\n'), says)
      assert.match(last, /the checkpoints do not hold$/)
    })

  it('refuses a key that is none, and a place that is none, in one sentence', async () => {
    const said = async (...args: readonly string[]) => {
      const { code, out } = await verify(story.place.store, args)
      assert.deepEqual([code, out.length], [1, 1])
      return out[0] ?? ''
    }
    assert.match(
      await said('--anchors', `file:${anchors}`, '--key', join(folder, 'none')),
      /cannot be read \(ENOENT\)$/,
    )
    writeFileSync(join(folder, 'no-key.pem'), 'no key')
    assert.match(
      await said('--anchors', `file:${anchors}`, '--key', join(folder, 'no-key.pem')),
      /is not an Ed25519 public key/,
    )
    assert.match(await said('--anchors', 'ftp://example'), /^AUDIT_ANCHORS must be the https URL of a blob container/)
  })
})

describe('audit key', () => {
  const ran = async (env: NodeJS.ProcessEnv) => {
    const [out, err]: [string[], string[]] = [[], []]
    const code = await audit(['key'], env, { out: (line) => void out.push(line), err: (line) => void err.push(line) })
    return { code, out: out.join('\n'), err: err.join('\n') }
  }

  it('prints the id and the PEM of the public key, which verify takes as it is printed, and no secret', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const { code, out } = await ran({ AUDIT_SIGNING_KEY: pemOf(privateKey) })
    assert.equal(code, 0)
    assert.equal(publicKeyOf(out).keyId, publicKeyOf(privateKey).keyId)
    assert.match(out, new RegExp(`^key ${publicKeyOf(privateKey).keyId}\n-----BEGIN PUBLIC KEY-----`))
    assert.doesNotMatch(out, /PRIVATE/)
  })

  it('says how to make one where there is none', async () => {
    const { code, err } = await ran({})
    assert.equal(code, 1)
    assert.match(err, /^AUDIT_SIGNING_KEY is not set: make one with openssl genpkey -algorithm ed25519/)
  })
})
