// Owns the specs of the kill switch at a terminal: what it writes with and without a running runbot, and what it refuses.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { sqliteStore } from '../../src/adapters/store/sqlite/sqlite.ts'
import { activeFreezes } from '../../src/app/freezes.ts'
import { freeze } from '../../src/cli/freeze.ts'
import { verifyChain } from '../../src/core/audit.ts'
import type { Freeze } from '../../src/core/guardrails/input.ts'
import type { Person } from '../../src/core/run.ts'
import type { Store } from '../../src/ports/store.ts'
import { changed, GOVERNANCE, testFolder } from '../adapters/catalog/folder.ts'
import { withPath } from '../adapters/store/folder.ts'
import { begin } from '../contracts/store/steps.ts'
import { until } from '../story/runbot.ts'
import { answerOf, stage, wordsOf } from '../story/story.ts'

const program = fileURLToPath(new URL('../../src/cli/freeze.ts', import.meta.url))
const me = `cli:${userInfo().username}@${hostname()}`
const cli = (name: string): Person => ({ id: `cli:${name}@box`, name: `cli:${name}@box`, tenant: 'cli' })
const [ana, bo] = [cli('ana'), cli('bo')]
const GUARDED = `${GOVERNANCE}freeze: { may: [web], unfreeze: { may: [cab], not: [freezer] } }\n`

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs it as a program, as somebody at a terminal does. */
async function typed(args: readonly string[], env: Record<string, string>): Promise<Ran> {
  const child = spawn(process.execPath, [program, ...args], { env: { PATH: process.env['PATH'] ?? '', ...env } })
  const exit = once(child, 'exit')
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: (await exit)[0] as number, out, err }
}

