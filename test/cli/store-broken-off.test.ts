// Owns the specs of a copy that does not get through: killed, cut off, out of room, or in the way of a runbot at work.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { withPath } from '../adapters/store/folder.ts'
import { refuse } from '../sandbox/cosmos/answers.ts'
import { type SandboxCosmos, sandboxCosmos } from '../sandbox/cosmos.ts'
import { stage } from '../story/story.ts'
import { accountOf, copyArgs, furnish, heads, longAgo, run, sqlite } from './store-moved.ts'

/** Each test, also on a machine that does other things at the same time. */
const BUSY_MS = 120_000

const COMMAND = fileURLToPath(new URL('../../src/cli/store.ts', import.meta.url))

/** As a process of its own; `limit`: no file may grow beyond so many blocks of 1024 bytes. */
function start(args: readonly string[], env: Record<string, string>, limit?: number): ChildProcess {
  const line = [process.execPath, COMMAND, ...args]
  const limited = ['-c', `ulimit -f ${limit} && exec "$@"`, 'sh', ...line]
  const [file = '', ...rest] = limit === undefined ? line : ['bash', ...limited]
  return spawn(file, rest, { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** How it ended and all that it wrote; the exit code is null where it was killed. */
async function endOf(child: ChildProcess): Promise<{ readonly code: number | null; readonly said: string }> {
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const streams = [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : ''))
  const [code, ...said] = await Promise.all([gone, ...streams])
  return { code, said: said.join('') }
}

describe('store copy that is broken off', function () {
  this.timeout(BUSY_MS)
  let cosmos: SandboxCosmos
  before(async () => {
    cosmos = await sandboxCosmos()
  })
  after(() => cosmos.stop())
  afterEach(async () => {
    cosmos.faults.clear()
    await cosmos.up()
  })

  it('by a kill at any moment, goes on when it is started again, and ends with the same heads (P4)', () =>
    withPath(async (path) => {
      await furnish(path)
      const env = accountOf(cosmos, 'killed')
      const args = copyArgs(`sqlite:${path}`, 'cosmos')
      let kills = 0
      for (const skip of [0, 40, 200, 70, 9, 45]) {
        const child = start(args, env)
        cosmos.faults.clear()
        cosmos.faults.add({
          fault: { before: () => void child.kill('SIGKILL') },
          on: { where: ({ kind }) => ['create', 'batch', 'replace', 'patch'].includes(kind) },
          skip,
        })
        const { code, said } = await endOf(child)
        if (code === null) kills += 1
        else assert.equal(code, 0, said)
      }
      assert(kills >= 5, `killed ${kills} times`)
      cosmos.faults.clear()
      const last = await run(args, env)
      assert.deepEqual([last.code, last.err], [0, []], last.out.join('\n'))
      assert.match(last.out.join('\n'), /same: 11 chains, 460 entries, 3 artefacts, 31 intake events, 303 documents/)
      const config = { kind: 'cosmos', endpoint: cosmos.endpoint, key: cosmos.key, database: 'killed' } as const
      assert.deepEqual(await heads(config), await heads(sqlite(path)))
    }))

  it('by a store that went away says so, and how to go on', () =>
    withPath(async (path) => {
      await furnish(path)
      const env = accountOf(cosmos, 'away')
      const args = copyArgs(`sqlite:${path}`, 'cosmos')
      cosmos.faults.add({
        fault: { answer: refuse(403) },
        on: { kind: 'batch' },
        skip: 3,
        times: 1_000,
      })
      const cut = await run(args, env)
      assert.equal(cut.code, 1)
      assert.match(cut.err.join(), /broken off: the store does not allow this.* it goes on where it stopped/)
      cosmos.faults.clear()
      const again = await run(args, env)
      assert.deepEqual([again.code, again.err], [0, []])
      assert(again.out.includes('an earlier copy was broken off: it goes on'))
    }))

  it('is not, by answers that were lost after the work was done, by 503, 429 and 408', () =>
    withPath(async (path) => {
      await furnish(path)
      cosmos.faults.plan({
        seed: 7,
        rate: 0.08,
        faults: ['drop-after-commit', 'drop-before', 'unavailable', 'timed-out', { throttledMs: 5 }],
      })
      const copied = await run(copyArgs(`sqlite:${path}`, 'cosmos'), accountOf(cosmos, 'faulty'))
      assert.deepEqual([copied.code, copied.err], [0, []], copied.out.join('\n'))
      assert(Object.values(cosmos.faults.struck()).reduce((sum, count) => sum + count, 0) > 20)
    }))

  it('by a full disk loses nothing, and goes on when there is room', () =>
    withPath(async (path) => {
      await furnish(path)
      const to = join(dirname(path), 'to.db')
      const args = copyArgs(`sqlite:${path}`, `sqlite:${to}`)
      const full = await endOf(start(args, {}, 1_500))
      assert.equal(full.code, 1, full.said)
      assert.match(full.said, /broken off: .*disk.* it goes on where it stopped/)
      const again = await run(args)
      assert.deepEqual([again.code, again.err], [0, []], again.out.join('\n'))
      assert.deepEqual(await heads(sqlite(to)), await heads(sqlite(path)))
    }))
})

describe('store copy while runbot works', function () {
  this.timeout(BUSY_MS)
  const story = stage()

  it('is refused, frozen or not, vouched for or not, until every replica is gone (P8, P12)', async () => {
    const { number } = story.raise()
    await story.asked(number)
    const { path, to } = { path: story.place.store, to: join(story.place.dir, 'to.db') }
    const args = copyArgs(`sqlite:${path}`, `sqlite:${to}`)
    for (const more of [[], ['--while-stopped']]) {
      const { code, err } = await run([...args, ...more])
      assert.equal(code, 1)
      assert.match(err.join(), /runbot works on the source .*stop every replica/)
    }
    const { text: said } = await story.say(story.world.people.changeManager, 'freeze because "moving"')
    assert.match(said, /frozen/)
    assert.equal((await run(args)).code, 1)
    await story.bot().stop()
    assert.equal((await run(args)).code, 1)
    assert.equal(existsSync(to), false)
    longAgo(path)
    const { code, out, err } = await run(args)
    assert.deepEqual([code, err], [0, []], out.join('\n'))
    assert.deepEqual(await heads(sqlite(to)), await heads(sqlite(path)))
  })
})
