// Owns what every endpoint promises, whatever system it speaks with: run against each implementation over real HTTP.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PlannedRequest } from '../../src/core/plan.ts'
import type { Endpoint, Launch, Progress } from '../../src/ports/endpoint.ts'
import { PortError, type PortErrorKind } from '../../src/ports/errors.ts'
import type { Fault, FaultRule, Faults } from '../sandbox/faults.ts'
import type { Call } from '../sandbox/server.ts'

/** One endpoint in front of its own fresh system. */
export interface EndpointWorld {
  readonly endpoint: Endpoint
  /** A mutating request that succeeds. */
  readonly request: PlannedRequest
  readonly faults: Faults
  /** The request that starts something, where a launch takes several; all of them unless told. */
  readonly launches?: (call: Call) => boolean
  /** How often the system really did something, when all is quiet. */
  effects(): Promise<number>
  /** Closes its port. */
  down(): Promise<void>
  stop(): Promise<void>
}

export interface EndpointTraits {
  /** `find` can tell what became of a key. */
  readonly findsByKey: boolean
}

export const launchOf = (request: PlannedRequest, fields: Partial<Launch> = {}): Launch => ({
  request,
  key: 'key-1',
  run: 'run-1',
  target: 'web-01',
  requestedBy: 'runbot',
  deadlineAt: Date.now() + 20_000,
  mayLeave: async () => {},
  ...fields,
})

/** Follows to the end. */
export async function followed(endpoint: Endpoint, request: PlannedRequest, from: Progress) {
  let progress = from
  for (let asked = 0; progress.state === 'running' && asked < 500; asked++) {
    await sleep(5)
    progress = await endpoint.progress(request, progress.handle)
  }
  if (progress.state !== 'ended') assert.fail('it never ended')
  return progress
}

/** The PortError that a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<PortError> {
  const error = await promise.then(
    () => assert.fail('it should have failed'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof PortError, String(error))
  return error
}

/** A fault that strikes the request that starts something. */
const strike = ({ faults, launches }: EndpointWorld, rule: FaultRule) =>
  faults.add({ ...(launches ? { match: launches } : {}), ...rule })

/** Every request that reaches the far side from now on. */
function callsAt({ faults }: EndpointWorld): readonly Call[] {
  const calls: Call[] = []
  const noted = (call: Call): boolean => {
    calls.push(call)
    return false
  }
  faults.add({ fault: { slow: 0 }, match: noted })
  return calls
}

const refusals: readonly [status: number, kind: PortErrorKind][] = [
  [400, 'malformed'],
  [401, 'denied'],
  [403, 'denied'],
  [404, 'notFound'],
  [422, 'malformed'],
  [429, 'throttled'],
]

/** Every fault at every operation is in endpoint-faults.test.ts; these also strike each variant of a launch. */
const lost: readonly [name: string, fault: Fault, kind: PortErrorKind][] = [
  ['a reset', 'reset-after-commit', 'unavailable'],
  ['a 504', { status: 504 }, 'unavailable'],
  ['a 503 with Retry-After', { status: 503, headers: { 'retry-after': '7' } }, 'unavailable'],
]