describe('npm run freeze, while runbot does not run', () => {
  interface Scene {
    readonly store: Store
    readonly path: string
    readonly says: (args: readonly string[], as?: Person) => Promise<Ran>
    readonly control: () => Promise<readonly unknown[]>
  }

  /** A store with one open and one ended run, and runbook files of its own. */
  const scene = (body: (scene: Scene) => Promise<void>, governance = GUARDED) =>
    withPath(async (path) => {
      const folder = testFolder({ 'governance.yaml': governance })
      const store = await sqliteStore({ path })
      await begin(store, 'r-open', { status: 'awaitingApproval' })
      await begin(store, 'r-ended', { status: 'succeeded' })
      const env = { RUNBOT_STORE: `sqlite:${path}`, RUNBOOKS_DIR: folder.dir }
      const says = async (args: readonly string[], as = ana): Promise<Ran> => {
        const [out, err]: [string[], string[]] = [[], []]
        const output = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) }
        return { code: await freeze(args, env, output, as), out: out.join('\n'), err: err.join('\n') }
      }
      const control = async () => {
        const entries = await store.entries('control')
        const record = await store.record('control')
        const head = record && { seq: record.seq, hash: record.head }
        assert.deepEqual(verifyChain(entries, { canonicalize: canonicalJson, digest: sha256Hex }, head).ok, true)
        return entries.map(({ event }) => event)
      }
      try {
        await body({ store, path, says, control })
      } finally {
        await store.close()
        folder.remove()
      }
    })

  it('freezes everything, keeps who and why in the control chain, and has open runs looked at again (P4, P11)', () =>
    scene(async ({ store, says, control }) => {
      const { code, out } = await says(['because', 'Teams is', 'down'])
      assert.equal(code, 0)
      assert.match(out, /^Everything is frozen by cli:ana@box: no new mutating request leaves\.\n/)
      assert.match(out, /within a second[\s\S]*Read-only work goes on\. 1 open run is looked at again/)
      const [active, ...more] = await activeFreezes(store)
      assert.deepEqual(
        { ...active, at: 0 },
        { scope: 'all', by: ana.name, byId: ana.id, reason: 'Teams is down', at: 0 },
      )
      assert.deepEqual(more, [])
      assert.deepEqual(await control(), [{ type: 'frozen', scope: 'all', by: ana, reason: 'Teams is down' }])
      assert.deepEqual(
        (await store.due(Date.now(), 9)).map(({ chain }) => chain),
        ['r-open'],
      )
    }))

  it('freezes one scope by its proper name, lists it, and lets another person end it, with a reason', () =>
    scene(async ({ says, control, store }) => {
      assert.equal((await says(['ENV:Prod', 'because', 'audit week'])).code, 0)
      assert.match((await says(['list'])).out, /^env:prod is frozen since \d{4}-.* UTC by cli:ana@box: audit week$/)
      const { code, out } = await says(['unfreeze', 'env:prod', 'because', 'it is over'], bo)
      assert.deepEqual([code, out], [0, 'env:prod is no longer frozen. 1 open run is looked at again for it.'])
      assert.deepEqual((await control()).at(-1), { type: 'unfrozen', scope: 'env:prod', by: bo, reason: 'it is over' })
      assert.deepEqual(await activeFreezes(store), [])
      assert.match((await says(['list'])).out, /^Nothing is frozen by hand/)
    }))

  it('refuses the unfreeze to who froze it where governance says so, and keeps that (P4, P12)', () =>
    scene(async ({ says, control, store }) => {
      await says(['because', 'x'])
      const { code, err } = await says(['unfreeze', 'because', 'y'])
      assert.deepEqual([code, err], [1, 'who froze it may not unfreeze it: ask a member of cab'])
      assert.deepEqual((await control()).at(-1), {
        type: 'commandRefused',
        command: 'unfreeze',
        by: ana,
        reason: 'who froze it may not unfreeze it: ask a member of cab',
      })
      assert.equal((await activeFreezes(store)).length, 1)
    }))

  it('ends only the freeze that it looked at, and says who froze it again meanwhile (P4, P11, P12)', () =>
    scene(async ({ says, control, store, path }) => {
      await says(['because', 'first'])
      const later: Freeze = { scope: 'all', by: ana.name, byId: ana.id, reason: 'again', at: Date.now() + 1 }
      /** Looks who froze it, and stands still: by then it is frozen again. */
      const slow: Person = {
        ...bo,
        get id() {
          const other = new DatabaseSync(path)
          other.prepare("UPDATE documents SET value = ? WHERE kind = 'freeze'").run(JSON.stringify([later]))
          other.close()
          return bo.id
        },
      }
      const { code, err } = await says(['unfreeze', 'because', 'it is over'], slow)
      assert.deepEqual([code, err], [1, 'Everything was frozen again meanwhile by cli:ana@box: again'])
      assert.deepEqual(await activeFreezes(store), [later])
      assert.deepEqual((await control()).at(-1), {
        type: 'commandRefused',
        command: 'unfreeze',
        by: bo,
        reason: 'Everything was frozen again meanwhile by cli:ana@box: again',
      })
    }))

  it('lets who froze it end it where governance does not mind', () =>
    scene(async ({ says }) => {
      await says(['because', 'x'])
      assert.equal((await says(['unfreeze', 'because', 'y'])).code, 0)
    }, GOVERNANCE))

  it('freezes everything also while the files are broken, and then unfreezes nothing of one’s own (P5, P11)', () =>
    scene(
      async ({ says, store }) => {
        assert.equal((await says(['because', 'the files are broken too'])).code, 0)
        assert.match((await says(['env:prod', 'because', 'x'])).err, /cannot be told.*freeze everything instead/)
        assert.match((await says(['unfreeze', 'because', 'x'])).err, /cannot be told: mend the runbook files/)
        assert.equal((await activeFreezes(store)).length, 1)
      },
      changed(GUARDED, 'defaultRule: one\n', ''),
    ))

  const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no reason', ['env:prod'], /^a reason stands behind because: it is kept with the freeze\. usage: /],
    ['an empty reason', ['because', ' '], /^a reason stands behind because/],
    ['no reason to unfreeze', ['unfreeze', 'env:prod'], /^a reason stands behind because/],
    ['a reason without end', ['because', 'x'.repeat(1001)], /longer than 1000 characters/],
    ['two scopes', ['env:prod', 'env:dev', 'because', 'x'], /one scope at a time/],
    ['a word that is no scope', ['everyting', 'because', 'x'], /`everyting` is no scope/],
    ['an environment that is not there', ['env:prdo', 'because', 'x'], /there is no env:prdo.*env:dev, env:prod/],
    ['a runbook that is not there', ['runbook:mend', 'because', 'x'], /there is no runbook:mend .*runbook:mend-it/],
    ['an endpoint that is not there', ['endpoint:opps', 'because', 'x'], /there is no endpoint:opps .*endpoint:ops/],
    ['an unfreeze of what is not frozen', ['unfreeze', 'env:dev', 'because', 'x'], /env:dev is not frozen/],
  ]
  for (const [title, args, reason] of refused)
    it(`refuses ${title}, says what would help, and changes nothing (P12)`, () =>
      scene(async ({ says, store }) => {
        const { code, err } = await says(args)
        assert.equal(code, 1)
        assert.match(err, reason)
        assert.deepEqual(await activeFreezes(store), [])
        assert.equal(await store.record('control'), undefined)
      }))

  it('says of a scope that another froze already who it was, and is no surprise when repeated by its own person', () =>
    scene(async ({ says, control }) => {
      await says(['service:Shop', 'because', 'first'])
      const { code, err } = await says(['service:Shop', 'because', 'second'], bo)
      assert.deepEqual([code, err], [1, 'service:Shop is frozen already by cli:ana@box: first'])
      assert.equal((await says(['service:Shop', 'because', 'again'])).code, 0)
      assert.equal((await control()).length, 2)
    }))

  it('makes no store where there is none: that would freeze nothing', () =>
    withPath(async (path) => {
      const { code, err } = await typed(['because', 'x'], { RUNBOT_STORE: `sqlite:${path}` })
      assert.equal(code, 1)
      assert.match(err, /^there is no store at .*: start this where runbot starts, or set RUNBOT_STORE as it does\n$/)
      assert.equal(existsSync(path), false)
    }))
})

