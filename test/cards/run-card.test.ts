// Owns the checks of the run card in each of its looks: valid, small, literal, and with the buttons that belong there.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cardRenderer } from '../../src/adapters/teams/cards.ts'
import { commandList, usageOf } from '../../src/app/chat/command-list.ts'
import { helpReply } from '../../src/app/views/help.ts'
import { runCard, runCardView } from '../../src/app/views/run-card.ts'
import type { Json, JsonObject } from '../../src/core/values.ts'
import { actions, assertCard, buttons, bytes, objects, texts } from './check.ts'
import { attacks, decide, plan, type Shown } from './fixtures.ts'
import { everyLook, render } from './gallery.ts'

const expand = ({ run, context }: Shown): Json => render('run', runCardView(run, context))
const look = (name: string): Shown => {
  const make = everyLook[name]
  assert.ok(make, name)
  return make()
}
/** `approve`; where a button answers a question also with what: `settle yes`, `confirm no`. */
const verbOf = ({ verb, data }: JsonObject): string => {
  const { happened, works } = (data ?? {}) as JsonObject
  return [verb, happened ?? works ?? ''].join(' ').trim()
}
const visible = (card: Json): string => texts(hideFolds(card)).join(' ')
const hideFolds = (json: Json): Json => {
  if (Array.isArray(json)) return json.map(hideFolds)
  if (typeof json !== 'object' || json === null) return json
  const entries = Object.entries(json)
  if (entries.some(([key, value]) => key === 'isVisible' && value === false)) return null
  return Object.fromEntries(entries.map(([key, value]) => [key, hideFolds(value)]))
}

