// Owns the specs of what people read of shadow mode, reports and autonomy taken back: short, harmless, in their language.
import assert from 'node:assert/strict'
import { german } from '../../../src/app/locale/de/german.ts'
import { spanish } from '../../../src/app/locale/es/spanish.ts'
import { translator } from '../../../src/app/locale/translator.ts'
import { withVoice } from '../../../src/app/locale/voice.ts'
import { demotedText } from '../../../src/app/views/demoted.ts'
import { reportText } from '../../../src/app/views/report.ts'
import { raisedText, unraisedText } from '../../../src/app/views/shadow-record.ts'
import type { Report, ReportRow } from '../../../src/core/report.ts'
import { recordOf, type ShadowCase } from '../../../src/core/shadow.ts'
import { at, run } from '../../cards/fixtures.ts'
import { eventOf } from './events.ts'

const hour = 3_600_000
const one = (n: number, agrees: boolean | null, reason = 'nothing tells what people did'): ShadowCase => ({
  run: `R${n}`,
  incident: n === 2 ? '' : `INC000000${n}`,
  at,
  agrees,
  reason,
  savedMs: agrees ? hour : null,
  tookMs: hour,
})
const cases = [
  one(1, true),
  one(2, false, 'people ran drain-iis instead (run R7)'),
  one(3, null),
  one(4, false, 'it was not needed: the incident was closed as User error'),
]
const row = (changes: Partial<ReportRow> = {}): ReportRow => ({
  runbook: 'restart-iis',
  environment: 'prod',
  runs: 9,
  succeeded: 2,
  rolledBack: 1,
  failed: 1,
  needsHuman: 1,
  declined: 1,
  stopped: 1,
  recorded: 1,
  open: 1,
  reasons: [
    { reason: 'rejected', count: 1 },
    { reason: 'nobody answered in time', count: 1 },
  ],
  savedMs: 3 * hour,
  shadow: recordOf(cases),
  ...changes,
})
const report = (changes: Partial<Report> = {}): Report => ({
  since: at - 24 * hour,
  until: at,
  rows: [
    row(),
    row({ runbook: '', environment: '', runs: 1, needsHuman: 2, reasons: [], savedMs: null, shadow: recordOf([]) }),
    row({
      runbook: 'drain-iis',
      savedMs: -hour,
      shadow: recordOf(cases.slice(0, 1).map((each) => ({ ...each, savedMs: -hour }))),
    }),
  ],
  isCut: true,
  unread: 1,
  ...changes,
})
const demoted = eventOf('demoted')
const raise = {
  runbook: 'restart-iis',
  environment: null,
  level: 'auto',
  records: [
    { runbook: 'restart-iis', environment: 'prod', record: recordOf(cases) },
    { runbook: 'restart-iis', environment: 'test', record: recordOf([]) },
  ],
  together: recordOf(cases),
} as const

describe('the words of shadow mode', () => {
  it('tell a report in a line for each runbook and environment, and leave out what did not happen', () => {
    const text = reportText(report({ isCut: false, unread: 0 }))
    assert.match(
      text,
      /- \*\*restart-iis\*\* in prod: 9 runs · 2 succeeded, 1 rolled back, 1 failed, 1 needs a person, .* · mostly for rejected \(1×\), .* · about 3 h saved/,
    )
    assert.match(text, /\*\*no runbook\*\*, not decided: 1 run · /)
    assert.match(text, /- `R2`, no incident: people ran drain-iis instead/)
    assert.equal(reportText(report({ rows: [], isCut: false, unread: 0 })).split('\n').length, 3)
  })

  it('stay below what Teams takes, however much there is', () => {
    const many = Array.from({ length: 500 }, (_, n) => row({ runbook: `runbook-${n}-${'x'.repeat(300)}` }))
    const text = reportText(report({ rows: many }))
    assert.ok(new TextEncoder().encode(text).length < 19_000, `${text.length}`)
    assert.match(text, /… and 480 more/)
  })

  it('show outside text literally', () => {
    const hostile = recordOf([one(1, false, 'see [this](https://evil.example) <b>now</b>')])
    const text = reportText(report({ rows: [row({ shadow: hostile })] }))
    assert.ok(!/\]\(|<b>/.test(text), text)
  })

  for (const [name, catalogue] of Object.entries({ german, spanish }))
    it(`leave nothing of ours in English in ${name}`, () => {
      const missed: string[] = []
      const to = translator(
        catalogue,
        (digits) => digits,
        (text) => missed.push(text),
      )
      const locale = name === 'german' ? 'de' : 'es'
      const texts = withVoice({ locale, translator: to }, () => [
        reportText(report()),
        reportText(report({ rows: [], unread: 2 })),
        raisedText(raise),
        raisedText({ ...raise, runbook: null, level: null }),
        unraisedText({ ...raise, environment: 'prod', together: recordOf([]) }, 'autonomy auto restart-iis'),
        demotedText(run(), demoted, true),
      ])
      assert.deepEqual(missed, [])
      for (const text of texts) assert.doesNotMatch(text, /\b(would|people|saved|went wrong|compared)\b/)
    })
})
