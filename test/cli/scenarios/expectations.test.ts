// Owns the proof that a scenario's expectations hold only where they hold, and say where and why when they do not.
import assert from 'node:assert/strict'
import { played, SCENARIO, scenarioWith } from './playing.ts'

const expecting = (yaml: string): string => scenarioWith(['  end: succeeded\n', `  ${yaml}\n`])

/** What holds in the base scenario, then the same key as it does not hold, then what is said of that. */
const keys: readonly (readonly [right: string, wrong: string, said: RegExp])[] = [
  ['match: mend-it', 'match: none', /:13:10 slow shop: match: expected none, got mend-it$/],
  ['decision: { effect: ask }', 'decision: { effect: allow }', /:13:23 .*effect: expected allow, got ask$/],
  ['decision: { rule: one }', 'decision: { rule: two }', /:13:21 .*rule: expected two, got one$/],
  [
    'decision: { because: [tier 1, asks one] }',
    'decision: { because: [tier 1, tier 7] }',
    /:13:33 .*because: expected one that contains "tier 7", got \[tier 1 in prod asks one\]$/,
  ],
  [
    'steps: [ops.look, ops.mend, ops.look]',
    'steps: [ops.look, ops.wipe, ops.look]',
    /:13:21 .*steps: expected \[ops.look, ops.wipe, ops.look\], got \[ops.look, ops.mend, ops.look\]$/,
  ],
  [
    'steps: [ops.look, ops.mend, ops.look]',
    'steps: [ops.look]',
    /:13:10 .*steps: expected \[ops.look\], got \[ops.look, ops.mend, ops.look\]$/,
  ],
  [
    'requests: [{ do: ops.mend, target: web-01, with: { pool: shop } }]',
    'requests: [{ do: ops.mend, target: web-01, with: { pool: chop } }]',
    /:13:14 .*request: expected .*chop.*, got web-01 \{"host":"web-01","pool":"shop"\}$/,
  ],
  ['requests: [{ do: ops.mend }]', 'requests: [{ do: ops.wipe }]', /:13:14 .*got no ops\.wipe left$/],
  ['end: succeeded', 'end: failed', /:13:8 .*end: expected failed, got succeeded \(verified on web-01\)$/],
  ['reason: verified', 'reason: [verified, gone]', /:13:22 .*contains "gone", got \[verified on web-01\]$/],
  ['targets: { web-01: succeeded }', 'targets: { web-01: failed }', /:13:22 .*expected failed, got succeeded$/],
  ['targets: { web-01: succeeded }', 'targets: { web-02: failed }', /got it is no target of this run$/],
  ['incident: { resolved: true }', 'incident: { resolved: false }', /:13:25 .*got it is resolved$/],
  ['incident: { note: Automation started }', 'incident: { note: Automation failed }', /:13:21 .*"Automation failed"/],
  ['card: Mend it', 'card: Break it', /:13:9 .*card: expected one that contains "Break it"/],
  ['says: [approved, Started]', 'says: [approved, Rejected]', /:13:20 .*says: expected one that contains "Rejected"/],
]

describe('the expectations of a scenario', () => {
  for (const [right, wrong, said] of keys)
    it(`hold for "${right}" and say why not for "${wrong}"`, async () => {
      assert.deepEqual((await played(expecting(right))).lines, [
        'ok      scenarios/one.yaml slow shop',
        '1 scenario: 1 ok, 0 failed',
      ])
      const { code, lines } = await played(expecting(wrong))
      assert.match(lines[0] ?? '', /^failed {2}scenarios\/one\.yaml:/)
      assert.match(lines[0] ?? '', said)
      assert.deepEqual([code, lines.at(-1)], [1, '1 scenario: 0 ok, 1 failed'])
    })

  it('are all told, in the order of the file, with what left, what was decided and what was said', async () => {
    const { lines } = await played(expecting('end: failed\n  incident: { resolved: false }'))
    assert.match(lines[0] ?? '', /^failed {2}scenarios\/one\.yaml:13:8 /)
    assert.match(lines[1] ?? '', /^ {8}scenarios\/one\.yaml:14:25 the incident is resolved: expected false/)
    const rest = lines.slice(2).join('\n')
    assert.match(
      rest,
      /left: +\+0s ops\.look on web-01 \{"host":"web-01"\}: succeeded \{"state":"Started","ok":false\}/,
    )
    assert.match(rest, /decided: +ask: tier 1 in prod asks one/)
    assert.match(rest, /said: +✅ web approved: go/)
    assert.match(rest, /noted: +Automation waits for approval/)
  })

  it('show the card, and why runbooks fit or do not, where it is about those', async () => {
    const { text } = await played(expecting('match: none\n  card: Break it'))
    assert.match(text, /weighed: +mend-it fits: class slow holds/)
    assert.match(text, /card: .*Mend it/)
  })

  it('say why there is no run where none was made', async () => {
    const given = SCENARIO.replace('the shop is slow', 'the shop is shut').replace(/when:\n.*\n/, '')
    const { lines } = await played(given)
    assert.match(lines[0] ?? '', /end: expected succeeded, got there is no run: INC0010001: no runbook fits$/)
    assert.equal((await played(given.replace('end: succeeded', 'match: none'))).code, 0)
  })

  it('count looks that gave the same answer once', async () => {
    const { text } = await played(
      scenarioWith(
        ['{ succeeded: { ok: true } }]', '{ succeeded: { ok: false } }]'],
        ['  - { approve: { by: web, note: go } }', '  - { approve: { by: web } }\n  - { reject: { by: web } }'],
        ['end: succeeded', 'end: succeeded'],
      ),
    )
    assert.match(text, /\+0s ops\.look on web-01 \{\}: succeeded \{"ok":false\} \(\d\d times, until \+120s\)/)
  })
})
