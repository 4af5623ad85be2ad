// Owns what must be true of a world after all its deaths: no change made twice, every run at its end or with a person.
import assert from 'node:assert/strict'
import { audit } from '../../src/cli/audit.ts'
import type { EndStatus } from '../../src/core/run.ts'
import type { Store } from '../../src/ports/store.ts'
import type { World } from '../sandbox/world.ts'
import { APPROVED, ASKED, type Asked } from './chaos-asked.ts'
import type { Effect } from './chaos-farm.ts'
import { TIMEOUT_MS } from './chaos-files.ts'
import type { Far, Kind } from './chaos-kinds.ts'
import {
  endOf,
  hasBegun,
  incidentOf,
  lifeOf,
  notesOwed,
  type Started,
  sentBeforeApproval,
  startedIn,
  wasAskedFor,
} from './chaos-log.ts'
import type { RunLog } from './crash-stage.ts'

/** What the proof looks at, when all is over. */
export interface Proven {
  readonly kind: Kind
  readonly world: World
  readonly far: Far
  /** The settings with which a command finds the store. */
  readonly storeAt: Readonly<Record<string, string>>
  /** When a process died each time, on runbot's clock. */
  deaths(): readonly number[]
  /** Whether anything was done to runbot, its store or its time. */
  isDisturbed(): boolean
  /** Which of those that were asked for a freeze met; null: there was none. */
  frozen(): ((asked: Asked) => boolean) | null
  runs(): Promise<readonly RunLog[]>
  store(): Promise<Store>
}

/** What was counted in one world. */
export interface Counted {
  readonly runs: number
  readonly kills: number
  /** Runs that were alive when runbot died, over all deaths. */
  readonly alive: number
  /** Launches that were on record without an answer when runbot died. */
  readonly between: number
  readonly launches: number
  readonly effects: number
  readonly duplicates: number
  readonly ends: Readonly<Partial<Record<EndStatus, number>>>
}

const PERSON: EndStatus = 'needsHuman'
const STOPPED: EndStatus = 'stoppedByPolicy'
/** How a run ends that a freeze met: before its first change, or after it. */
const FROZEN: readonly EndStatus[] = [STOPPED, PERSON]

/** Fails with what is wrong. */
export async function prove(chaos: Proven): Promise<void> {
  const runs = await chaos.runs()
  const started = runs.flatMap(startedIn)
  proveEffects(chaos, started, chaos.far.effects())
  proveEnds(chaos, runs, started)
  await proveLocks(chaos, runs)
  proveNotes(chaos, runs)
  proveThreads(chaos, runs)
  await proveChains(chaos)
}

/** What there is, right or wrong. */
export async function count(chaos: Proven): Promise<Counted> {
  const runs = await chaos.runs()
  const effects = chaos.far.effects()
  const started = runs.flatMap(startedIn)
  const deaths = chaos.deaths()
  const during = ([from, to]: readonly [number, number]) => deaths.filter((at) => from <= at && at <= to).length
  const ends: Partial<Record<EndStatus, number>> = {}
  for (const run of runs) {
    const status = endOf(run)?.status
    if (status) ends[status] = (ends[status] ?? 0) + 1
  }
  return {
    runs: runs.length,
    kills: deaths.length,
    alive: sum(runs.map((run) => during(lifeOf(run)))),
    between: sum(started.map((each) => during([each.startedAt, each.answeredAt ?? Number.POSITIVE_INFINITY]))),
    launches: started.length,
    effects: effects.length,
    duplicates: effects.length - new Set(effects.map(placeOf)).size,
    ends,
  }
}

const sum = (all: readonly number[]): number => all.reduce((total, each) => total + each, 0)

/** One step of one target, done or undone. */
const placeOf = ({ step, target, what }: Omit<Effect, 'key'>): string => `${what} of ${step} on ${target}`
const nameOf = (each: Omit<Effect, 'key'>): string => `${each.run}: ${placeOf(each)}`

/** P3: a change is on record before it is made, is made once at most, and the log does not lie about it. */
function proveEffects({ far }: Proven, started: readonly Started[], effects: readonly Effect[]): void {
  // Whatever run it was for: of two rivals one alone may act (P7).
  assert.deepEqual(repeated(effects.map(placeOf)), [], 'changes that were made twice (P3, P7)')
  assert.deepEqual(repeated(started.map(({ key }) => key)), [], 'keys that were used twice (P3)')
  const madeOf = (each: Started) => {
    const key = far.bears(each.key)
    return effects.filter((made) => (key === null ? nameOf(made) === nameOf(each) : made.key === key))
  }
  const owned = started.flatMap((each) => {
    const made = madeOf(each)
    assert.deepEqual(
      made.map(nameOf),
      made.map(() => nameOf(each)),
      'a key stands for the change that it was made for',
    )
    const { end } = each
    const times =
      end === null || end.outcome === 'unknown' ? 'open' : end.never ? 0 : end.outcome === 'succeeded' ? 1 : 'open'
    if (times !== 'open') assert.equal(made.length, times, `${nameOf(each)}: the log says ${JSON.stringify(end)} (P3)`)
    assert.ok(made.length <= 1, `${nameOf(each)}: ${made.length} effects (P3)`)
    return made
  })
  const strays = effects.filter((made) => !owned.includes(made))
  assert.deepEqual(strays.map(nameOf), [], 'changes that no log speaks of (P3)')
}

const repeated = (all: readonly string[]): readonly string[] => all.filter((each, index) => all.indexOf(each) < index)

