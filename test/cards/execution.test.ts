// Owns the checks of the run card under way and in a person's hand: what it says first, and what may be done.
import assert from 'node:assert/strict'
import { runCardView } from '../../src/app/views/run-card.ts'
import type { Run } from '../../src/core/run.ts'
import { isObject, type Json, type JsonObject } from '../../src/core/values.ts'
import { actions, assertCard, bytes, objects, texts } from './check.ts'
import { executionLooks, fill, guided, looked, lost, preflighted, withSteps } from './execution-looks.ts'
import { at, draft, evil, many, person, plan, run as runOf, type Shown, step } from './fixtures.ts'
import { render } from './gallery.ts'

const expand = ({ run, context }: Pick<Shown, 'run' | 'context'>): Json => render('run', runCardView(run, context))
const look = (name: string): Shown => {
  const make = executionLooks[name]
  assert.ok(make, name)
  return make()
}
/** What the card opens with: its folds are the containers whose id a toggle names. */
const opening = (card: Json): string => joined(withoutFolds(card))
const joined = (card: Json): string => texts(card).join(' ').replaceAll('\u200b', '').replaceAll(/ {2,}/g, ' ')
const folded = new Set(['checks', 'requests', 'incident', 'reasons', 'audit'])
const withoutFolds = (json: Json): Json => {
  if (Array.isArray(json)) return json.map(withoutFolds)
  if (!isObject(json)) return json
  if (typeof json['id'] === 'string' && folded.has(json['id'])) return null
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, withoutFolds(value)]))
}
const says = (name: string): string => opening(expand(look(name)))
const changed = (name: string, changes: Partial<Run>): string => {
  const { run, context } = look(name)
  return opening(expand({ run: { ...run, ...changes }, context }))
}
const titles = (name: string): readonly string[] => actions(expand(look(name))).map(({ title }) => String(title))
const noteOf = (name: string): JsonObject | undefined => objects(expand(look(name))).find(({ id }) => id === 'note')
const fallbackOf = (action: JsonObject | undefined): JsonObject => {
  const fallback = action?.['fallback']
  assert.ok(isObject(fallback))
  return fallback
}

describe('a card that says the runbook is possibly stale', () => {
  it('says what was assumed, what was found and whose runbook it is, once', () => {
    const text = says('stale')
    assert.match(
      text,
      /Possibly stale: recycle-pool on web-01 assumes result\.state in \["Started", "Degraded"\] , found \{"state":"Stopped","by":"app-team"\} \. Its owner should look at the runbook: web-platform/,
    )
    assert.equal(text.split('result.state in').length, 2)
    assert.match(text, /nothing ran/)
  })

  it('says it while other targets go on, and counts the rest', () => {
    assert.match(says('twenty-targets'), /^Running .*Possibly stale: recycle-pool on web-14/)
    const { run } = look('stale')
    const [state] = Object.values(run.steps)
    const steps = Object.fromEntries(many(5).map((name) => [name, state ?? {}]))
    assert.match(changed('stale', { draft: draft(many(5)), steps }), /The same or the like on 3 more/)
  })

  it('says only what was found where the reason is in other words', () => {
    const { run } = look('stale')
    const before = run.steps['web-01']?.['recycle-pool']?.preflight
    assert.ok(before)
    const preflight = { ...before, reason: 'the pool is gone' }
    const text = changed('stale', { steps: { 'web-01': { 'recycle-pool': step({ preflight }) } } })
    assert.match(text, /recycle-pool on web-01 : the pool is gone/)
  })
})