describe('npm run freeze, while runbot runs', () => {
  const story = stage({ count: 1 })
  const env = () => ({ RUNBOT_STORE: `sqlite:${story.place.store}`, RUNBOOKS_DIR: story.place.runbooks })

  it('stops a yes that comes after it, shows on the card, and ends when another person ends it (P2, P4, P11)', async () => {
    const { number, host } = story.raise()
    const shown = await story.asked(number)
    const as = story.world.people.approver
    const click = () => story.world.teams.click({ as, message: shown.message.id, verb: 'approve', data: shown.data })

    const frozen = await typed(['because', 'Teams is down'], env())
    assert.deepEqual([frozen.code, frozen.err], [0, ''])
    assert.match(frozen.out, /1 open run is looked at again/)
    assert.match(answerOf(await click()), /frozen by cli:.*: Teams is down/)
    assert.deepEqual(story.effects(host), [])
    await until('the card', () => /frozen by cli:.*: Teams is down/.test(wordsOf(story.cardOf(shown.run)?.card)))

    assert.match((await typed(['unfreeze', 'because', 'it is over'], env())).err, /who froze it may not unfreeze it/)
    const lines: string[] = []
    const output = { out: (line: string) => void lines.push(line), err: (line: string) => void lines.push(line) }
    assert.equal(await freeze(['unfreeze', 'because', 'it is over'], env(), output, bo), 0, lines.join('\n'))
    await click()
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    const trail = (await story.control()).flatMap((event) =>
      event.type === 'frozen' || event.type === 'unfrozen' || event.type === 'commandRefused'
        ? [`${event.type} ${event.by.name}`]
        : [],
    )
    assert.deepEqual(trail, [`frozen ${me}`, `commandRefused ${me}`, `unfrozen ${bo.name}`])
  })
})
