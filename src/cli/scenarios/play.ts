// Owns playing one scenario: what starts it, what happens in which order, and how long to let time pass in between.
import { partiesOf } from '../../app/parties.ts'
import { CONTROL_CHAIN, type ControlEvent } from '../../core/control.ts'
import { AFTER, owed } from '../../core/owed.ts'
import { OPEN, type Run } from '../../core/run.ts'
import type { Instant, Json } from '../../core/values.ts'
import type { ChainRecord } from '../../ports/store.ts'
import type { Left } from './endpoints.ts'
import { happen, quoted, say } from './happenings.ts'
import { pass } from './pass.ts'
import { sysIdOf } from './records.ts'
import type { World } from './world.ts'

/** What a person was refused, and where in the file that happens. */
export interface Refused {
  readonly at: readonly (string | number)[]
  readonly text: string
}

export interface Played {
  /** undefined: none was made. */
  readonly run: Run | undefined
  /** Why there is no run. */
  readonly declined: string
  readonly refused: readonly Refused[]
  /** What left for the steps and for the evidence before the ask; not the last look at how things were left. */
  readonly left: readonly Left[]
  /** Why it would go on for ever; null: it came to an end, or to where the scenario ends. */
  readonly hung: string | null
}

/** So many moments at which something may happen, without coming to rest. */
const MOMENTS = 10_000

/** Said of a scenario that would go on for ever. */
class NoRest extends Error {}

/** Plays it to its end, and stops the app. Throws a Complaint where it names somebody whom there is not. */
export async function play(world: World): Promise<Played> {
  const { app } = world
  const refused: Refused[] = []
  await app.inbound.installed(world.channel.conversation, true)
  await app.start()
  try {
    const hung = await playAll(world, refused).catch((error: unknown) => {
      if (error instanceof NoRest) return error.message
      throw error
    })
    const { run } = await look(world)
    return { run, refused, hung, declined: run ? '' : await whyNone(world), left: await leftFor(world, run) }
  } finally {
    await stop(world)
  }
}

/** The beginning, every happening, the end. Answers why it hangs. */
async function playAll(world: World, refused: Refused[]): Promise<string | null> {
  const { clock, scenario } = world
  const { given, when = [] } = scenario
  const no = await begin(world)
  if (no !== undefined) refused.push({ at: ['given', given.run ? 'run' : 'requester'], text: no })
  let asItIs = false
  for (const [index, happening] of when.entries()) {
    if (happening.wait !== undefined) {
      await pass(world, clock.now() + happening.wait)
      asItIs = true
      continue
    }
    // The caller answers when asked, and that is nothing to rest for.
    if (happening.confirm) {
      await happen(world, undefined, happening)
      continue
    }
    // What stands right behind a wait happens just then, whatever is under way.
    const { run } = asItIs ? await look(world) : await rest(world)
    asItIs = false
    const text = await happen(world, run, happening)
    if (text !== undefined) refused.push({ at: ['when', index], text })
    await clock.settle()
  }
  const hung = asItIs && staysOpen(world) ? null : await end(world)
  const confirmations = when.flatMap(({ confirm }, index) => (confirm ? [index] : []))
  // The last ones are those that are left.
  for (const index of confirmations.slice(confirmations.length - world.caller.unasked()))
    refused.push({ at: ['when', index], text: 'nobody asked the caller' })
  return hung
}

async function leftFor({ journal, endpoints }: World, run: Run | undefined): Promise<readonly Left[]> {
  const left = [...endpoints.left]
  for (const { at, event } of run ? await journal.entries(run.id, 1) : []) {
    const { type, id, do: operation, target, sha256 } = event as { [key: string]: Json }
    if (type !== 'evidenceCaptured' || sha256 === null || !String(id).startsWith(AFTER)) continue
    const place = left.findLastIndex((each) => each.do === operation && each.target === target && each.at <= at)
    if (place >= 0) left.splice(place, 1)
  }
  return left
}

/** What is still under way needs time to come to a safe point. */
async function stop({ app, clock }: World): Promise<void> {
  let running = true
  const ended = () => {
    running = false
  }
  const stopped = app.stop()
  stopped.then(ended, ended)
  while (running) await clock.step()
  await stopped
}

/** The incident arrives, or somebody asks in the channel; answers what was refused. */
async function begin(world: World): Promise<string | undefined> {
  const { app, clock, scenario, tickets } = world
  const { given } = scenario
  const by = given.run?.by ?? given.requester
  if (by !== undefined) return say(world, by, chatLine(world))
  for (const [index, number] of tickets.numbers.entries()) {
    if (index > 0) await pass(world, clock.now() + (given.earlier?.every ?? 0))
    const data = { sys_id: sysIdOf('incident', number), number }
    const body = { type: 'incident.created', data }
    await app.inbound.accept({ source: 'servicenow', key: `servicenow:${number}`, body })
    await clock.settle()
  }
  return undefined
}

function chatLine({ scenario, tickets }: World): string {
  const { given, runbook } = scenario
  const { targets = [], because, parameters = given.parameters ?? {} } = given.run ?? {}
  const [number] = tickets.numbers
  return [
    'run',
    runbook,
    ...targets.map(quoted),
    ...Object.entries(parameters).map(([name, value]) => `${name}=${quoted(String(value))}`),
    ...(number === undefined ? [] : ['for', number]),
    ...(because === undefined ? [] : ['because', quoted(because)]),
  ].join(' ')
}

interface Seen {
  readonly run: Run | undefined
  readonly record: ChainRecord | undefined
}

/** The run that is there now: the newest, for earlier incidents may have had theirs. */
async function look({ deps, journal }: World): Promise<Seen> {
  const records = await deps.store.list({ limit: 100 })
  const record = records.find(({ chain }) => chain !== CONTROL_CHAIN)
  return { record, run: record && (await journal.load(record.chain))?.run }
}

/** Lets time pass until nothing more happens by itself: the run has ended, or waits for a person. */
async function rest(world: World): Promise<Seen> {
  const { deps, clock } = world
  for (let moments = 0; ; moments += 1) {
    await clock.settle()
    const seen = await look(world)
    const { run, record } = seen
    if (!run && (await deps.store.backlog()) === 0) return seen
    if (run?.finished && !record?.lease) return seen
    if (run && !run.finished && owed(run, clock.now(), partiesOf(deps, run)).works.length === 0) return seen
    if (moments > MOMENTS) throw new NoRest(`it comes to no rest: the run is ${run?.status ?? 'not there'}`)
    await pass(world)
  }
}

/** After the last happening: on to the end, unless the scenario ends while the run is open. Answers why it hangs. */
async function end(world: World): Promise<string | null> {
  const { deps, clock } = world
  for (;;) {
    const { run } = await rest(world)
    if (!run || run.finished || staysOpen(world)) return null
    const next = owed(run, clock.now(), partiesOf(deps, run))
    const wakeAt: Instant | null = next.works.length === 0 ? next.wakeAt : clock.now()
    if (wakeAt === null) return `nothing is due any more, and the run rests in ${run.status}`
    await pass(world, Math.max(wakeAt, clock.now() + 1))
  }
}

const staysOpen = ({ scenario }: World): boolean => OPEN.some((status) => status === scenario.expect.end)

async function whyNone({ journal }: World): Promise<string> {
  const events = (await journal.entries(CONTROL_CHAIN, 1)).map(({ event }) => event as unknown as ControlEvent)
  const reasons = events.flatMap((event) =>
    event.type === 'intakeDeclined' || event.type === 'commandRefused' ? [event.reason] : [],
  )
  return reasons.at(-1) ?? 'nothing asked for one'
}
