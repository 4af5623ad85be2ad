// Owns the specs of what is owed: given a log, the one next piece of work, or when to look again (DESIGN §3).
import assert from 'node:assert/strict'
import { stoppedWords } from '../../src/core/ending.ts'
import { emptyRun } from '../../src/core/evolve.ts'
import type { ApprovalRule } from '../../src/core/governance.ts'
import { owed, PREFLIGHT_FRESH_MS, type Work } from '../../src/core/owed.ts'
import type { Draft } from '../../src/core/plan.ts'
import type { Run, RunEvent } from '../../src/core/run.ts'
import {
  after,
  ana,
  approved,
  asking,
  begun,
  bo,
  decided,
  decision,
  done,
  draft,
  editRequested,
  ended,
  finished,
  glassBroken,
  ladder,
  minute,
  nobody,
  on,
  oneApprover,
  plan,
  planned,
  preflighted,
  proposed,
  request,
  started,
  step,
  stepAsked,
  stopRequested,
  t0,
  undoEnded,
  undoStarted,
  verified,
  waveAsked,
} from './given.ts'

const [recycle, restart] = [on('recycle'), on('restart')]
const skip = (id: string, target = 'web-01'): RunEvent => ({
  type: 'stepSkipped',
  ...on(id, target),
  reason: 'not needed',
})
const reached: RunEvent = { type: 'rungReached', ...restart, reason: 'recycle failed' }
const failedOnce = (at = recycle) => [preflighted(at), started(at), ended(at, 'failed')]
const rolledBack = (at = recycle) => [...failedOnce(at), undoStarted(at), undoEnded(at)]

/** The next work in short: `preflight recycle web-01`, `rest`, `rest until +30`, `finish failed`. */
function next(run: Run, at = t0, authors: readonly string[] | null = []): string {
  const answer = owed(run, at, { ...nobody, authors })
  if (answer.works.length > 0) return answer.works.map(inShort).join(', ')
  return answer.wakeAt === null ? 'rest' : `rest until +${(answer.wakeAt - t0) / minute}`
}

function inShort(work: Work): string {
  if (work.do === 'finish') return `finish ${work.status}`
  if (work.do === 'capture') return `capture ${work.id}`
  if (work.do === 'expire' || work.do === 'askPart') return `${work.do} ${work.scope}`
  if (work.do === 'remind') return `remind ${work.scope} ${work.count}×`
  if (work.do === 'escalate') return `escalate ${work.scope} to ${work.to.join(', ')}`
  const where = 'at' in work ? ` ${work.at.step} ${work.at.target}` : ''
  return `${work.do}${where}${work.do === 'follow' ? ` ${work.which}` : ''}`
}
const reason = (run: Run): string => {
  const [work] = owed(run, t0, nobody).works
  return work?.do === 'finish' ? work.reason : `no end, but ${work?.do}`
}
const given = (...events: readonly RunEvent[]) => after(begun(), t0, ...events)

