// Owns the fault matrix: every fault at every operation of every kind of endpoint, with the outcome that is promised.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Progress } from '../../src/ports/endpoint.ts'
import { PortError } from '../../src/ports/errors.ts'
import type { Fault } from '../sandbox/faults.ts'
import type { Answer } from '../sandbox/server.ts'
import { followed, launchOf } from './endpoint.suite.ts'
import type { FaultWorld, Kind, Operation, Said } from './endpoint-worlds.ts'

export const faultNames = [
  'reset before it is read',
  'reset after it is done',
  '429 with a date',
  '500 after it is done',
  '503 instead of it',
  'headers that drip',
  'a body that drips',
  'HTML 200 after it is done',
  'HTML 200 instead of it',
  'another content type',
  'an unknown status',
  'a status that goes back',
  '301 to another host',
  '303 within the host',
] as const
export type FaultName = (typeof faultNames)[number]

/** How long a dripping answer is waited for: of all cells at once. */
export const DRIP_MS = 1500
/** Where redirects lead to, and nobody may ever come. */
export const TRAP = '/trap'
const LATER_MS = 3_600_000

/**
 * `kind` of the PortError, with `?` where it may have happened; else what was answered. `noted`: with a note for a
 * person. `asked`: a cancel that was accepted. `no such key`: what leads to "it never started".
 */
export type Observed = string

export interface Cell {
  readonly kind: Kind
  readonly operation: Operation
  readonly fault: FaultName
  readonly expected: Observed
}

/** What strikes the wire, and whether the work was done before. Undefined: the far side's words are the fault. */
function strikeOf({ fault, operation }: Cell, trap: string): readonly [fault: Fault, commit: boolean] | undefined {
  const date = new Date(Date.now() + LATER_MS).toUTCString()
  switch (fault) {
    case 'reset before it is read':
      return ['reset-unread', false]
    case 'reset after it is done':
      return ['reset-after-commit', true]
    case '429 with a date':
      return [{ status: 429, headers: { 'retry-after': date } }, false]
    case '500 after it is done':
      return [{ status: 500 }, true]
    case '503 instead of it':
      return [{ status: 503 }, false]
    case 'headers that drip':
      return [{ drip: 'headers' }, true]
    case 'a body that drips':
      return [{ drip: 'body' }, true]
    case 'HTML 200 after it is done':
      return ['html', true]
    case 'HTML 200 instead of it':
      return ['html', false]
    case 'another content type':
      return [
        { rewrite: (answer) => ({ ...answer, headers: { ...answer.headers, 'content-type': 'text/plain' } }) },
        true,
      ]
    case '301 to another host':
      return [{ status: 301, headers: { location: `${trap}${TRAP}` } }, operation === 'launch']
    case '303 within the host':
      return [{ status: 303, headers: { location: TRAP } }, operation === 'launch']
    default:
      return undefined
  }
}

/** Runs one cell in its world and answers what came of it. The invariants that hold in every cell are asserted here. */
export async function observe(world: FaultWorld, cell: Cell, trap: string): Promise<Observed> {
  const observed = await observers[cell.operation](world, cell.fault, strikeOf(cell, trap))
  const trapped = world.requests.filter(({ path }) => path === TRAP)
  assert.equal(trapped.length, 0, 'it followed a redirect')
  return observed
}

type Strike = ReturnType<typeof strikeOf>
type Observer = (world: FaultWorld, fault: FaultName, strike: Strike) => Promise<Observed>

const observers: Record<Operation, Observer> = {
  launch: atLaunch,
  progress: atProgress,
  find: atFind,
  cancel: atCancel,
}

/** A launch is sent once, whatever comes back; then its key tells what became of it, and it counts once over there. */
async function atLaunch(world: FaultWorld, fault: FaultName, strike: Strike): Promise<Observed> {
  const { endpoint, faults, request } = world
  const rule = strike ? { fault: strike[0], commit: strike[1] } : { fault: { rewrite: oddly(world) }, commit: true }
  const reads = request.tier === 0
  faults.add({ ...rule, ...matching(world, 'launch'), times: reads ? 99 : 1 })
  const within = /drip/.test(fault) ? DRIP_MS : 20_000
  const observed = await outcomeOf(endpoint.launch(launchOf(request, { deadlineAt: Date.now() + within })))
  if (reads) return observed
  assert.equal(sent(world), 1, 'a launch is never repeated by the endpoint')
  const happened = rule.commit ? 1 : 0
  assert.equal(world.started(), happened)
  if (!world.calls.find) {
    assert.equal(await outcomeOf(endpoint.find(request, 'key-1')), 'unavailable')
    return observed
  }
  const found = await endpoint.find(request, 'key-1')
  assert.equal(found !== undefined, rule.commit, 'the key tells what became of it')
  const again = found ?? (endpoint.idempotent ? await endpoint.launch(launchOf(request)) : undefined)
  if (again) {
    await say(world, 'succeeded')
    assert.equal((await followed(endpoint, request, again)).outcome, 'succeeded')
  }
  if (endpoint.idempotent) await endpoint.launch(launchOf(request))
  assert.equal(world.started(), endpoint.idempotent ? 1 : happened, 'it counts once over there')
  return observed
}

