// Owns the proof that what happens in a scenario reaches the real app, in order, and what is refused is told.
import assert from 'node:assert/strict'
import { changed, RUNBOOK } from '../../adapters/catalog/folder.ts'
import { type Printed, played, scenarioWith } from './playing.ts'

const APPROVE = '  - { approve: { by: web, note: go } }\n'
const SLOWLY = ['ops.mend: { succeeded: {} }', 'ops.mend: { succeeded: {}, takes: 60s }'] as const

/** The base scenario with these happenings and expectations. */
const when = (happenings: string, expectations: string, ...changes: readonly (readonly [string, string])[]): string =>
  scenarioWith([APPROVE, happenings], ['  end: succeeded\n', expectations], ...changes)

const holds = ({ code, text }: Printed): void => assert.equal(code, 0, text)

describe('what happens in a scenario', () => {
  it('approves as somebody of a group, who stands in for it', async () => {
    holds(await played(when(APPROVE, '  end: succeeded\n  says: "web approved: go"\n')))
  })

  it('asks two different people where the rule wants them', async () => {
    const tier2 = ['runbook: mend-it', 'runbook: wipe-it'] as const
    const wipe = `runbook: wipe-it
title: Wipe it
owner: web
match: { class: slow }
steps:
  - { id: wipe, tier: 2, action: { do: ops.wipe } }
`
    const files = (happenings: string, expectations: string) => ({
      'catalog/mend-it.yaml': null,
      'catalog/wipe-it.yaml': wipe,
      'scenarios/one.yaml': when(happenings, expectations, tier2),
    })
    const all = '  - { approve: { by: owner } }\n  - { approve: { by: cab } }\n  - { approve: { by: cab/2 } }\n'
    holds(await played(files(all, '  decision: { rule: two }\n  end: succeeded\n')))
    const same = all.replace('cab/2', 'cab')
    assert.match((await played(files(same, '  end: succeeded\n'))).text, /end: expected succeeded, got expired/)
  })

  it('rejects with the note, and nothing is sent', async () => {
    holds(
      await played(
        when('  - { reject: { by: web, note: not today } }\n', '  end: refused\n  reason: not today\n  steps: []\n'),
      ),
    )
  })

  it('refuses whom the rule does not name, and says so where it was not expected', async () => {
    const eve = '  - { approve: { by: Eve Stone } }\n'
    holds(await played(when(eve + APPROVE, '  end: succeeded\n  refused: Not done\n')))
    const { lines } = await played(when(eve + APPROVE, '  end: succeeded\n'))
    assert.match(
      lines[0] ?? '',
      /^failed {2}scenarios\/one\.yaml:11:5 slow shop: it is done: expected no refusal, got Not/,
    )
  })

  it('fails where what should be refused is done', async () => {
    const { lines } = await played(when(APPROVE, '  end: succeeded\n  refused: [Not done]\n'))
    assert.match(lines[0] ?? '', /:14:13 .*refused: expected one that contains "Not done", got nothing was refused$/)
  })

  it('gives declared people their groups', async () => {
    const people = ['given:\n', 'given:\n  people: { Rosa Neri: [owner] }\n'] as const
    holds(await played(when('  - { approve: { by: Rosa Neri } }\n', '  end: succeeded\n  says: Rosa Neri\n', people)))
  })

  it('lets an ask expire where nobody answers, without waiting for it', async () => {
    holds(await played(when('  - { wait: 29m }\n', '  end: awaitingApproval\n')))
    holds(await played(when('  - { wait: 31m }\n', '  end: expired\n')))
    holds(await played(when('', '  end: expired\n').replace('when:\n', '')))
  })

  it('stops what is under way, right behind a wait', async () => {
    const stop = `${APPROVE}  - { wait: 10s }\n  - { stop: { by: web, note: wrong server } }\n`
    const expected =
      '  end: cancelled\n  reason: wrong server\n  steps: [ops.look, ops.mend]\n  says: "mend on web-01: failed: cancelled"\n'
    holds(await played(when(stop, expected, SLOWLY)))
    // Without the wait it comes to its end first, and there is nothing left to stop.
    const late = await played(when(stop.replace('  - { wait: 10s }\n', ''), '  end: succeeded\n', SLOWLY))
    assert.match(
      late.lines[0] ?? '',
      /:12:5 .*it is done: expected no refusal, got Not done: this run has already ended/,
    )
  })

  it('freezes for who may, and an approval is refused meanwhile', async () => {
    const freeze = '  - { freeze: { by: web, because: "a \\"quoted\\" reason" } }\n'
    const thaw = '  - { unfreeze: { by: cab } }\n'
    holds(await played(when(freeze + APPROVE, '  end: expired\n  refused: quoted\n')))
    holds(await played(when(freeze + thaw + APPROVE, '  end: succeeded\n')))
    holds(
      await played(
        when(freeze.replace('by: web', 'by: cab') + APPROVE, '  end: succeeded\n  refused: may not freeze\n'),
      ),
    )
    const scoped = freeze.replace('by: web', 'by: web, scope: "env:dev"')
    holds(await played(when(scoped + APPROVE, '  end: succeeded\n')))
  })

  it('says that nothing can be answered where there is no run', async () => {
    const { lines } = await played(when(APPROVE, '  end: succeeded\n', ['the shop is slow', 'it is shut']))
    assert.match(lines[0] ?? '', /there is no run to approve/)
  })

  it('says that nobody asked the caller who answers', async () => {
    const confirm = '  - { confirm: { works: true } }\n'
    const { lines } = await played(when(APPROVE + confirm, '  end: succeeded\n'))
    assert.match(lines[0] ?? '', /:12:5 .*it is done: expected no refusal, got nobody asked the caller$/)
  })

  it('tells of a run that comes to no rest, and in which state it is', async () => {
    const { lines } = await played({
      'catalog/mend-it.yaml': changed(RUNBOOK, '"${parameters.pool}" } }', '"${parameters.pool}" }, timeout: 366d }'),
      'scenarios/one.yaml': when(APPROVE, '  end: succeeded\n', [SLOWLY[0], SLOWLY[1].replace('60s', '366d')]),
    })
    assert.match(lines[0] ?? '', /end: expected succeeded, got it comes to no rest: the run is executing$/)
  })

  it('is the same every time', async () => {
    const failing = when(APPROVE, '  end: failed\n')
    assert.deepEqual((await played(failing)).lines, (await played(failing)).lines)
  })
})