describe('before it begins', () => {
  it('a proposed run is planned, its evidence captured once, and then decided', () => {
    const evidence = ['web-01', 'web-02'].map((target) => ({ target, request: request('ops.look') }))
    const of = draft(['web-01'], ladder, { evidence })
    const captured = (id: string): RunEvent => ({
      type: 'evidenceCaptured',
      id,
      do: 'ops.look',
      target: 'web-01',
      ok: false,
      summary: '',
      sha256: null,
      bytes: 0,
    })
    const fresh = after(emptyRun('r-1'), t0, proposed)
    assert.equal(next(fresh), 'plan')
    assert.equal(next(after(fresh, t0, planned(of))), 'capture 1, capture 2')
    assert.equal(next(after(fresh, t0, planned(of), captured('1'))), 'capture 2')
    assert.equal(next(after(fresh, t0, planned(of), captured('1'), captured('2'))), 'decide')
  })

  it('a run without a runbook waits for a person', () => {
    assert.equal(next(after(emptyRun('r-1'), t0, { ...proposed, runbook: null } as RunEvent)), 'rest')
  })

  it('an allowed run begins at once', () => {
    assert.equal(next(asking(draft(), decision({ effect: 'allow', rule: null }))), 'begin')
  })

  it('an asking run rests until its expiry, and then expires', () => {
    assert.equal(next(asking()), 'rest until +30')
    assert.equal(next(asking(), t0 + 30 * minute - 1), 'rest until +30')
    assert.equal(next(asking(), t0 + 30 * minute), 'expire run')
  })

  it('a run begins with its last approval, also where that is older than its expiry by now', () => {
    const run = after(asking(), t0, approved(ana))
    assert.equal(next(run), 'begin')
    assert.equal(next(run, t0 + 60 * minute), 'begin')
  })

  it('an edited run is replaced, whatever was approved, unless it was stopped first', () => {
    assert.equal(next(after(asking(), t0, editRequested)), 'replace')
    assert.equal(next(after(asking(), t0, approved(ana), editRequested), t0 + 99 * minute), 'replace')
    assert.equal(next(after(asking(), t0, editRequested, stopRequested)), 'finish cancelled')
  })

  it('a broken glass has it decided anew, without planning or capturing again', () => {
    const run = after(asking(), t0, approved(ana), glassBroken)
    assert.equal(next(run), 'decide')
    assert.equal(run.status, 'proposed')
  })

  it('the standard change that policy wants is opened once, after the approvals and before it begins', () => {
    const wants = (changes: object = {}) => asking(draft(), decision({ standardChange: 'restart-web', ...changes }))
    assert.equal(next(wants()), 'rest until +30')
    const agreed = after(wants(), t0, approved(ana))
    assert.deepEqual(owed(agreed, t0, nobody), {
      works: [{ do: 'openStandardChange', template: 'restart-web' }],
      wakeAt: null,
    })
    const opened: RunEvent = { type: 'standardChangeOpened', sysId: 'c-1', number: 'CHG7' }
    assert.equal(next(after(agreed, t0, opened)), 'begin')
    assert.equal(next(wants({ effect: 'allow', rule: null })), 'openStandardChange')
  })

  it('wants a second person where the author is not known (P10)', () => {
    const run = after(asking(draft(), decision({ rule: oneApprover({ not: ['author'] }) })), t0, approved(ana))
    assert.equal(next(run, t0, null), 'rest until +30')
    assert.equal(next(after(run, t0, approved(bo)), t0, null), 'begin')
  })

  it('a stop cancels it, and names who stopped it (P11)', () => {
    const run = after(asking(), t0, stopRequested)
    assert.equal(next(run), 'finish cancelled')
    assert.equal(reason(run), 'stopped by Bo: wrong host')
    assert.equal(next(after(emptyRun('r-1'), t0, proposed, stopRequested)), 'finish cancelled')
  })

  it('an ended run is owed nothing', () => {
    assert.equal(next(after(asking(), t0, finished('refused'))), 'rest')
  })
})