/** A question starts nothing; what could not be read is no end; and asked again, when all is well, it is answered. */
async function atProgress(world: FaultWorld, fault: FaultName, strike: Strike): Promise<Observed> {
  const { endpoint, request } = world
  const { handle } = await launchedIn(world)
  const ask = () => outcomeOf(endpoint.progress(request, handle))
  const observed = await asking(world, 'progress', fault, strike, ask)
  await say(world, 'succeeded')
  assert.equal(await ask(), 'ended succeeded')
  return observed
}

/** Never "no such key" for a job that is there. */
async function atFind(world: FaultWorld, fault: FaultName, strike: Strike): Promise<Observed> {
  const { endpoint, request } = world
  const launched = await launchedIn(world)
  const observed = await asking(world, 'find', fault, strike, () => outcomeOf(endpoint.find(request, 'key-1')))
  assert.doesNotMatch(observed, /no such key/)
  assert.equal((await endpoint.find(request, 'key-1'))?.handle, launched.handle)
  return observed
}

/** Accepted or not, only the status tells whether it was cancelled; and what was not accepted can be asked again. */
async function atCancel(world: FaultWorld, fault: FaultName, strike: Strike): Promise<Observed> {
  const { endpoint, faults, request } = world
  const { handle } = await launchedIn(world)
  const [struck, commit] = strike ?? ([world.agreed, false] as const)
  const remove = faults.add({ fault: struck, commit, ...matching(world, 'cancel') })
  const look = () => outcomeOf(endpoint.progress(request, handle))
  const observed = await outcomeOf(endpoint.cancel(request, handle).then(() => 'asked'))
  remove()
  if (fault === 'an unknown status') return `${observed}, ${await saidThen(world, ['odd'], look)}`
  if (fault === 'a status that goes back')
    return `${observed}, ${await saidThen(world, ['running', 'succeeded'], look)}`
  if (!commit) assert.match(await look(), /^running/, 'it runs on, whatever was answered')
  await endpoint.cancel(request, handle)
  if (request.kind === 'azure-automation') await say(world, 'cancelled')
  const end = await followed(endpoint, request, { state: 'running', handle })
  assert.equal(end.outcome, 'failed')
  assert.match(end.reason, /cancel|abort|stopped/i)
  assert.equal(world.started(), 1)
  return observed
}

/** A question under a fault that lasts, or in words that are the fault; a date far away is waited for, not hammered at. */
async function asking(
  world: FaultWorld,
  operation: 'progress' | 'find',
  fault: FaultName,
  strike: Strike,
  ask: () => Promise<Observed>,
): Promise<Observed> {
  if (fault === 'an unknown status') return saidThen(world, ['odd'], ask)
  if (fault === 'a status that goes back') return saidThen(world, ['succeeded', 'running', 'failed'], ask)
  assert.ok(strike)
  const match = world.calls[operation] ?? assert.fail()
  const before = world.requests.filter(match).length
  const remove = world.faults.add({ fault: strike[0], commit: strike[1], match, times: 99 })
  const observed = await ask()
  remove()
  const asked = world.requests.filter(match).length - before
  if (fault === '429 with a date') assert.equal(asked, 1)
  assert.ok(asked >= 1 && asked <= 3, `asked ${asked} times`)
  assert.equal(sent(world), 1)
  assert.equal(world.started(), 1)
  return observed
}

/** A job at work. */
async function launchedIn(world: FaultWorld): Promise<Progress> {
  const { endpoint, request } = world
  const { handle } = await endpoint.launch(launchOf(request))
  await say(world, 'running')
  return endpoint.progress(request, handle)
}

async function saidThen(world: FaultWorld, words: readonly Said[], look: () => Promise<Observed>): Promise<Observed> {
  const seen: Observed[] = []
  for (const word of words) {
    await say(world, word)
    seen.push(await look())
  }
  return seen.join(', ')
}

async function say(world: FaultWorld, said: Said): Promise<void> {
  while (!world.begun()) await sleep(1)
  world.say(said)
}

const matching = ({ calls }: FaultWorld, operation: Operation) => ({ match: calls[operation] ?? assert.fail() })
const sent = ({ calls, requests }: FaultWorld): number => requests.filter(calls.launch ?? assert.fail()).length

/** The right answer to a launch, whose status nobody knows. */
const oddly =
  ({ statusPath }: FaultWorld) =>
  (answer: Answer): Answer => {
    const body = structuredClone(answer.body) as Record<string, unknown>
    const parent = statusPath.slice(0, -1).reduce((at, name) => at[name] as Record<string, unknown>, body)
    parent[statusPath.at(-1) ?? assert.fail()] = 'hibernating'
    return { ...answer, body }
  }

async function outcomeOf(promise: Promise<Progress | 'asked' | undefined>): Promise<Observed> {
  try {
    const answered = await promise
    if (answered === undefined) return 'no such key'
    if (answered === 'asked') return answered
    if (answered.state === 'ended') return `ended ${answered.outcome}`
    return answered.note === undefined ? 'running' : 'running noted'
  } catch (error) {
    assert.ok(error instanceof PortError, String(error))
    if (error.kind === 'throttled') assert.ok((error.retryAfterMs ?? 0) > LATER_MS - 60_000)
    return `${error.kind}${error.mayHaveHappened ? '?' : ''}`
  }
}