/** Every run reaches an end or a person; and what the endpoint can tell needs nobody. */
function proveEnds({ kind, isDisturbed, frozen }: Proven, runs: readonly RunLog[], started: readonly Started[]): void {
  assert.equal(runs.length, ASKED.length, 'one run for each that was asked for (P8)')
  for (const asked of ASKED) {
    const run = runs.find((each) => wasAskedFor(each, asked))
    assert.ok(run, `the run ${asked.name}`)
    const { status, reason = '' } = endOf(run) ?? {}
    const about = `${asked.name} (${run.record.chain}) ends as ${status}: ${reason}`
    assert.ok(status !== undefined && run.record.status === status, `${about}: it has an end`)
    assert.notEqual(reason, '', about)
    const mine = started.filter((each) => each.run === run.record.chain)
    const open = mine.filter(({ end }) => end === null)
    const unknown = mine.filter(({ end }) => end?.outcome === 'unknown')
    assert.deepEqual(open.map(nameOf), [], `${about}: nothing is left open`)
    // A rival is stopped, by the lock or by anti-flap.
    const fits = status === asked.ends || (asked.rivals && status === STOPPED)
    const never = mine.filter(({ end }) => end?.never)
    const lasting = never.filter((each) => !mine.some((later) => isAgain(later, each)))
    // Where the endpoint knows the key nobody is bothered; without one nobody else can tell.
    const cut: EndStatus = kind.lost === 'left to a person' ? PERSON : endOfCut(lasting)
    const isFrozen = frozen()?.(asked) === true && /freeze/i.test(reason) && FROZEN.includes(status)
    assert.ok(fits || isFrozen || (isDisturbed() && status === cut), about)
    for (const each of never.filter(({ end }) => !end?.kept))
      assert.ok((each.answeredAt ?? 0) >= lostAt(kind, each), `${about}: too early for ${nameOf(each)} to be lost`)
    assert.ok(status === PERSON || unknown.length === 0, `${about}: a person is asked about what is unknown`)
    assert.ok(status !== PERSON || unknown.length > 0 || isFrozen, `${about}: nobody is asked for nothing`)
    if (asked === APPROVED) assert.ok(!sentBeforeApproval(run), `${about}: nothing is sent before the approval (P1)`)
  }
}

/** A rollback that never started is started anew, with another key; an action is not. */
const isAgain = (later: Started, never: Started): boolean =>
  later.what === 'rollback' && placeOf(later) === placeOf(never) && later.startedAt > never.startedAt

/** How a run ends of which these never started, and were not started anew. */
const endOfCut = (never: readonly Started[]): EndStatus => {
  if (never.some(({ what }) => what === 'rollback')) return 'rollbackFailed'
  return never.length > 0 ? 'failed' : 'succeeded'
}

/** A launch that nobody knows may still be on its way until its deadline; what can be sent again is, for as long as its step has. */
const lostAt = ({ lost }: Kind, { startedAt, deadlineAt }: Started): number =>
  lost === 'sent again with its key' ? startedAt + TIMEOUT_MS : deadlineAt

/** P7: who has ended holds nothing; who needs a person holds all its targets. */
async function proveLocks({ store }: Proven, runs: readonly RunLog[]): Promise<void> {
  const locks = await (await store()).all('lock')
  const holders = locks.map(({ value }) => String((value as { run?: string }).run)).toSorted()
  const owed = ASKED.flatMap((asked) => {
    const run = runs.find((each) => wasAskedFor(each, asked))
    return run && hasBegun(run) && endOf(run)?.status === PERSON ? asked.targets.map(() => run.record.chain) : []
  })
  assert.deepEqual(holders, owed.toSorted(), 'locks that are left (P7)')
}

/** P6: each work note once and in order, the last one with the head of the chain (P4). */
function proveNotes({ world }: Proven, runs: readonly RunLog[]): void {
  for (const run of runs) {
    const sysId = incidentOf(run)
    if (sysId === undefined) continue
    const notes = world.servicenow.notes(sysId)
    const { chain } = run.record
    const told = notes.map((note) =>
      Number(/\[runbot (\w+)#(\d+)\]/.exec(note)?.slice(1).join().replace(`${chain},`, '')),
    )
    const inOrder = [...new Set(told)].toSorted((one, other) => one - other)
    assert.deepEqual(told, inOrder, `work notes of ${chain}, each once and in order (P6)`)
    const missing = notesOwed(run).filter((seq) => !told.includes(seq))
    assert.deepEqual(missing, [], `entries of ${chain} without a work note (P6)`)
    // What follows the end, such as a late click or a level that was taken back, is no part of it.
    const end = run.entries.findLast(({ event }) => event.type === 'finished')
    assert.ok(end && notes.at(-1)?.includes(end.hash), 'the closing note carries the head of the chain at its end (P4)')
  }
}

/** P6: each reply in Teams once to the reader's eye: one that stands twice is marked as the same. */
function proveThreads({ world: { teams } }: Proven, runs: readonly RunLog[]): void {
  for (const { record } of runs) {
    const thread = teams.threads().find(({ messages }) => messages.some(({ card }) => namesRun(card, record.chain)))
    const replies = (thread?.messages ?? []).filter(({ from, card }) => from.id === teams.world.bot.id && !card)
    const texts = replies.map(({ text }) => text)
    assert.deepEqual(repeated(texts.filter((text) => !MARK.test(text))), [], `replies about ${record.chain} (P6)`)
  }
}

const MARK = / \(once more: [^)]*\)$/
const namesRun = (card: unknown, run: string): boolean => card !== null && JSON.stringify(card).includes(run)

async function proveChains({ storeAt }: Proven): Promise<void> {
  const said: string[] = []
  const say = (line: string) => void said.push(line)
  const code = await audit(['verify'], storeAt, { out: say, err: say })
  assert.equal(code, 0, `the audit trail (P4): ${said.join('; ')}`)
}