/** Registers the suite. `make` gives a fresh world to every test. */
export function endpointContract(name: string, make: () => Promise<EndpointWorld>, traits: EndpointTraits): void {
  describe(`${name} keeps the endpoint contract`, () => {
    let world: EndpointWorld
    beforeEach(async () => {
      world = await make()
    })
    afterEach(() => world.stop())

    it('launches once and tells how it ended', async () => {
      const { endpoint, request } = world
      const end = await followed(endpoint, request, await endpoint.launch(launchOf(request)))
      assert.equal(end.outcome, 'succeeded')
      assert.notEqual(end.reason, '')
      assert.equal(await world.effects(), 1)
    })

    it('describes the request in one line without being asked to send it', async () => {
      assert.match(world.endpoint.describe(world.request), /^[A-Z]+ http[^\n]+$/)
      assert.equal(await world.effects(), 0)
    })

    it('sends nothing after the deadline (P2)', async () => {
      const { endpoint, request } = world
      const error = await failure(endpoint.launch(launchOf(request, { deadlineAt: Date.now() - 1 })))
      assert.equal(error.kind, 'timeout')
      assert.equal(error.mayHaveHappened, false)
      assert.equal(await world.effects(), 0)
    })

    it('asks whether it may leave after everything else was read, and sends nothing where it may not (P11)', async () => {
      const { endpoint, request } = world
      const arrived = callsAt(world)
      const starts = () => arrived.filter(world.launches ?? (() => true)).length
      const asked: number[] = []
      await endpoint.launch(launchOf(request, { mayLeave: async () => void asked.push(arrived.length) }))
      const reads = arrived.findIndex(world.launches ?? (() => true))
      assert.equal(asked.at(-1), reads, 'nothing is read between the last question and the launch')
      assert.equal(await world.effects(), 1)
      const before = arrived.length
      const sent = starts()
      // The freeze comes with the last answer.
      const mayLeave = async () => {
        if (arrived.length - before >= reads) throw new PortError('denied', 'freeze: all of it')
      }
      const error = await failure(endpoint.launch(launchOf(request, { key: 'key-2', mayLeave })))
      assert.deepEqual([error.kind, error.message, error.mayHaveHappened], ['denied', 'freeze: all of it', false])
      assert.deepEqual([arrived.length - before, starts(), await world.effects()], [reads, sent, 1])
    })

    it('aborts a pending launch at its deadline and says that it may have happened (P3)', async () => {
      strike(world, { fault: { slow: 800 }, commit: true })
      const { endpoint, request } = world
      const error = await failure(endpoint.launch(launchOf(request, { deadlineAt: Date.now() + 300 })))
      assert.equal(error.kind, 'timeout')
      assert.equal(error.mayHaveHappened, true)
    })

    it('knows that nothing was started where nobody listens (P3)', async () => {
      await world.down()
      const error = await failure(world.endpoint.launch(launchOf(world.request)))
      assert.equal(error.kind, 'unavailable')
      assert.equal(error.mayHaveHappened, false)
    })

    for (const [status, kind] of refusals)
      it(`takes a ${status} for certainly not started (P3)`, async () => {
        strike(world, { fault: { status } })
        const error = await failure(world.endpoint.launch(launchOf(world.request)))
        assert.equal(error.kind, kind)
        assert.equal(error.mayHaveHappened, false)
      })

    it('hands on when a throttling system wants to be asked again, as seconds or as a date', async () => {
      const { endpoint, request } = world
      strike(world, { fault: { status: 429, headers: { 'retry-after': '7' } } })
      assert.equal((await failure(endpoint.launch(launchOf(request)))).retryAfterMs, 7000)
      strike(world, {
        fault: { status: 429, headers: { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() } },
      })
      const { retryAfterMs = 0 } = await failure(endpoint.launch(launchOf(request)))
      assert.ok(retryAfterMs > 3_000_000 && retryAfterMs <= 3_600_000)
    })

    for (const [what, fault, kind] of lost)
      it(`leaves it open after ${what}, although it did happen (P3)`, async () => {
        strike(world, { fault, commit: true })
        const error = await failure(world.endpoint.launch(launchOf(world.request)))
        assert.equal(error.kind, kind)
        assert.equal(error.mayHaveHappened, true)
        assert.equal(await world.effects(), 1)
      })

    if (traits.findsByKey) findsByKey(() => world)
    else
      it('cannot tell what became of a key, so it stays unknown (P3)', async () => {
        await world.endpoint.launch(launchOf(world.request))
        const error = await failure(world.endpoint.find(world.request, 'key-1'))
        assert.equal(error.kind, 'unavailable')
      })
  })
}

function findsByKey(current: () => EndpointWorld): void {
  it('answers undefined for a key that the system does not know', async () => {
    const { endpoint, request } = current()
    assert.equal(await endpoint.find(request, 'never-sent'), undefined)
  })

  for (const fault of ['reset-after-commit', 'garbage', { status: 502 }] as const)
    it(`finds by its key what ${JSON.stringify(fault)} hid (P3)`, async () => {
      const { effects, endpoint, request } = current()
      strike(current(), { fault, commit: true })
      await failure(endpoint.launch(launchOf(request)))
      const found = await endpoint.find(request, 'key-1')
      assert.ok(found)
      assert.equal((await followed(endpoint, request, found)).outcome, 'succeeded')
      assert.equal(await effects(), 1)
    })

  for (const fault of ['garbage', { status: 404 }, { status: 400 }] as const)
    it(`does not take ${JSON.stringify(fault)} for "no such key" (P3)`, async () => {
      const { endpoint, faults, request } = current()
      faults.add({ fault, times: 3 })
      await failure(endpoint.find(request, 'key-1'))
    })

  it('asks for a cancel, and asking once more does no harm', async () => {
    const { endpoint, request } = current()
    const { handle } = await endpoint.launch(launchOf(request))
    await endpoint.cancel(request, handle)
    await endpoint.cancel(request, handle)
  })
}