describe('a card that asks what became of a request', () => {
  it('explains both choices before the note and the buttons (P3, P12)', () => {
    const card = expand(look('unknown'))
    const text = opening(card)
    for (const part of [
      'Nobody can tell what became of it. Please look there.',
      'It happened: runbot goes on with its verification.',
      'It did not happen: it counts as never started. It may then be retried where the runbook allows, rolled back, or closed.',
    ])
      assert.ok(text.includes(part), `${part} is missing in: ${text}`)
    assert.equal(noteOf('unknown')?.['label'], 'Note: what you did or saw')
    assert.deepEqual(
      titles('unknown').filter((title) => title !== 'Details'),
      ['It happened', 'It did not happen', 'Take over', 'Roll back', 'Close'],
    )
  })

  it('sends {run, step, target, happened}, and the fallback the same plus the verb (P9)', () => {
    const settles = actions(expand(look('unknown'))).filter(({ verb }) => verb === 'settle')
    assert.deepEqual(
      settles.map(({ data }) => data),
      ['yes', 'no'].map((happened) => ({ run: 'r-7f3k2m', step: 'recycle-pool', target: 'web-01', happened })),
    )
    for (const each of settles) {
      assert.equal(fallbackOf(each)['type'], 'Action.Submit')
      assert.deepEqual(fallbackOf(each)['data'], { verb: 'settle', ...(each['data'] as JsonObject) })
      assert.equal(each['associatedInputs'], undefined)
    }
  })

  it('asks for three requests at a time, and says how the others are settled', () => {
    const settles = actions(expand(look('unknown-many'))).filter(({ verb }) => verb === 'settle')
    assert.deepEqual(
      settles.map(({ data }) => (data as JsonObject)['target']),
      ['web-01', 'web-01', 'web-02', 'web-02', 'web-03', 'web-03'],
    )
    assert.match(
      says('unknown-many'),
      /what became of 5 requests.*… and 2 more.*settle r-7f3k2m yes\|no <\u2060?target>/,
    )
  })

  it('says that a step without verification counts as done', () => {
    const text = changed('unknown', { draft: withSteps(draft(), (each) => ({ ...each, verify: null })) })
    assert.match(text, /It happened: it counts as done, and runbot goes on/)
  })

  it('says of a rollback what its own two answers mean', () => {
    assert.match(says('unknown-rollback'), /the rollback of recycle-pool on web-01/)
    assert.match(says('unknown-rollback'), /It happened: it counts as rolled back.*the rollback counts as failed/)
  })

  it('names the very step and target that it shows, however they are written, and none that is too long for a button', () => {
    const target = 'db-01 ${run} <b>x</b> \u202e'
    const { run, context } = look('unknown')
    const one = { ...draft([target]), waves: [[target]] }
    const card = expand({ run: { ...run, draft: one, steps: { [target]: { 'recycle-pool': lost() } } }, context })
    assertCard(card)
    const settle = actions(card).find(({ verb }) => verb === 'settle')
    assert.deepEqual(settle?.['data'], { run: 'r-7f3k2m', step: 'recycle-pool', target, happened: 'yes' })
    const long = 'x'.repeat(161)
    const other = { ...run, draft: draft([long]), steps: { [long]: { 'recycle-pool': lost() } } }
    const without = expand({ run: other, context })
    assert.deepEqual(
      actions(without).filter(({ verb }) => verb === 'settle'),
      [],
    )
    assert.match(opening(without), /Or in chat: settle r-7f3k2m yes\|no/)
  })

  it('asks nothing where nobody may settle it', () => {
    const { run, context } = look('unknown')
    const card = expand({ run, context: { ...context, offers: ['takeover'] } })
    assert.doesNotMatch(opening(card), /It happened|look there/)
  })
})

describe('a card that asks the caller', () => {
  it('asks them by name whether it works, and says where else they may answer and until when', () => {
    const text = says('confirming')
    assert.match(text, /^Waiting for the caller/)
    assert.match(text, /Does web-01 work again , Omar Reyes \?/)
    assert.match(text, /here, or as a comment in INC0010001 \. Until \{\{TIME\(2026-01-31T03:48:00Z\)\}\}/)
  })

  it('sends {run, works}, and the fallback the same plus the verb (P9)', () => {
    const both = actions(expand(look('confirming'))).filter(({ verb }) => verb === 'confirm')
    assert.deepEqual(
      both.map(({ title, data }) => [title, data]),
      [
        ['Yes, it works', { run: 'r-7f3k2m', works: 'yes' }],
        ['No, it does not', { run: 'r-7f3k2m', works: 'no' }],
      ],
    )
    for (const each of both)
      assert.deepEqual(fallbackOf(each)['data'], { verb: 'confirm', ...(each['data'] as JsonObject) })
  })

  it('asks who asked for the run where there is no incident', () => {
    const origin = { kind: 'chat', requester: person('Ana Ruiz'), because: '', conversation: {}, text: '' } as const
    const text = changed('confirming', { origin, context: { readAt: at } })
    assert.match(text, /work again , Ana Ruiz \?.*whoever asked for this run/)
    assert.doesNotMatch(text, /as a comment in/)
  })

  it('says afterwards what they said', () => {
    assert.match(says('not-confirmed'), /done, but not confirmed.*Omar Reyes says it does not work: still 503/)
  })

  it('offers no answer once the run has ended', () => {
    const finished = { status: 'failed', reason: 'x', at } as const
    const { run, context } = look('confirming')
    const card = expand({ run: { ...run, status: 'failed', finished }, context })
    assert.deepEqual(
      actions(card).filter(({ verb }) => verb === 'confirm'),
      [],
    )
    assert.match(opening(card), /done, nobody confirmed it/)
  })
})