describe('an ask', () => {
  const remindsAfter = (minutes: number) => oneApprover({ remindMs: minutes * minute })
  const reminded = (count: number): RunEvent => ({ type: 'reminded', scope: 'run', count })
  const escalated = (...to: readonly string[]): RunEvent => ({ type: 'escalated', scope: 'run', to })
  const under = (rule: ApprovalRule) => asking(draft(), decision({ rule }))

  it('is reminded of each time, and says when next', () => {
    const run = under(remindsAfter(10))
    assert.equal(next(run), 'rest until +10')
    assert.equal(next(run, t0 + 10 * minute - 1), 'rest until +10')
    assert.equal(next(run, t0 + 10 * minute), 'remind run 1×')
    const once = after(run, t0 + 10 * minute, reminded(1))
    assert.equal(next(once, t0 + 10 * minute), 'rest until +20')
    assert.equal(next(once, t0 + 20 * minute), 'remind run 2×')
    assert.equal(next(after(once, t0, reminded(2)), t0 + 20 * minute), 'rest until +30')
  })

  it('is reminded of once where several reminders were missed', () => {
    const run = under(remindsAfter(5))
    assert.equal(next(run, t0 + 17 * minute), 'remind run 3×')
    const told = after(run, t0 + 17 * minute, reminded(3))
    assert.equal(next(told, t0 + 17 * minute), 'rest until +20')
  })

  it('that has expired, is complete or was stopped reminds nobody', () => {
    const run = under(remindsAfter(10))
    assert.equal(next(run, t0 + 30 * minute), 'expire run')
    assert.equal(next(after(run, t0, approved(ana)), t0 + 20 * minute), 'begin')
    assert.equal(next(after(run, t0, stopRequested), t0 + 20 * minute), 'finish cancelled')
  })

  it('of a second ask counts from its own time', () => {
    const again = after(after(under(remindsAfter(10)), t0, reminded(2)), t0 + 25 * minute, planned(), {
      ...decided(decision({ rule: remindsAfter(10) }), plan, t0 + 25 * minute),
    })
    assert.equal(next(again, t0 + 25 * minute), 'rest until +35')
    assert.equal(next(again, t0 + 35 * minute), 'remind run 1×')
  })

  const stands = oneApprover({
    lines: [
      { from: ['owner'], quorum: 1, substitute: { from: ['on-call'], afterMs: 10 * minute } },
      { from: ['cab'], quorum: 1, substitute: { from: ['security', 'on-call'], afterMs: 20 * minute } },
    ],
  })

  it('goes to those who stand in at their time, each once (P10)', () => {
    const run = under(stands)
    assert.equal(next(run), 'rest until +10')
    assert.equal(next(run, t0 + 10 * minute), 'escalate run to on-call')
    const once = after(run, t0, escalated('on-call'))
    assert.equal(next(once, t0 + 10 * minute), 'rest until +20')
    assert.equal(next(once, t0 + 20 * minute), 'escalate run to security')
    assert.equal(next(after(once, t0, escalated('security')), t0 + 20 * minute), 'rest until +30')
  })

  it('goes to all of them at once where their times were missed, and before it is reminded of', () => {
    const run = under({ ...stands, remindMs: 5 * minute })
    assert.equal(next(run, t0 + 21 * minute), 'escalate run to on-call, security')
    const told = after(run, t0, escalated('on-call', 'security'))
    assert.equal(next(told, t0 + 21 * minute), 'remind run 4×')
  })

  it('says the nearest of all its times', () => {
    const run = under({ ...stands, remindMs: 7 * minute })
    assert.equal(next(run), 'rest until +7')
    assert.equal(next(after(run, t0, reminded(1)), t0 + 7 * minute), 'rest until +10')
    assert.equal(next(under({ ...stands, expiresMs: 9 * minute })), 'rest until +9')
  })
})

describe('a step', () => {
  it('goes from preflight to action, verification and the next step', () => {
    assert.equal(next(given()), 'preflight recycle web-01')
    assert.equal(next(given(preflighted(recycle))), 'act recycle web-01')
    assert.equal(next(given(preflighted(recycle), started(recycle))), 'follow recycle web-01 action')
    assert.equal(next(given(preflighted(recycle), started(recycle), ended(recycle))), 'verify recycle web-01')
    assert.equal(next(given(...done(recycle))), 'weighRung restart web-01')
    assert.equal(next(given(...done(recycle), skip('restart'))), 'finish succeeded')
  })

  it('says since when it has been verified', () => {
    const run = given(started(recycle), ended(recycle), { type: 'verifyStarted', ...recycle })
    const [work] = owed(run, t0 + 5, nobody).works
    assert.equal(work?.do === 'verify' && work.startedAt, t0)
  })

  it('looks again where the preflight is older than a minute (P2)', () => {
    const run = given(preflighted(recycle))
    assert.equal(next(run, t0 + PREFLIGHT_FRESH_MS), 'act recycle web-01')
    assert.equal(next(run, t0 + PREFLIGHT_FRESH_MS + 1), 'preflight recycle web-01')
  })

  it('acts at once where it has no preflight, and only verifies where it has no action', () => {
    const bare = draft(['web-01'], () => [step('a', 'web-01', { preflight: null })])
    assert.equal(next(begun(bare)), 'act a web-01')
    const look = draft(['web-01'], () => [step('a', 'web-01', { action: null, rollback: null })])
    assert.equal(next(after(begun(look), t0, preflighted(on('a')))), 'verify a web-01')
    const only = draft(['web-01'], () => [step('a', 'web-01', { action: null, rollback: null, verify: null })])
    assert.equal(next(begun(only)), 'preflight a web-01')
    assert.equal(next(after(begun(only), t0, preflighted(on('a')))), 'finish succeeded')
  })

  it('stops where its preflight contradicts: nothing is sent, nothing rolled back', () => {
    const run = given(preflighted(recycle, false, 'the pool is up'))
    assert.equal(next(run), 'finish failed')
    assert.equal(reason(run), 'web-01: preflight of recycle says stop: the pool is up')
  })

  it('stops without a rollback or a rung where the action never started (P3)', () => {
    assert.equal(next(given(started(recycle), ended(recycle, 'failed', 'none'))), 'finish failed')
  })

  it('needs a person where its outcome is unknown; nothing is tried again (P3)', () => {
    const run = given(started(recycle), ended(recycle, 'unknown'))
    assert.equal(next(run), 'finish needsHuman')
    assert.equal(reason(run), 'web-01: what became of recycle cannot be told: it unknown')
  })
})

