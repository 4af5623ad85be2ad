// Owns what the stories of taking a run in hand share: a runbook made for them, buttons, refusals, and what must hold in the end.
import assert from 'node:assert/strict'
import { parse, stringify } from 'yaml'
import { audit } from '../../src/cli/audit.ts'
import type { RunEvent } from '../../src/core/run.ts'
import type { Call } from '../sandbox/server.ts'
import type { Inhabitant } from '../sandbox/world/people.ts'
import { amend, asking, begin, click, eventsOf, GOVERNANCE, RUNBOOK } from './governance.ts'
import { type Place, until } from './runbot.ts'
import { answerOf, type Payload, type Story } from './story.ts'

const POOL = { host: '${target}', pool: '${parameters.pool}' }
const HEALTH = { do: 'http.get', with: { url: '${ci.health_url}' }, expect: 'result.status == 200' }

/** The step that recycles a pool, as a runbook file says it; what is given takes its place, `undefined` leaves it out. */
export const recycleStep = (change: Payload = {}): Payload => {
  const step = {
    id: 'recycle-pool',
    title: 'Recycle the pool',
    tier: 1,
    preflight: { do: 'ops.pool_status', with: POOL },
    action: { do: 'ops.recycle_pool', with: POOL, timeout: '2m' },
    verify: { ...HEALTH, every: '200ms', hold: '300ms', within: '3s' },
    rollback: { do: 'ops.start_pool', with: POOL },
    ...change,
  }
  return Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined))
}

/** A second step, whose rollback can be told from that of the first one. */
export const resetStep = (change: Payload = {}): Payload =>
  recycleStep({
    id: 'reset',
    title: 'Restart IIS',
    action: { do: 'ops.iisreset', with: { host: '${target}' } },
    rollback: { do: 'ops.recycle_pool', with: POOL },
    ...change,
  })

/** Makes the web tier's runbook one of these steps, with nothing in the way of a second run on the same CI. */
export function prepare(place: Place, steps: readonly Payload[], change: Payload = {}): void {
  const often = { antiFlap: { max: 50, within: '30m' }, blastRadius: { users: 100_000, cis: 1_000 } }
  amend(place, RUNBOOK, { steps, limits: often, targets: { waves: ['100%'], concurrency: 1, max: 10 }, ...change })
  amend(place, GOVERNANCE, { limits: { ...often, runsPerHour: 500 } })
  place.edit('connectors.yaml', (text) => text.replace('iisreset: { tier: 2', 'iisreset: { tier: 1'))
}

/** Adds a runbook that is the web tier's under another name, changed; only people start it. */
export const another = (place: Place, id: string, change: Payload): void => {
  place.add(`catalog/${id}.yaml`, RUNBOOK, (text) => {
    const { match: _, ...rest } = parse(text) as Payload
    return stringify({ ...rest, runbook: id })
  })
  amend(place, `catalog/${id}.yaml`, change)
}

/** A run of the runbook on these hosts, approved; `what` may name an incident too. */
export async function go(story: Story, hosts: readonly string[], what = 'restart-iis', more = ''): Promise<string> {
  const { approver, requester } = story.world.people
  const [runbook = ''] = what.split(' ')
  const run = await begin(story, requester, `${runbook} ${hosts.join(' ')}${more}`)
  await click(story, await asking(story, run), { as: approver })
  return run
}

/** An incident that runbot does not take up by itself, so that a person starts a run for it. */
export function report(story: Story, host: string): { readonly number: string; readonly sysId: string } {
  const { number, sysId } = story.raise({ host, fields: { u_runbook_candidate: 'false' } })
  return { number, sysId }
}

/**
 * Nobody can tell what becomes of this operation on this host: every answer about it is nonsense until the returned
 * function is called. `happens`: whether it is really done over there.
 */
export function blackout({ world }: Story, host: string, runbook: string, happens: boolean): () => void {
  const keys = new Set<string>()
  const isLaunch = ({ method, path, body }: Call): boolean => {
    const request = body as { runbook?: string; target?: string; clientRunId?: string } | null
    const fits = method === 'POST' && path === '/v1/runs' && request?.runbook === runbook && request.target === host
    if (fits) keys.add(request.clientRunId ?? '')
    return fits
  }
  const isAbout = ({ path, query }: Call): boolean =>
    keys.has(query['clientRunId'] ?? '') ||
    world.ops.runs().some(({ id, clientRunId }) => keys.has(clientRunId) && path.includes(id))
  const rule = { fault: 'garbage', times: 100_000 } as const
  const removals = [
    world.ops.faults.add({ ...rule, commit: happens, match: isLaunch }),
    world.ops.faults.add({ ...rule, match: isAbout }),
  ]
  return () => removals.forEach((remove) => remove())
}