describe('a card of a run in a person’s hand', () => {
  it('says who has it since when and why, once, and what was left', () => {
    const text = says('taken-over')
    assert.match(text, /^Taken over .*Kim Lee has it in hand since \{\{TIME\(2026-01-31T03:17:00Z\)\}\}/)
    assert.equal(text.split('I look at it').length, 2)
    assert.match(text, /web-01: stopped after recycle-pool/)
    assert.match(says('taking-over'), /Nothing new is started\..*Recycle the pool.*running/)
  })

  it('lets the run be resumed, rolled back, taken over by somebody else, or closed with a note', () => {
    const acts = actions(expand(look('taken-over'))).filter(({ verb }) => verb !== 'details')
    assert.deepEqual(
      acts.map(({ title, verb, style }) => [title, verb, style]),
      [
        ['Resume', 'resume', 'positive'],
        ['Take over', 'takeover', undefined],
        ['Roll back', 'rollback', 'destructive'],
        ['Close', 'stop', undefined],
      ].map(([title, verb, style]) => [title, verb, style ?? 'default']),
    )
    for (const each of acts) {
      assert.deepEqual(each['data'], { run: 'r-7f3k2m' })
      assert.deepEqual(fallbackOf(each)['data'], { verb: each['verb'], run: 'r-7f3k2m' })
      assert.deepEqual([each['associatedInputs'], fallbackOf(each)['associatedInputs']], [undefined, undefined])
    }
    assert.equal(noteOf('taken-over')?.['placeholder'], 'Needed to close it')
  })

  it('lets what failed be retried, and says which attempt it was', () => {
    assert.deepEqual(titles('failed-retryable').slice(0, 2), ['Retry what failed', 'Roll back'])
    assert.match(says('failed-retryable'), /failed, not rolled back · attempt 2 of 3 : access denied/)
    assert.match(says('retrying'), /running · attempt 2 of 3/)
    assert.match(says('retry-follows'), /failed, attempt 2 of 3 follows/)
  })

  it('takes no note with a stop alone, which is one tap', () => {
    const { run, context } = look('retrying')
    const card = expand({ run, context: { ...context, offers: [] } })
    assert.ok(!objects(card).some(({ id }) => id === 'note'))
    assert.ok(noteOf('retrying'))
  })

  it('offers nothing of it before anything has begun, nor in a dry run', () => {
    const { context } = look('taken-over')
    const all = ['resume', 'retry', 'rollback', 'takeover', 'close', 'settle', 'confirm'] as const
    const verbs = (of: Run, preview = false) =>
      actions(expand({ run: of, context: { ...context, offers: all, preview } })).map(({ verb }) => verb)
    assert.ok(!verbs(runOf()).includes('takeover') && !verbs(runOf()).includes('stop'))
    assert.deepEqual(verbs(look('unknown').run, true), [])
  })

  it('says that a rollback was asked for, by whom, and that a freeze let it through', () => {
    assert.match(says('undoing'), /Rollback asked by Kim Lee : worse.*Released during the freeze by/)
    assert.match(says('undoing'), /rolling back on request/)
    assert.match(says('undone'), /^Rolled back on request.*rolled back on request/)
  })
})