describe('a failure', () => {
  it('is rolled back first, then the rung is weighed', () => {
    assert.equal(next(given(...failedOnce())), 'rollBack recycle web-01')
    assert.equal(next(given(...failedOnce(), undoStarted(recycle))), 'follow recycle web-01 rollback')
    assert.equal(next(given(...rolledBack())), 'weighRung restart web-01')
  })

  it('of the verification is rolled back too', () => {
    assert.equal(next(given(started(recycle), ended(recycle), verified(recycle, false))), 'rollBack recycle web-01')
  })

  it('ends as rolled back where no rung helps', () => {
    const run = given(...rolledBack(), skip('restart'))
    assert.equal(next(run), 'finish rolledBack')
    assert.equal(reason(run), 'web-01: recycle failed: it failed')
  })

  it('skips later steps that are no rungs', () => {
    const plain = draft(['web-01'], (host) => [step('recycle', host), step('warm', host)])
    assert.equal(next(after(begun(plain), t0, ...rolledBack())), 'skip warm web-01')
  })

  it('of a rollback ends as that, and that of a verification without rollback as failed', () => {
    assert.equal(
      next(given(...failedOnce(), undoStarted(recycle), undoEnded(recycle, 'failed'))),
      'finish rollbackFailed',
    )
    assert.equal(next(given(...failedOnce(), undoStarted(recycle), undoEnded(recycle, 'unknown'))), 'finish needsHuman')
    const noUndo = draft(['web-01'], (host) => [step('recycle', host, { rollback: null })])
    assert.equal(next(after(begun(noUndo), t0, ...failedOnce())), 'finish failed')
  })

  it('undoes the earlier steps in reverse where onFailure says all', () => {
    const steps = (host: string) => ['a', 'b', 'c'].map((id) => step(id, host))
    const all = draft(['web-01'], steps, { onFailure: { escalate: null, assign: null, rollback: 'all' } })
    const broken = after(begun(all), t0, ...done(on('a')), ...done(on('b')), ...rolledBack(on('c')))
    assert.equal(next(broken), 'rollBack b web-01')
    const first = after(broken, t0, undoStarted(on('b')))
    assert.equal(next(first), 'follow b web-01 rollback')
    const second = after(first, t0, undoEnded(on('b')))
    assert.equal(next(second), 'rollBack a web-01')
    assert.equal(next(after(second, t0, undoStarted(on('a')), undoEnded(on('a')))), 'finish rolledBack')
  })
})

describe('a rung that asks for itself', () => {
  const climbing = given(...rolledBack(), reached)
  const asked = after(climbing, t0, preflighted(restart), stepAsked('restart'))

  it('is looked at, asked for, awaited and then sent with both approvals (P1)', () => {
    assert.equal(next(climbing), 'preflight restart web-01')
    assert.equal(next(after(climbing, t0, preflighted(restart))), 'askPart step:restart')
    assert.equal(next(asked), 'rest until +30')
    const [work] = owed(after(asked, t0, approved(ana, 'step:restart')), t0, nobody).works
    assert.deepEqual(work?.do === 'act' && work.scopes, ['run', 'step:restart'])
  })

  it('expires on its own', () => assert.equal(next(asked, t0 + 30 * minute), 'expire step:restart'))

  it('is not looked at while people think, but again once they agreed (P2)', () => {
    assert.equal(next(asked, t0 + 5 * minute), 'rest until +30')
    const agreed = after(asked, t0 + 5 * minute, approved(ana, 'step:restart'))
    assert.equal(next(agreed, t0 + 5 * minute), 'preflight restart web-01')
    const again = after(agreed, t0 + 5 * minute, preflighted(restart))
    assert.equal(next(again, t0 + 5 * minute), 'act restart web-01')
  })

  it('mends the run when it succeeds', () => {
    assert.equal(next(after(asked, t0, approved(ana, 'step:restart'), ...done(restart))), 'finish succeeded')
  })
})