describe('the run card', () => {
  for (const name of Object.keys(everyLook)) {
    describe(name, () => {
      it('is a valid Adaptive Card 1.5 of elements that Teams knows', () => assertCard(expand(look(name))))

      it('stays below 25 KB', () => {
        const size = bytes(expand(look(name)))
        assert.ok(size <= 25_000, `${size} bytes`)
      })

      it('leaves nothing unexpanded', () => {
        if (name.startsWith('hostile')) return
        const card = JSON.stringify(expand(look(name)))
        assert.ok(!card.includes('${'), card.slice(card.indexOf('${') - 80, card.indexOf('${') + 80))
        assert.ok(!/undefined|\[object|NaN/.test(card))
      })

      it('offers exactly the buttons that belong here', () => {
        const shown = look(name)
        const all = buttons(expand(shown))
        const verbs = all.map(verbOf)
        assert.deepEqual(new Set(verbs), new Set([...shown.verbs, ...(shown.context.preview ? [] : ['details'])]))
        const once = verbs.filter((verb) => !verb.startsWith('settle '))
        assert.equal(new Set(once).size, once.length)
        const both = all.map((action) => JSON.stringify([action.verb, action.data]))
        assert.equal(new Set(both).size, both.length, 'a button stands twice')
      })

      it('shows at most six buttons side by side, for Teams hides the rest', () => {
        for (const each of objects(expand(look(name))))
          if (each.type === 'ActionSet') assert.ok(Array.isArray(each.actions) && each.actions.length <= 6)
      })
    })
  }

  it('sends {run, scope, plan} with approve and reject, and a fallback that carries the same plus the verb (P9)', () => {
    const card = expand(look('awaiting-approval'))
    const both = actions(card).filter((action) => action.verb === 'approve' || action.verb === 'reject')
    assert.equal(both.length, 2)
    for (const action of both) {
      assert.deepEqual(action.data, { run: 'r-7f3k2m', scope: 'run', plan })
      const fallback = action.fallback as { type: string; data: Json }
      assert.equal(fallback.type, 'Action.Submit')
      assert.deepEqual(fallback.data, { verb: action.verb, run: 'r-7f3k2m', scope: 'run', plan })
    }
    assert.deepEqual(
      objects(card)
        .filter((each) => each.type === 'Input.Text')
        .map((each) => each.id),
      ['note'],
    )
  })

  it('asks for the step, not the run, when a step waits for its own approval', () => {
    const [approve] = actions(expand(look('awaiting-step')))
    assert.deepEqual(approve?.data, { run: 'r-7f3k2m', scope: 'step:iisreset', plan })
  })

  it('sends {run} alone with every other button', () => {
    for (const name of ['executing', 'frozen', 'needs-human'])
      for (const action of buttons(expand(look(name))))
        if (action.verb !== 'approve' && action.verb !== 'reject') assert.deepEqual(action.data, { run: 'r-7f3k2m' })
  })

  it('opens with what is broken, what runs, where, how far, what undoes it, the evidence and who may approve', () => {
    const text = visible(expand(look('awaiting-approval')))
    for (const part of [
      'Approval needed',
      '5xx spike on the web shop',
      'INC0010001',
      'Recycle the IIS application pool',
      'ops.recycle_pool host=web-01 pool=DefaultAppPool',
      'prod',
      '40 users',
      '3 CIs',
      'no VIPs',
      'ops.start_pool',
      'w3wp at 100 % CPU',
      'Web Platform, Small Team',
      'not the requester',
      '{{TIME(2026-01-31T03:42:00Z)}}',
      'All 7 guardrails pass',
    ])
      assert.ok(text.includes(part), `${part} is missing in: ${text}`)
  })

  it('shows the guardrails that do not pass, with what would make them pass (P12)', () => {
    const text = visible(expand(look('stopped-by-policy')))
    assert.match(text, /Change window.*no change is open on web-01.*open a change in state Implement/)
    assert.match(text, /nothing ran/)
  })

  it('folds away every guardrail with its answer, the exact requests, the incident text and the audit ids', () => {
    const card = expand(look('awaiting-approval'))
    const all = texts(card).join(' ').replaceAll('\u200b', '')
    for (const part of [
      '0 of 1 runs in 30 min',
      'ops.example.com/v1/runs recycle_pool',
      'Customers see 503',
      plan.slice(0, 12),
      'result.status == 200',
    ])
      assert.ok(all.includes(part) && !visible(card).includes(part), part)
    assert.equal(objects(card).filter((each) => each.type === 'Action.ToggleVisibility').length, 5)
  })

  it('says whose approval became void when the plan changed (P1)', () => {
    assert.match(visible(expand(look('plan-changed'))), /plan has changed, so this approval is void: .*Ana Ruiz/)
  })

  it('says that nothing undoes a step without a rollback', () => {
    assert.match(visible(expand(look('no-undo'))), /Nothing undoes this/)
  })

  it('says unknown where the reach is not known (P5)', () => {
    assert.match(visible(expand(look('awaiting-second'))), /140 users.*unknown number of CIs.*VIPs among them/)
  })

  it('names 50 targets by the first five and the number of the rest', () => {
    assert.match(visible(expand(look('awaiting-waves'))), /50 targets.*web-01.*web-05.*… and 45 more/)
  })

  it('shows a call for many targets once, and says where their values differ', () => {
    const shown = look('awaiting-waves')
    assert.match(visible(expand(shown)), /host=‹target›/)
    assert.doesNotMatch(visible(expand(shown)), /values differ/)
    const { draft } = shown.run
    assert.ok(draft)
    const [step] = draft.steps['web-02'] ?? []
    assert.ok(step?.action)
    const other = { ...step, action: { ...step.action, with: { host: 'web-02', pool: 'Other' } } }
    const run = { ...shown.run, draft: { ...draft, steps: { ...draft.steps, 'web-02': [other] } } }
    assert.match(visible(expand({ ...shown, run })), /values differ between targets/)
  })

  it('opens every fold for somebody who asks for the details', () => {
    const { run, context } = look('awaiting-approval')
    const text = visible(expand({ run, context: { ...context, expanded: true }, verbs: [] }))
    assert.match(text, /0 of 1 runs in 30 min.*result\.status == 200.*Customers see 503/)
  })

  it('says per target of a stopped run what became of it (P11)', () => {
    const text = visible(expand(look('cancelled')))
    assert.match(text, /web-02.*may still be running.*stopped before it began.*web-03.*done and verified.*web-01/)
  })

  it('carries a summary for notifications in which outside text is inert', () => {
    const { run, context } = look('hostile')
    const { summary } = runCard(render, run, context)
    assert.ok(summary.length < 300 && !summary.includes('://'), summary)
  })
})

describe('the run card of each person', () => {
  const filled = (data: JsonObject): Json => {
    const { run, context } = look('awaiting-approval')
    return render('run', { ...runCardView(run, context), ...data })
  }
  const inputs = (card: Json): readonly JsonObject[] =>
    objects(card).filter(({ id }) => typeof id === 'string' && id.startsWith('p_'))

  it('lets its folds give way to the people of a big channel, and keeps what it opens with', () => {
    const { run, context } = look('awaiting-approval')
    const viewers = Array.from({ length: 60 }, (_, index) => `29:${`${index}`.padStart(108, '1')}`)
    const few = runCardView(run, { ...context, viewers: viewers.slice(0, 3) })
    const many = runCardView(run, { ...context, viewers })
    assert.deepEqual(few['viewers'], viewers.slice(0, 3))
    assert.notDeepEqual(few['folds'], [])
    const kept = many['viewers'] as readonly string[]
    assert.ok(kept.length >= 36, `${kept.length}`)
    assert.deepEqual(kept, viewers.slice(0, kept.length))
    assert.deepEqual([many['folds'], many['facts']], [[], few['facts']])
    assert.ok(bytes(render('run', many)) <= 25_000)
  })

  it('is as it was where nothing is known of viewers, banners, differences and other values', () => {
    const { run, context } = look('awaiting-approval')
    const { viewers: _v, viewer: _w, banner: _b, differences: _d, edit: _e, ...rest } = runCardView(run, context)
    assert.deepEqual(render('run', rest), expand(look('awaiting-approval')))
    assertCard(render('run', rest))
  })

  it('refreshes by itself for at most sixty people, and has no refresh where there are none', () => {
    const card = expand(look('for-the-requester'))
    assertCard(card)
    const { refresh } = card as { refresh?: { action: JsonObject; userIds: readonly string[] } }
    assert.deepEqual(refresh?.action, {
      type: 'Action.Execute',
      title: 'Refresh',
      verb: 'refresh',
      data: { run: 'r-7f3k2m' },
    })
    const { length } = refresh?.userIds ?? []
    assert.ok(length > 0 && length <= 60, `${length} people`)
    assert.ok(!('refresh' in (filled({ viewers: [] }) as JsonObject)))
  })

  it('says why the person looking cannot approve, and offers them no button for it (P12)', () => {
    const card = expand(look('for-the-requester'))
    assert.match(visible(card), /not the requester You cannot approve it: you asked for it\./)
    assert.deepEqual(
      objects(card).filter(({ type }) => type === 'Input.Text'),
      [],
    )
  })

  it('opens with what nobody may overlook', () => {
    const banner = ['attention', 'warning', 'accent'].map((tone) => ({ tone, text: `${tone}!` }))
    const card = filled({ banner })
    assertCard(card)
    assert.deepEqual(texts(card).slice(0, 4), ['attention!', 'warning!', 'accent!', 'Approval needed'])
    assert.match(texts(expand(look('break-glass')))[0] ?? '', /^BREAK-GLASS by Kim Lee/)
  })

  it('shows what has changed, before and after', () => {
    const text = visible(expand(look('asked-again')))
    assert.match(text, /What has changed parameter pool ShopAppPool {3}→ {3}DefaultAppPool/)
  })

  it('asks again with other values: inputs behind a button, which puts Approve away meanwhile (P1)', () => {
    const card = expand(look('editable'))
    assert.deepEqual(
      inputs(card).map(({ id, type, value }) => [id, type, value]),
      [
        ['p_pool', 'Input.Text', 'DefaultAppPool'],
        ['p_retries', 'Input.Number', 3],
        ['p_drain', 'Input.Toggle', 'true'],
        ['p_mode', 'Input.ChoiceSet', 'soft'],
      ],
    )
    assert.ok(!visible(card).includes('Ask again with these values'))
    const toggles = objects(card).filter(({ targetElements }) => String(targetElements) === 'edit,decide')
    assert.deepEqual(
      toggles.map(({ title }) => title),
      ['Change…', 'Keep as it is'],
    )
    const decided = objects(card).find(({ id }) => id === 'decide')
    assert.deepEqual(
      actions(decided ?? null).map(({ verb }) => verb),
      decide,
    )
    const change = actions(card).find(({ verb }) => verb === 'change')
    const fallback = change?.fallback as JsonObject | undefined
    assert.deepEqual(change?.data, { run: 'r-7f3k2m', scope: 'run', plan })
    assert.deepEqual(fallback?.data, { verb: 'change', run: 'r-7f3k2m', scope: 'run', plan })
  })

  it('takes values that are absent, false or zero for what they are', () => {
    const edit = [
      { id: 'a', label: 'A', kind: 'number', value: '', hint: '' },
      { id: 'b', label: 'B', kind: 'number', value: 0, hint: '' },
      { id: 'c', label: 'C', kind: 'toggle', value: false },
      { id: 'd', label: 'D', kind: 'text', value: '' },
    ]
    const card = filled({ edit })
    assertCard(card)
    assert.deepEqual(
      inputs(card).map(({ id, value }) => [id, value]),
      [
        ['p_a', undefined],
        ['p_b', 0],
        ['p_c', 'false'],
        ['p_d', ''],
      ],
    )
  })

  it('never blocks Approve with a value that somebody typed and kept', () => {
    for (const each of inputs(expand(look('editable'))))
      for (const rule of ['regex', 'isRequired', 'min', 'max']) assert.ok(!(rule in each), rule)
  })

  it('expands nothing that stands in the new fields (P9)', () => {
    const attack = '${$root.plan} {{DATE(2026-01-01T00:00:00Z)}} **x**'
    const choices = [{ title: attack, value: attack, $when: '${false}' }]
    const card = filled({
      viewers: [attack],
      viewer: { note: attack },
      banner: [{ tone: 'attention', text: attack }],
      differences: [{ what: attack, before: attack, after: attack }],
      edit: [{ id: 'x', label: attack, kind: 'choice', value: attack, hint: attack, choices }],
    })
    const { userIds } = (card as { refresh: { userIds: Json } }).refresh
    assert.deepEqual(userIds, [attack])
    assert.equal(texts(card).filter((text) => text === attack).length, 7)
    assert.deepEqual(inputs(card)[0]?.['choices'], choices)
    for (const each of objects(card)) if (each.type === 'TextBlock') assert.notEqual(each.text, attack)
  })
})

describe('outside text on a card', () => {
  for (const attack of attacks)
    it(`shows literally: ${JSON.stringify(attack).slice(0, 40)}`, () => {
      const shown = look('awaiting-approval')
      const { incident } = shown.run.context
      assert.ok(incident)
      const run = {
        ...shown.run,
        context: { ...shown.run.context, incident: { ...incident, shortDescription: attack } },
      }
      const card = expand({ ...shown, run })
      assertCard(card)
      const run0 = objects(card).find((each) => each.type === 'TextRun')
      assert.ok(run0)
      const text = String(run0.text)
      const bare = text.replace(/[\u2060\u200b]/g, '')
      if (!/[\p{Cc}\p{Bidi_Control}]/u.test(attack)) assert.equal(bare, attack)
      assert.doesNotMatch(text, /:\/\/|\]\(|<[a-z/!]|&[a-z#]|\{\{|www\.|mailto:/i)
      assert.doesNotMatch(text, /[\p{Cc}\p{Bidi_Control}]/u)
    })

  it('reaches a card only in text runs, which no client reads as markdown', () => {
    const card = expand(look('hostile'))
    for (const each of objects(card))
      if (each.type === 'TextBlock') assert.doesNotMatch(String(each.text), /evil|APPROVED|🔥/u)
  })

  it('is expanded once and is never a template (P9)', () => {
    const shown = look('awaiting-approval')
    const attack = '${title} ${$root.plan} ${if(true, 1, 2)}'
    const run = { ...shown.run, runbook: { id: 'x', title: attack, owner: '$data' }, draft: null }
    assert.ok(texts(expand({ ...shown, run })).includes(attack))
    const smuggled = { inlines: [{ type: 'TextRun', text: attack, $data: '${facts}', $when: '${false}' }] }
    const card = render('run', { ...runCardView(shown.run, shown.context), subject: [smuggled] })
    assert.deepEqual(
      objects(card).find((each) => each.text === attack),
      smuggled.inlines[0],
    )
  })
})

describe('the help card', () => {
  it('is a valid card that names every command once', () => {
    const { card } = helpReply(render)
    assertCard(card)
    const all = texts(card)
    for (const command of commandList)
      assert.equal(all.filter((text) => text === usageOf(command)).length, 1, command.name)
    assert.ok(bytes(card) < 25_000 && !JSON.stringify(card).includes('${'))
    assert.deepEqual(actions(card), [])
  })
})

describe('the card renderer', () => {
  it('refuses a name that has no template', () => {
    assert.throws(() => render('nothing', {}), /no card template nothing/)
  })

  it('says which template is no JSON', () => {
    const dir = mkdtempSync(join(tmpdir(), 'cards-'))
    try {
      writeFileSync(join(dir, 'broken.json'), '{')
      assert.throws(() => cardRenderer({ dir }), /broken\.json cannot be read/)
    } finally {
      rmSync(dir, { recursive: true })
    }
  })

  it('gives the same card for the same data, and shares nothing between two', () => {
    const { run, context } = look('awaiting-approval')
    const data = runCardView(run, context)
    assert.deepEqual(render('run', data), render('run', data))
    assert.notEqual(render('run', data), render('run', data))
  })
})