describe('what starts a scenario', () => {
  const asked = (run: string, expectations: string): string =>
    changed(
      when(APPROVE, expectations),
      '  incident: { number: INC0010001, short_description: the shop is slow }\n',
      `  ${run}\n`,
    )

  it('is a person in chat, with targets, values and a reason', async () => {
    const run = `run: { by: Eve Stone, targets: [web-01], parameters: { pool: blue }, because: "it's \\"slow\\" \\\\ today" }`
    const expected =
      "  end: succeeded\n  requests: [{ do: ops.mend, target: web-01, with: { pool: blue } }]\n  card: 'it''s \"slow\" \\ today'\n"
    holds(await played(asked(run, expected)))
  })

  it('is refused with the reason where policy lets nobody ask so', async () => {
    const nobody = asked('requester: Eve Stone', '  refused: say why\n  steps: []\n')
      .replace(APPROVE, '')
      .replace('when:\n', '')
    holds(await played(nobody.replace('requester: Eve Stone', 'run: { by: Eve Stone, targets: [web-01] }')))
    const outside = nobody.replace(
      'requester: Eve Stone',
      'run: { by: Eve Stone, targets: [web-01], parameters: { pool: "a b" } }',
    )
    holds(await played(outside.replace('say why', 'pool')))
  })

  it('may be the last of several incidents, which join', async () => {
    const earlier = ['given:\n', 'given:\n  earlier: { incidents: 2, every: 5m }\n'] as const
    holds(await played(when(APPROVE, '  end: succeeded\n  says: INC0010001\n', earlier)))
  })

  it('may come soon after another run, or during a freeze', async () => {
    const limited = (ago: string) =>
      when('', '  end: stoppedByPolicy\n  decision: { effect: stop, because: [within 30 min] }\n', [
        'given:\n',
        `given:\n  lastRun: ${ago}\n`,
      ]).replace('when:\n', '')
    const files = (scenario: string) => ({
      'catalog/mend-it.yaml': `runbook: mend-it
title: Mend it
owner: web
match: { class: slow }
limits: { antiFlap: { max: 1, within: 30m } }
steps: [{ id: mend, tier: 1, action: { do: ops.mend } }]
`,
      'scenarios/one.yaml': scenario,
    })
    holds(await played(files(limited('10m'))))
    assert.match((await played(files(limited('31m')))).text, /effect: expected stop, got ask/)
    const frozen = ['given:\n', 'given:\n  frozen: "runbook:mend-it"\n'] as const
    holds(await played(when('', '  end: stoppedByPolicy\n  reason: [frozen]\n', frozen).replace('when:\n', '')))
    const nowhere = await played(when(APPROVE, '  end: succeeded\n', ['given:\n', 'given:\n  frozen: "env:moon"\n']))
    assert.match(
      nowhere.text,
      /^failed {2}scenarios\/one\.yaml:1:1 slow shop: given\.frozen: there is no env:moon to freeze/,
    )
  })
})