describe('several targets', () => {
  const fleet = (waves: Draft['waves'], stopAfterFailures = 1) =>
    draft(waves.flat(), (host) => [step('recycle', host, { rollback: null })], { waves, stopAfterFailures })
  const ok = (target: string) => done(on('recycle', target))
  const bad = (target: string) => failedOnce(on('recycle', target))

  it('go wave by wave, each through its whole ladder', () => {
    const run = begun(fleet([['a'], ['b', 'c']]))
    assert.equal(next(run), 'preflight recycle a')
    assert.equal(next(after(run, t0, ...ok('a'))), 'preflight recycle b')
    assert.equal(next(after(run, t0, ...ok('a'), ...ok('b'))), 'preflight recycle c')
    assert.equal(next(after(run, t0, ...ok('a'), ...ok('b'), ...ok('c'))), 'finish succeeded')
  })

  describe('whose waves ask', () => {
    const asks = (waves: Draft['waves'], changes: Partial<Draft> = {}) => ({
      ...fleet(waves),
      waveApproval: 'always',
      ...changes,
    })
    const agreed = (number: number) => approved(ana, `wave:${number}`)
    const run = begun(asks([['a'], ['b', 'c'], ['d']]))

    it('begin the first without asking, and ask for each other when the one before is done (P1)', () => {
      assert.equal(next(run), 'preflight recycle a')
      const first = after(run, t0, ...ok('a'))
      assert.deepEqual(owed(first, t0, nobody), {
        works: [{ do: 'askPart', part: { tier: 1, approval: 'always' }, scope: 'wave:2' }],
        wakeAt: null,
      })
      const asked = after(first, t0, waveAsked(2))
      assert.equal(next(asked), 'rest until +30')
      const second = after(asked, t0, agreed(2))
      assert.equal(next(second), 'preflight recycle b')
      assert.equal(next(after(second, t0, ...ok('b'))), 'preflight recycle c')
      const third = after(second, t0, ...ok('b'), ...ok('c'))
      assert.equal(next(third), 'askPart wave:3')
      assert.equal(next(after(third, t0, waveAsked(3), agreed(3), ...ok('d'))), 'finish succeeded')
    })

    it('send with the approval of the run and of their wave (P1)', () => {
      const of = after(run, t0, ...ok('a'), waveAsked(2), agreed(2), preflighted(on('recycle', 'b')))
      const [work] = owed(of, t0, nobody).works
      assert.deepEqual(work?.do === 'act' && work.scopes, ['run', 'wave:2'])
    })

    it('wait, remind and expire like any ask', () => {
      const rule = oneApprover({ remindMs: 10 * minute })
      const asked = after(run, t0, ...ok('a'), waveAsked(2, rule))
      assert.equal(next(asked, t0 + 11 * minute), 'remind wave:2 1×')
      assert.equal(next(asked, t0 + 30 * minute), 'expire wave:2')
    })

    it('ask nobody where nothing more may start: a failure too many, or a stop (P11)', () => {
      assert.equal(next(after(run, t0, ...bad('a'))), 'finish failed')
      assert.equal(next(after(run, t0, ...ok('a'), stopRequested)), 'finish cancelled')
      assert.equal(next(after(run, t0, ...ok('a'), waveAsked(2), stopRequested)), 'finish cancelled')
    })

    it('ask all the same after a failure that the brake allows', () => {
      const lenient = begun(asks([['a'], ['b']], { stopAfterFailures: 2 }))
      assert.equal(next(after(lenient, t0, ...bad('a'))), 'askPart wave:2')
    })

    it('let what is in flight end, although an approval no longer suffices: the author became unknown (P11)', () => {
      const rule = oneApprover({ not: ['author'] })
      const at = on('recycle', 'b')
      const asked = after(run, t0, ...ok('a'), waveAsked(2, rule), agreed(2), preflighted(at), started(at))
      assert.equal(next(asked), 'follow recycle b action')
      assert.equal(next(asked, t0, null), 'follow recycle b action')
      assert.equal(next(asked, t0 + 31 * minute, null), 'follow recycle b action')
      const landed = after(asked, t0, ended(at))
      assert.equal(next(landed, t0 + 31 * minute, null), 'verify recycle b')
    })

    it('are asked again where the rule became stricter, for what is left of the wave (P1)', () => {
      const of = after(run, t0, ...ok('a'), waveAsked(2), agreed(2), ...ok('b'), waveAsked(2))
      assert.equal(next(of), 'rest until +30')
      assert.equal(next(after(of, t0, agreed(2))), 'preflight recycle c')
    })
  })

  it('stop after the first failure by default, and say what was not attempted (P11)', () => {
    const run = after(begun(fleet([['a'], ['b', 'c']])), t0, ...bad('a'))
    assert.equal(next(run), 'finish failed')
    assert.equal(reason(run), 'a: recycle failed: it failed; not attempted: b, c')
  })

  it('stop after as many failures as declared', () => {
    const run = after(begun(fleet([['a', 'b'], ['c']], 2)), t0, ...bad('a'))
    assert.equal(next(run), 'preflight recycle b')
    assert.equal(next(after(run, t0, ...bad('b'))), 'finish failed')
    assert.equal(next(after(run, t0, ...ok('b'))), 'preflight recycle c')
  })

  it('stop at once where an outcome is unknown or a rollback failed (P3)', () => {
    const unknown = [started(on('recycle', 'a')), ended(on('recycle', 'a'), 'unknown')]
    assert.equal(next(after(begun(fleet([['a'], ['b']], 9)), t0, ...unknown)), 'finish needsHuman')
    const at = on('recycle', 'a')
    const undo = after(begun(draft(['a', 'b'], ladder, { stopAfterFailures: 9 })), t0, ...failedOnce(at))
    assert.equal(next(after(undo, t0, undoStarted(at), undoEnded(at, 'failed'))), 'finish rollbackFailed')
  })
})

