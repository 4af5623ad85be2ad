// Owns the proof that nothing is sent but what was let through, once, and that a person hears what became of it.
import assert from 'node:assert/strict'
import type { Fault } from '../sandbox/faults.ts'
import type { Call } from '../sandbox/server.ts'
import { until } from './runbot.ts'
import { type Shown, type Story, stage, wordsOf } from './story.ts'

const approve = (story: Story, { message }: Shown, as = story.world.people.approver) =>
  story.world.teams.click({ as, message: message.id, verb: 'approve' })

const launches =
  (runbook: string) =>
  ({ method, path, body }: Call): boolean =>
    method === 'POST' && path === '/v1/runs' && (body as { runbook?: string }).runbook === runbook

describe('story: what is checked again right before a request', () => {
  const story = stage({ count: 8 })
  afterEach(() => {
    story.world.ops.setDuration('pool-status', 0)
    story.world.ops.setDuration('recycle-pool', 0)
  })
  /** Approves, and comes back while the preflight is under way: the request has not left yet. */
  const approvedNotSent = async () => {
    const { number, host, sysId } = story.raise()
    const shown = await story.asked(number)
    story.world.ops.setDuration('pool-status', 2500)
    await approve(story, shown)
    const isUnderWay = () => story.world.ops.effectsOf('pool-status').some(({ target }) => target === host)
    await until('the preflight', isUnderWay)
    return { number, host, sysId, shown }
  }

  it('sends nothing after a freeze that came between the approval and the request (P2, P11)', async () => {
    const { host, shown } = await approvedNotSent()
    await story.say(story.world.people.secondApprover, 'freeze because "wrong ticket"')
    const { status, reason } = await story.ended(shown.run)
    assert.deepEqual([status, /frozen by Jonas Weber: wrong ticket/.test(reason)], ['stoppedByPolicy', true])
    assert.deepEqual(story.effects(host), [])
    await story.say(story.world.people.changeManager, 'unfreeze')
  })

  it('asks again where the runbook changed between the approval and the request (P1, P2)', async () => {
    const { number, host, shown } = await approvedNotSent()
    story.place.edit('catalog/restart-iis.yaml', (text) => text.replace('timeout: 2m', 'timeout: 100s'))
    const again = await until('a second ask', async () => {
      const now = await story.asked(number)
      return now.data['plan'] === shown.data['plan'] ? undefined : now
    })
    assert.deepEqual(story.effects(host), [])
    await approve(story, again)
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('sends nothing where the incident was resolved between the approval and the request (P2)', async () => {
    const { number, host, sysId, shown } = await approvedNotSent()
    // ServiceNow knows no concurrency token: a resolution between runbot's look at the state and its own write is lost.
    await until('In Progress', () => story.world.servicenow.incident(number)?.['state'] === '2')
    const resolved = { state: '6', close_code: 'User error', close_notes: 'never mind' }
    story.world.servicenow.update('incident', sysId, resolved, 'omar.reyes')
    const { status, reason } = await story.ended(shown.run)
    assert.deepEqual([status, /is resolved by now/.test(reason)], ['stoppedByPolicy', true])
    assert.deepEqual(story.effects(host), [])
  })

  it('sends nothing while ServiceNow cannot be asked, and goes on when it can (P2)', async () => {
    const { host, shown } = await approvedNotSent()
    await story.world.servicenow.down()
    await until('the wait', async () => (await story.log(shown.run)).some(({ type }) => type === 'waited'))
    assert.deepEqual(story.effects(host), [])
    await story.world.servicenow.up()
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('sends nothing where the preflight contradicts the plan, and says what it found (P2, P12)', async () => {
    const { number, host } = story.raise()
    const shown = await story.asked(number)
    story.world.sites[host]?.stopPool()
    await approve(story, shown)
    const { status, reason } = await story.ended(shown.run)
    assert.equal(status, 'failed')
    assert.match(reason, /preflight of recycle-pool says stop: .*it is \{.*"state":"Stopped"/)
    assert.deepEqual(story.effects(host), [])
  })

  it('lets one run at a time act on a CI, though two incidents were approved at once (P7)', async () => {
    const host = story.host()
    const first = story.raise({ host, fields: { u_error_signature: 'W3SVC-503' } })
    const second = story.raise({ host, fields: { u_error_signature: 'ASPNET-1309' } })
    const shown = [await story.asked(first.number), await story.asked(second.number)] as const
    story.world.ops.setDuration('recycle-pool', 300)
    await Promise.all(shown.map((each) => approve(story, each)))
    const ends = await Promise.all(shown.map(({ run }) => story.ended(run)))
    assert.deepEqual(ends.map(({ status }) => status).toSorted(), ['stoppedByPolicy', 'succeeded'])
    const stopped = ends.find(({ status }) => status === 'stoppedByPolicy')
    assert.match(stopped?.reason ?? '', /is at work on (web-\d+|the same CI)/)
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('stops while a request is under way: it is cancelled over there, and nothing else is sent (P11)', async () => {
    const { number, host } = story.raise()
    const shown = await story.asked(number)
    story.world.ops.setDuration('recycle-pool', 10_000)
    await approve(story, shown)
    await until('the action', () => story.effects(host).length === 1)
    await until('its handle', async () => (await story.log(shown.run)).some(({ type }) => type === 'actionAccepted'))
    const { text } = await story.say(story.world.people.secondApprover, `stop ${number} because “wrong host”`)
    assert.match(text, new RegExp(`wrong host\\. ${host}: still running recycle-pool`))
    const { status, reason } = await story.ended(shown.run)
    assert.deepEqual([status, /stopped by Jonas Weber: wrong host/.test(reason)], ['cancelled', true])
    assert.equal(story.world.ops.runs().findLast(({ runbook }) => runbook === 'recycle-pool')?.status, 'cancelled')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })
})

describe('story: an endpoint whose answer is lost or makes no sense', () => {
  const story = stage({ count: 8 })

  const faults: readonly (readonly [string, Fault, boolean])[] = [
    ['status 500 after it began', { status: 500 }, true],
    ['status 500 before it began', { status: 500 }, false],
    ['an HTML page after it began', 'html', true],
    ['an HTML page instead of beginning', 'html', false],
    ['JSON that ends in the middle, after it began', 'garbage', true],
    ['a connection that breaks after it began', 'reset-after-commit', true],
    ['a connection that breaks before it began', 'reset-before', false],
  ]
  for (const [what, fault, commit] of faults)
    it(`acts exactly once where the launch is answered by ${what} (P3)`, async () => {
      const { number, host } = story.raise()
      const shown = await story.asked(number)
      story.world.ops.faults.add({ fault, commit, match: launches('recycle-pool') })
      await approve(story, shown)
      assert.equal((await story.ended(shown.run)).status, 'succeeded')
      assert.deepEqual(story.effects(host), ['recycle-pool'])
      assert.equal((await story.log(shown.run)).filter(({ type }) => type === 'actionStarted').length, 1)
    })
})

describe('story: what cannot be known (time passes 30 times as fast)', () => {
  const story = stage({
    count: 4,
    speed: 30,
    edit: (place) => place.edit('catalog/restart-iis.yaml', (text) => text.replace('timeout: 2m', 'timeout: 5s')),
  })

  it('hands a run to a person when its outcome stays unknown, says so, and rolls nothing back (P3)', async () => {
    const { number, host } = story.raise()
    const shown = await story.asked(number)
    // Before the launch: afterwards runbot could have read the end already.
    const isRecycle = (path: string) =>
      story.world.ops.runs().some(({ id, runbook }) => runbook === 'recycle-pool' && path.includes(id))
    const removals = ['GET', 'POST'].map((method) =>
      story.world.ops.faults.add({
        fault: 'garbage',
        times: 10_000,
        match: (call) => call.method === method && isRecycle(call.path),
      }),
    )
    await approve(story, shown)
    const { status, reason } = await story.ended(shown.run, 12_000)
    for (const remove of removals) remove()
    assert.equal(status, 'needsHuman')
    assert.match(reason, /what became of recycle-pool cannot be told/)
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    await until('the note', () => story.notes(number).some((note) => /outcome unknown/.test(note)))
    await until('the card', () => wordsOf(story.cardOf(shown.run)?.card).includes('Needs a person'))
    await until('the mention', () =>
      story.thread(shown.run).some((text) => /Needs a person[\s\S]*Please take over/.test(text)),
    )
  })

  it('keeps the CI of such a run to itself: another run there is stopped (P7)', async () => {
    const { number } = story.raise({ host: 'web-01', fields: { u_error_signature: 'another' } })
    const { status, reason } = await story.ended(await story.runOf(number))
    assert.deepEqual([status, /is at work on web-01/.test(reason)], ['stoppedByPolicy', true])
  })

  it('never lets a fact that cannot be told pass in production: it waits visibly, then stops (P5, P12)', async () => {
    const host = story.host()
    story.world.servicenow.update('cmdb_ci', story.world.ci(host).sys_id ?? '', { u_user_count: '' })
    const { number } = story.raise({ host })
    const run = await story.runOf(number)
    await until('the wait on the card', () => /blast radius/.test(wordsOf(story.cardOf(run)?.card)))
    assert.equal(
      (await story.log(run)).some(({ type }) => type === 'decided'),
      false,
    )
    const { status, reason } = await story.ended(run, 16_000)
    assert.equal(status, 'stoppedByPolicy')
    assert.match(reason, /unknown is not allowed in production/)
    assert.deepEqual(story.effects(host), [])
  })

  it('goes on as soon as the fact is there (P5)', async () => {
    const host = story.host()
    const id = story.world.ci(host).sys_id ?? ''
    story.world.servicenow.update('cmdb_ci', id, { u_user_count: '' })
    const { number } = story.raise({ host })
    const run = await story.runOf(number)
    await until('the wait', async () => (await story.log(run)).some(({ type }) => type === 'waited'))
    story.world.servicenow.update('cmdb_ci', id, { u_user_count: '40' })
    await story.asked(number)
  })
})

describe('story: what policy makes of a change window, and of an environment', () => {
  const story = stage({
    count: 4,
    edit: (place) => {
      place.edit('catalog/restart-iis.yaml', (text) =>
        text.replace('limits:\n', 'limits:\n  changeWindow: { in: [prod] }\n'),
      )
      // The calendar would open and close the window by the hour at which this test runs.
      place.edit('governance.yaml', (text) => text.replace(/^calendars:\n {2}prod-hours: .*\n/m, ''))
    },
  })

  it('stops a run in production without a change, and says what would make it pass (P12)', async () => {
    const { number, host } = story.raise()
    const run = await story.runOf(number)
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'stoppedByPolicy')
    assert.match(reason, new RegExp(`no change on ${host} is in Implement now`))
    await until('the card', () =>
      wordsOf(story.cardOf(run)?.card).includes(`move a change on ${host} to Implement inside its window`),
    )
    assert.deepEqual(story.effects(host), [])
  })

  it('asks where a change on the CI is open', async () => {
    const host = story.host()
    const { number: change = '' } = story.world.openChange({ ci: host })
    const { number } = story.raise({ host })
    const { run } = await story.asked(number)
    const decided = (await story.log(run)).find((event) => event.type === 'decided')
    const answer = decided?.decision.guardrails.find(({ name }) => name === 'change window')
    assert.deepEqual([answer?.answer, answer?.reason], ['pass', `${change} is in Implement`])
  })

  it('sends nothing where the change was put on hold after the approval (P2)', async () => {
    const host = story.host()
    const change = story.world.openChange({ ci: host })
    const { number } = story.raise({ host })
    const shown = await story.asked(number)
    story.world.servicenow.update('change_request', change.sys_id ?? '', { on_hold: 'true' })
    await approve(story, shown)
    const { status, reason } = await story.ended(shown.run)
    assert.deepEqual([status, /change window: no change on/.test(reason)], ['stoppedByPolicy', true])
    assert.deepEqual(story.effects(host), [])
  })

  it('runs in development without asking, says that policy allowed it, and still only once (P1, P3)', async () => {
    const host = story.host()
    story.world.servicenow.update('cmdb_ci', story.world.ci(host).sys_id ?? '', { environment: 'Development' })
    const { number } = story.raise({ host })
    const run = await story.runOf(number)
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    await until('the note', () => story.notes(number).some((note) => note.startsWith('Automation allowed by policy')))
    assert.equal(
      (await story.log(run)).some(({ type }) => type === 'approved'),
      false,
    )
  })
})