/** Resolves when a request of this operation is under way on a host. */
export const underWay = (story: Story, host: string, operation = 'recycle-pool', count = 1): Promise<boolean> =>
  until(
    `${operation} under way on ${host}`,
    () => story.effects(host).filter((each) => each === operation).length >= count,
  )

/** Presses a button of the newest card of a run; as a forged payload would, where the card has no such button. */
export async function press(story: Story, run: string, as: Inhabitant, verb: string, data: Payload = {}) {
  const message = await until(`a card of ${run}`, () => story.cardOf(run))
  return story.world.teams.click({ message: message.id, as, verb, data: { run, ...data } })
}

/** What is wanted is refused, on the card or, as a text, in chat: the log gets who, what and why, and nothing else; nothing leaves. */
export async function turnedDown(
  story: Story,
  run: string,
  as: Inhabitant,
  wanted: string | { readonly verb: string; readonly data?: Payload },
  reason: RegExp,
): Promise<string> {
  const before = await story.log(run)
  const sent = story.world.ops.effects.length
  const said =
    typeof wanted === 'string'
      ? (await story.say(as, wanted)).text
      : answerOf(await press(story, run, as, wanted.verb, wanted.data))
  const news = (await story.log(run)).slice(before.length)
  assert.equal(news.length, 1, `${said} ${JSON.stringify(news)}`)
  const [event] = news
  assert(event?.type === 'clickRefused', said)
  assert.equal(event.by?.id, as.aadObjectId)
  assert.equal(event.verb, typeof wanted === 'string' ? wanted.split(' ')[0] : wanted.verb)
  assert.match(event.reason, reason)
  assert.match(said, new RegExp(reason.source, 'i'))
  assert.equal(story.world.ops.effects.length, sent)
  return said
}

/** How a run ended after this many ends before. */
export const endedAgain = (story: Story, run: string, before = 1): Promise<Extract<RunEvent, { type: 'finished' }>> =>
  until(`end ${before + 1} of ${run}`, async () => (await eventsOf(story, run, 'finished'))[before])

/** The keys under which an operation was really performed on a host, in order. */
export const keysOf = (story: Story, host: string, operation: string): readonly string[] =>
  story.world.ops.effects
    .filter(({ runbook, target }) => runbook === operation && target === host)
    .map(({ clientRunId }) => clientRunId)

/** Which of these hosts are locked, as the store has it. */
export async function lockedOf(story: Story, hosts: readonly string[]): Promise<readonly string[]> {
  const locks = await (await story.store()).all('lock')
  return hosts.filter((host) => locks.some(({ key }) => key === story.world.ci(host).sys_id))
}

/** Every note stands once, in the order of the log (P6), and the last one speaks of the end. Answers the notes. */
export async function toldOnce(story: Story, run: string, number: string): Promise<readonly string[]> {
  const { length } = await story.log(run)
  const marker = `[runbot ${run}#${length}]`
  const notes = await until(`the note ${marker}`, () => {
    const all = story.notes(number)
    return all.some((note) => note.includes(marker)) ? all : undefined
  })
  const seqs = notes.flatMap((note) => [...note.matchAll(/\[runbot [^#\]]+#(\d+)\]/g)].map(([, seq]) => Number(seq)))
  assert.deepEqual(
    seqs,
    [...new Set(seqs)].toSorted((a, b) => a - b),
    'notes, each once and in order (P6)',
  )
  return notes
}

/** No reply in the run's thread stands twice (P6). */
export function saidOnce(story: Story, run: string, ...words: readonly RegExp[]): void {
  const texts = story.thread(run)
  for (const each of words)
    assert.equal(texts.filter((text) => each.test(text)).length, 1, `${each}: ${texts.join(' | ')}`)
}

/** `audit verify` finds nothing wrong in the whole store (P4). */
export async function auditHolds(story: Story): Promise<void> {
  const said: string[] = []
  const say = (line: string) => void said.push(line)
  const code = await audit(['verify'], { RUNBOT_STORE: `sqlite:${story.place.store}` }, { out: say, err: say })
  assert.equal(code, 0, said.join('; '))
}

/** The newest event of a type: who, and why. */
export async function wordOf(story: Story, run: string, type: RunEvent['type']): Promise<string> {
  const event = (await story.log(run)).findLast((each) => each.type === type) as
    | { readonly by?: { readonly name: string } | string | null; readonly reason?: string }
    | undefined
  const by = typeof event?.by === 'string' ? event.by : event?.by?.name
  return `${by}: ${event?.reason}`
}