describe('a stop', () => {
  const fleet = begun(draft(['a', 'b', 'c', 'd']))
  const at = (target: string) => on('recycle', target)
  const stopped = (...events: readonly RunEvent[]) => after(fleet, t0, ...events, stopRequested)

  it('starts nothing new, and follows what is in flight to its end (P11)', () => {
    assert.equal(next(stopped()), 'finish cancelled')
    assert.equal(next(stopped(preflighted(at('a')))), 'finish cancelled')
    const flying = stopped(preflighted(at('a')), started(at('a')))
    assert.equal(next(flying), 'follow recycle a action')
    const landed = after(flying, t0, ended(at('a')))
    assert.equal(next(landed), 'verify recycle a')
    assert.equal(next(after(landed, t0, verified(at('a')))), 'finish cancelled')
  })

  it('sends no rollback, but follows one that was sent (P11)', () => {
    assert.equal(next(stopped(...failedOnce(at('a')))), 'finish cancelled')
    assert.equal(next(stopped(...failedOnce(at('a')), undoStarted(at('a')))), 'follow recycle a rollback')
  })

  it('says per target: finished before, stopped after what, left as it is (P11)', () => {
    const run = stopped(...done(at('a')), skip('restart', 'a'), ...done(at('b')), ...failedOnce(at('c')))
    const words =
      'stopped by Bo: wrong host. a: finished before (succeeded); b: stopped after recycle; ' +
      'c: stopped, recycle failed and was not rolled back; d: stopped'
    assert.equal(next(run), 'finish cancelled')
    assert.equal(reason(run), words)
  })

  it('says still running while it is, and unknown where it cannot be told (P11)', () => {
    const flying = stopped(started(at('a')), ...rolledBack(at('b')).slice(0, 4))
    assert.equal(
      stoppedWords(flying),
      'stopped by Bo: wrong host. a: still running recycle; b: still running recycle; c: stopped; d: stopped',
    )
    const lost = after(flying, t0, ended(at('a'), 'unknown'))
    assert.match(stoppedWords(lost), /a: unknown; b: still running recycle/)
    assert.equal(next(lost), 'follow recycle b rollback')
    const told = after(lost, t0, undoEnded(at('b')))
    assert.equal(next(told), 'finish needsHuman')
    assert.match(reason(told), /^stopped by Bo: wrong host\. a: unknown; .*d: stopped; a: what became of recycle/)
  })

  it('changes nothing for a run that had come to its end', () => {
    const single = after(begun(), t0, ...done(recycle), skip('restart'), stopRequested)
    assert.equal(next(single), 'finish succeeded')
    assert.equal(next(given(...rolledBack(), skip('restart'), stopRequested)), 'finish rolledBack')
  })

  it('has words for a run that nobody stopped', () => assert.match(stoppedWords(fleet), /^a: stopped; b: stopped/))
})

it('answers the same for the same log and time (DESIGN §3)', () => {
  const log = [proposed, planned(), decided(), approved(ana)]
  const answers = [0, 1].map(() => owed(after(emptyRun('r-1'), t0, ...log), t0, nobody))
  assert.deepEqual(answers[0], answers[1])
})
