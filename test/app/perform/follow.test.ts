// Owns the specs of following a request: what an endpoint waits for is shown, once for as long as it stays the same.
import assert from 'node:assert/strict'
import type { Performing } from '../../../src/app/perform/context.ts'
import { follow } from '../../../src/app/perform/follow.ts'
import type { Run, RunEvent } from '../../../src/core/run.ts'
import { stepOf } from '../../../src/core/step-state.ts'
import type { Verdict } from '../../../src/core/verdict.ts'
import type { Endpoint, Progress } from '../../../src/ports/endpoint.ts'
import { after, begun, on, started, t0 } from '../../core/given.ts'

const at = on('recycle')

/** One look at a request that runs, and what it recorded. */
async function look(progress: Progress, waited: readonly RunEvent[] = []) {
  const run = after(after(begun(), t0, started(at)), t0, ...waited)
  const sent = stepOf(run, at).action
  assert.ok(sent)
  const recorded: RunEvent[] = []
  const work = {
    run,
    holds: new Map(),
    signal: new AbortController().signal,
    deps: {
      clock: { now: () => t0 + 1000 },
      endpoints: () => ({ find: async () => progress, progress: async () => progress }) as unknown as Endpoint,
    },
    transact: async (decide: (run: Run, at: number) => Verdict) => {
      const verdict = decide(run, t0 + 1000)
      if (verdict.ok) recorded.push(...verdict.events)
      return 'done'
    },
  } as unknown as Performing
  const performed = await follow(work, { do: 'follow', at, which: 'action', sent: { ...sent, handle: 'h' } })
  return { recorded, performed }
}

describe('following a request', () => {
  const suspended: Progress = { state: 'running', handle: 'h', note: 'Suspended: an operator has to resume it' }

  it('shows what the endpoint waits for', async () => {
    const { recorded } = await look(suspended)
    const reasons = recorded.flatMap((event) => (event.type === 'waited' ? [event.reason] : []))
    assert.deepEqual(reasons, ['recycle on web-01: Suspended: an operator has to resume it'])
  })

  it('says it once for as long as it stays the same', async () => {
    const said: RunEvent = { type: 'waited', reason: 'recycle on web-01: Suspended: an operator has to resume it' }
    const { recorded, performed } = await look(suspended, [said])
    assert.deepEqual(recorded, [])
    assert.ok(performed !== 'done')
  })

  it('says nothing where it merely runs', async () => {
    assert.deepEqual((await look({ state: 'running', handle: 'h' })).recorded, [])
  })
})
