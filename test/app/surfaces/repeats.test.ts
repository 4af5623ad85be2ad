// Owns the proof that a surface which died while it told something repeats nothing unseen (P6): dead at every send, once.

import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../../src/adapters/store/memory.ts'
import type { Approvers } from '../../../src/app/approvers.ts'
import type { Deps } from '../../../src/app/deps.ts'
import { type Journal, journal as journalOf } from '../../../src/app/journal.ts'
import type { RunCards } from '../../../src/app/run-cards.ts'
import { serviceNowSurface } from '../../../src/app/surfaces/servicenow.ts'
import type { Hold } from '../../../src/app/surfaces/surface.ts'
import { teamsSurface } from '../../../src/app/surfaces/teams.ts'
import type { RunEvent } from '../../../src/core/run.ts'
import type { JsonObject } from '../../../src/core/values.ts'
import { PortError } from '../../../src/ports/errors.ts'
import { person } from '../../cards/fixtures.ts'
import { eventOf } from '../views/events.ts'

const RUN = 'R0123456789'
const origin = { kind: 'chat', requester: person('Kim Lee'), conversation: {}, text: '', because: '' }
const told: readonly RunEvent[] = [
  eventOf('proposed', { origin }),
  eventOf('planned'),
  eventOf('decided'),
  eventOf('approved'),
  eventOf('executionStarted'),
  eventOf('actionEnded'),
  eventOf('verified'),
]

/** What a process is when the power goes: no answer, no error handling. */
class PowerCut extends Error {}

/** A run log, an outside world that lists what got through, and a clock that waits for nobody. */
async function setUp() {
  const sent: string[] = []
  let now = 0
  let [left, fail] = [Number.POSITIVE_INFINITY, (): unknown => new PowerCut()]
  /** Takes a message; from the `left`th on it fails, and whether that one got through is up to `arrives`. */
  let arrives = true
  const take = async (text: string): Promise<void> => {
    left -= 1
    if (left !== 0 || arrives) sent.push(text)
    if (left === 0) throw fail()
  }
  const clock = { now: () => now, sleep: async () => {} }
  const hash = { canonicalize: canonicalJson, digest: sha256Hex }
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const deps = {
    store: memoryStore({ clock }),
    clock,
    hash,
    log: quiet,
    meter: { told() {} },
    files: { current: () => ({ governance: {} }) },
    tickets: {
      async note(_sysId: string, _text: string, marker: string, maybeWritten: boolean) {
        if (!maybeWritten || !sent.includes(marker)) await take(marker)
      },
      async update() {},
    },
    channel: {
      async reply(_thread: JsonObject, message: { text: string } | { card: JsonObject }) {
        await take('text' in message ? message.text : JSON.stringify(message.card))
        return { conversation: {}, messageId: '1' }
      },
      async update() {},
    },
  } as unknown as Deps
  const log: Journal = journalOf(deps)
  await log.create(RUN, told, {})
  return {
    sent,
    deps,
    log,
    /** The nth message from now fails; it got through all the same where it `arrived`. */
    failAt(nth: number, error: () => unknown, arrived: boolean) {
      ;[left, fail, arrives] = [nth, error, arrived]
    },
    later() {
      now += 60_000
    },
  }
}

const approvers: Approvers = { of: async () => [], in: async () => [] }

const cards = {
  approvers: () => '',
  frozen: async () => null,
  card: async (_run: unknown, how: { again?: boolean } = {}) => ({ card: { again: how.again ?? false }, summary: '' }),
} as unknown as RunCards

const deliver = (surface: { deliver(run: string, hold: Hold): Promise<number> }) =>
  surface.deliver(RUN, { signal: new AbortController().signal, fence: 1, isMine: () => true })

describe('a surface that died while it told', () => {
  for (const nth of [1, 2, 3, 4, 5])
    for (const arrived of [true, false])
      it(`writes each work note once: note ${nth} was the last, and it ${arrived ? 'arrived' : 'did not'} (P6)`, async () => {
        const { sent, deps, log, failAt } = await setUp()
        failAt(nth, () => new PowerCut(), arrived)
        await assert.rejects(deliver(serviceNowSurface(deps, log)), PowerCut)
        // The next process dies as well, one note later: what the first one told is told no second time.
        failAt(2, () => new PowerCut(), true)
        await deliver(serviceNowSurface(deps, log)).catch(() => undefined)
        await deliver(serviceNowSurface(deps, log))
        assert.deepEqual(
          sent,
          [3, 4, 5, 6, 7].map((seq) => `[runbot ${RUN}#${seq}]`),
        )
      })

  it('marks the reply whose first try may have got through, and no other (P6)', async () => {
    const { sent, deps, log, failAt } = await setUp()
    failAt(3, () => new PowerCut(), true)
    await assert.rejects(deliver(teamsSurface(deps, log, cards, approvers)), PowerCut)
    await deliver(teamsSurface(deps, log, cards, approvers))
    const again = sent.filter((text) => text.includes('once more'))
    assert.equal(again.length, 1)
    assert.ok(again[0]?.startsWith(sent[2] ?? '-'), 'the same words, marked')
  })

  it('says on the card that it may stand twice, for as long as it is shown (P6)', async () => {
    const { sent, deps, log, failAt } = await setUp()
    failAt(1, () => new PowerCut(), true)
    await assert.rejects(deliver(teamsSurface(deps, log, cards, approvers)), PowerCut)
    await deliver(teamsSurface(deps, log, cards, approvers))
    assert.deepEqual(sent.slice(0, 2), ['{"again":false}', '{"again":true}'])
  })

  it('marks nothing that certainly did not get through (P6)', async () => {
    const { sent, deps, log, failAt, later } = await setUp()
    failAt(3, () => new PortError('unavailable', 'the connection was refused'), false)
    const surface = teamsSurface(deps, log, cards, approvers)
    await deliver(surface)
    later()
    await deliver(surface)
    assert.equal(sent.length, 5)
    assert.ok(sent.every((text) => !text.includes('once more')))
  })
})