describe('a card of many targets', () => {
  it('counts them, shows those that run first, then what went wrong, and the quiet ones together', () => {
    const text = says('twenty-targets')
    assert.match(text, /6 of 20 targets done · 6 running · 1 failed · 1 unknown/)
    const order = ['web-07 ', 'web-11 ', 'web-13 ', 'recycle-pool not as the', 'waiting', 'done and verified']
    const places = order.map((each) => text.lastIndexOf(each))
    assert.ok(!places.includes(-1), `${places.join()} in: ${text}`)
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    )
  })

  it('tells each of twenty targets, within 25 KB', () => {
    for (const name of ['twenty-targets', 'braking', 'braked', 'stopped-many', 'step-of-many', 'unknown-many']) {
      assert.ok(bytes(expand(look(name))) <= 25_000, name)
    }
    const text = says('twenty-targets')
    for (const name of many(20)) assert.ok(text.includes(name), `${name} is missing in: ${text}`)
  })

  it('says why the brake fell, that nothing new starts, and afterwards what it left (P11)', () => {
    assert.match(says('braking'), /^Braking.*Brake: the alarm.*\{"value":0\.31\}.*Nothing new is started/)
    const text = says('braked')
    assert.match(text, /Brake: the alarm of this rollout was raised: .*\{"value":0\.31\}\. Runs/)
    assert.match(text, /web-02 .*verification failed, not rolled back.*stopped before it began : web-03/)
  })

  it('says of a stopped run who stopped it, and of each target what became of it (P11)', () => {
    assert.match(says('stopped-many'), /stopped by Kim Lee: wrong host\. Runs.*not rolled back.*stopped before/)
  })

  it('never hides a rollback that failed behind a later step that was undone', () => {
    const { run } = look('undone')
    const ok = run.steps['web-01']?.['recycle-pool']
    assert.ok(ok?.rollback?.ended)
    const failed = { ...ok, rollback: { ...ok.rollback, ended: { ...ok.rollback.ended, outcome: 'failed' as const } } }
    const steps = { 'web-01': { 'recycle-pool': failed, iisreset: ok }, 'web-02': { 'recycle-pool': ok } }
    assert.match(changed('undone', { draft: draft(many(2)), steps }), /web-01 recycle-pool rollback failed/)
  })
})

describe('a card that asks for a step', () => {
  it('shows in a guided run what was found, the exact request with what was captured, its target, and Proceed', () => {
    const text = says('guided-step')
    for (const part of [
      'Add read replicas',
      '/v1/runs scale {"host":"db-02","replicas":4}',
      'result.replicas < 8',
      'replicas = 3',
      'ops.scale host=db-02 replicas=3',
      '40 users',
      'For step scale on db-02',
    ])
      assert.ok(text.includes(part), `${part} is missing in: ${text}`)
    assert.doesNotMatch(text, /db-01 ·|captured\./)
    const [proceed] = actions(expand(look('guided-step')))
    assert.deepEqual(
      [proceed?.['title'], proceed?.['verb'], fallbackOf(proceed)['title']],
      ['Proceed', 'approve', 'Proceed'],
    )
    assert.deepEqual(proceed?.['data'], { run: 'r-7f3k2m', scope: 'step:scale@db-02', plan })
  })

  it('says before a preflight which values are not known yet, without a template in sight', () => {
    const { run, context } = look('guided')
    const card = JSON.stringify(expand({ run, context: { ...context, expanded: true } }))
    assert.ok(!card.includes('${'), card)
    assert.match(says('guided'), /Guided: every step shows its request, and waits for Proceed/)
    assert.match(says('guided'), /replicas=‹replicas› \(‹…› is read by the preflight\)/)
    assert.equal(titles('guided')[0], 'Approve')
  })

  it('fills only what was left open: a value that merely looks like it stays as it is (P9)', () => {
    const base = guided()
    const hostile = withSteps(base, (each) => ({
      ...each,
      action: each.action && { ...each.action, with: { host: '${steps["scale"].captured.replicas}', replicas: 1 } },
    }))
    const open = withSteps(hostile, ({ action, ...each }) => {
      if (!action) return { action, ...each }
      const { deferred: _, ...known } = action
      return { ...each, action: known }
    })
    const scope = 'step:scale'
    const steps = { 'db-01': { scale: step(preflighted({ replicas: 3 })) } }
    const { run, context } = look('guided-step')
    const asks = { [scope]: { ...Object.values(run.asks)[0]!, scope, at: at + 1 } }
    const text = opening(expand({ run: { ...run, draft: open, asks, steps }, context: { ...context, fill } }))
    assert.match(text, /"host":"\$\{steps\[\\"scale\\"\]\.captured\.replicas\}"/)
  })

  it('shows also elsewhere the exact request and the preflight, once where it is the same on every target', () => {
    const text = says('step-of-many')
    assert.match(text, /\/v1\/runs iisreset \{"host":"‹target›"\}/)
    assert.match(text, /result\.state in \["Started", "Degraded"\] web-01, web-02, web-03 … and 4 more/)
    assert.equal(text.split('result.state in').length, 2)
    assert.match(text, /7 wait for approval.*iisreset waits for approval : web-01/)
    assert.ok(titles('step-of-many').includes('Approve') && !titles('step-of-many').includes('Proceed'))
  })

  it('says so where nothing is checked before', () => {
    const draftOf = withSteps(draft(many(20)), (each) => ({ ...each, preflight: null }))
    assert.match(changed('step-of-many', { draft: draftOf }), /It has none: nothing is checked before/)
  })

  it('shows of a wave its own targets, and which wave it is', () => {
    const text = says('awaiting-wave')
    assert.match(text, /^Wave approval needed.*9 targets: web-02.*wave 2 of 3 · stops after 1 failure/)
    assert.match(text, /For wave 2/)
  })
})

