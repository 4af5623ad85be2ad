// Owns the specification of paging through PagerDuty.
import assert from 'node:assert/strict'
import { type PagerDutyOptions, pagerDuty } from '../../../src/adapters/pager/pagerduty.ts'
import { isTransient, PortError, type PortErrorKind } from '../../../src/ports/errors.ts'
import type { Page } from '../../../src/ports/pager.ts'
import type { Fault } from '../../sandbox/faults.ts'
import { type PagerDuty, ROUTING_KEY, startPagerDuty } from '../../sandbox/pagerduty.ts'

const PAGE: Page = {
  key: 'run-1/ask-2',
  summary: 'web-01 needs an approval: recycle the pool',
  severity: 'critical',
  about: 'web-01',
  incident: { sysId: 'a'.repeat(32), number: 'INC0010001' },
  details: { run: 'run-1', expires: '10:30' },
}

describe('paging through PagerDuty', () => {
  let service: PagerDuty
  beforeEach(async () => {
    service = await startPagerDuty()
  })
  afterEach(() => service.stop())

  const pager = (options: Partial<PagerDutyOptions> = {}, routingKey = ROUTING_KEY) =>
    pagerDuty({ settings: { kind: 'pagerduty', url: service.url, routingKey }, ...options })
  const failureOf = async (work: Promise<void>): Promise<PortError> => {
    const error = await work.then(() => undefined).catch((thrown: unknown) => thrown)
    assert.ok(error instanceof PortError)
    assert.ok(!`${error.message}${error.stack}${JSON.stringify(error)}`.includes(ROUTING_KEY))
    return error
  }

  it('wakes somebody with what it is about', async () => {
    await pager().raise(PAGE)
    assert.deepEqual(service.events, [
      {
        routing_key: ROUTING_KEY,
        event_action: 'trigger',
        dedup_key: 'run-1/ask-2',
        client: 'runbot',
        payload: {
          summary: PAGE.summary,
          severity: 'critical',
          source: 'web-01',
          component: 'runbot',
          custom_details: { run: 'run-1', expires: '10:30', incident: 'INC0010001' },
        },
      },
    ])
  })

  it('is one page however often it is raised, and quiet when nothing is wanted any more', async () => {
    const one = pager()
    await one.raise(PAGE)
    await pager().raise({ ...PAGE, summary: 'again' })
    assert.deepEqual(
      service.alerts().map(({ status, triggers }) => [status, triggers]),
      [['triggered', 2]],
    )
    await one.quiet(PAGE.key, 'approved')
    await one.quiet(PAGE.key, 'approved')
    await one.quiet('never-raised', 'expired')
    assert.deepEqual(
      service.alerts().map(({ status }) => status),
      ['resolved'],
    )
  })

  it('is one page when the answer to the first was lost', async () => {
    service.faults.add({ fault: 'reset-after-commit' })
    const error = await failureOf(pager().raise(PAGE))
    assert.deepEqual([error.kind, error.mayHaveHappened], ['unavailable', true])
    await pager().raise(PAGE)
    assert.equal(service.alerts().length, 1)
  })

  it('bounds everything that PagerDuty bounds, and still wakes', async () => {
    const key = 'k'.repeat(300)
    const details = { log: 'x'.repeat(600_000) }
    await pager().raise({ ...PAGE, key, summary: 'é'.repeat(3000), about: '', incident: null, details })
    await pager().raise({ ...PAGE, key: `${key}2`, summary: '' })
    await pager().quiet(key, 'done')
    const [first, second] = service.alerts()
    assert.match(first?.dedupKey ?? '', /^runbot:[0-9a-f]{64}$/)
    assert.deepEqual([first?.status, second?.status], ['resolved', 'triggered'])
    assert.deepEqual([first?.payload['summary'], first?.payload['source']], [`${'é'.repeat(1023)}…`, 'runbot'])
    assert.match(JSON.stringify(first?.payload['custom_details']), /too large for PagerDuty/)
  })

  it('takes what passes by itself for transient and what PagerDuty refuses for final', async () => {
    const struck = async (fault: Fault): Promise<PortError> => {
      service.faults.add({ fault })
      return failureOf(pager().raise(PAGE))
    }
    const cases: [Fault, PortErrorKind, boolean][] = [
      [{ status: 400, body: { message: 'Event object is invalid' } }, 'malformed', false],
      [{ status: 429, headers: { 'retry-after': '120' } }, 'throttled', true],
      [{ status: 500 }, 'unavailable', true],
      [{ status: 503 }, 'unavailable', true],
      ['reset-before', 'unavailable', true],
      ['html', 'malformed', false],
      [{ status: 202, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'malformed', false],
      [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'malformed', false],
    ]
    for (const [fault, kind, transient] of cases) {
      const error = await struck(fault)
      assert.deepEqual([error.kind, isTransient(error)], [kind, transient], JSON.stringify(fault))
    }
    assert.equal((await struck({ status: 429, headers: { 'retry-after': '120' } })).retryAfterMs, 120_000)
  })

  it('gives up in time, as something that passes', async () => {
    service.faults.add({ fault: { slow: 500 } })
    assert.equal((await failureOf(pager({ timeoutMs: 50 }).raise(PAGE))).kind, 'timeout')
  })

  it('says why PagerDuty refused, with the routing key taken out (P12)', async () => {
    const wrong = 'not-the-right-key-at-all'
    const error = await pager({}, wrong)
      .raise(PAGE)
      .catch((thrown: unknown) => thrown)
    assert.ok(error instanceof PortError)
    assert.match(
      error.message,
      /^PagerDuty did not take the event: status 400, Event object is invalid; 'routing_key' /,
    )
    assert.ok(error.message.includes("'routing_key' *** is incorrect"))
    assert.ok(!error.message.includes(wrong))
    // The key at the place where a long answer is cut.
    const errors = [`${'x'.repeat(283)}${ROUTING_KEY}`]
    service.faults.add({ fault: { status: 400, body: { message: 'no', errors } } })
    assert.ok(!(await failureOf(pager().raise(PAGE))).message.includes(ROUTING_KEY.slice(0, 8)))
  })

  it('reaches nothing but its own address', async () => {
    const astray = pagerDuty({ settings: { kind: 'pagerduty', url: '', routingKey: ROUTING_KEY } })
    assert.equal((await failureOf(astray.raise(PAGE))).kind, 'denied')
  })
})