describe('a card that asks for a rollout', () => {
  it('shows pace, brake, retries, the check of the undo, its time, and who confirms', () => {
    const text = says('rollout')
    for (const part of [
      'in waves of 1, then 9, then 10 · 5 at a time · in groups of 4 · stops after 2 failures · every wave after the first asks again',
      'Brake: goes on only while result.value != null && result.value < 0.05',
      'may be attempted again 2×, by itself after 30 s',
      'Runs only if it could be undone: result.exists',
      'Can be undone for 3 d after its end',
      'The caller is asked whether it works, for 30 min',
    ])
      assert.ok(text.includes(part), `${part} is missing in: ${text}`)
  })

  it('says nothing of what is as usual', () => {
    const text = opening(expand({ run: runOf(), context: look('rollout').context }))
    assert.doesNotMatch(text, /at a time|in groups|stops after|Brake|attempted again|Can be undone|caller/)
  })

  it('folds away the exact looks: what a preflight captures, the check of the undo, the brake', () => {
    const { run, context } = look('guided')
    const target = run.draft?.steps['db-01']?.[0]
    assert.ok(target?.verify)
    const of = withSteps(run.draft ?? draft(), (each) => ({ ...each, rollbackCheck: target.verify ?? each.verify! }))
    const all = joined(expand({ run: { ...run, draft: of }, context }))
    assert.match(all, /captures replicas = result\.replicas \(integer, ≥ 1, ≤ 8\)/)
    assert.match(all, /"replicas":"‹replicas \+ 1›"/)
    assert.match(all, /undo checked.*result\.ready/)
    assert.match(joined(expand(look('rollout'))), /brake POST .*error_ratio/)
  })
})

describe('a card of a run that is over', () => {
  it('shows what the same look found before and after, and how much did not change', () => {
    assert.match(says('effect'), /Effect http\.get web-01 : status 503 → 200 1 unchanged/)
  })

  it('keeps what came later out of what was captured before the ask', () => {
    const text = opening(expand({ run: runOf({ evidence: looked() }), context: look('effect').context }))
    assert.match(text, /Evidence status 503 · body maintenance value 0\.4/)
    assert.doesNotMatch(text, /the pool was recycled|status 200/)
  })
})

describe('outside text on the card of a run under way', () => {
  it('stays within 25 KB, whatever is in it', () => {
    const text = evil(4000)
    for (const [name, make] of Object.entries(executionLooks)) {
      const { run, context } = make()
      const base = run.takenOver ?? { by: person(text), at }
      const hostile: Run = {
        ...run,
        takenOver: { ...base, by: person(text), reason: text },
        brake: { status: 'failed', reason: text },
        undo: run.undo && { by: person(text), reason: text },
        released: { by: person(text), reason: text },
        runbook: { id: 'x', title: text, owner: text },
        evidence: looked().map((each) => ({ ...each, do: text, summary: `${text} ${each.id}` })),
      }
      const card = expand({ run: hostile, context: { ...context, describe: () => text, caller: text } })
      assertCard(card)
      assert.ok(bytes(card) <= 25_000, `${name}: ${bytes(card)}`)
    }
  })
})
