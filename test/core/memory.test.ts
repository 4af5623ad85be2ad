// Owns the proof of the memory's judgement: deterministic features, only confirmed lessons count, and what is alike.
import assert from 'node:assert/strict'
import { type IncidentContext, known, unknown } from '../../src/core/incident.ts'
import {
  alikeness,
  type Ending,
  type Features,
  featuresOf,
  type Lesson,
  recordsIn,
  similarIn,
  wordsOf,
} from '../../src/core/memory.ts'
import { ana, ci, minute, t0 } from './given.ts'

const features = (changes: Partial<Features> = {}): Features => ({
  class: 'elevated-error-rate',
  ciClass: 'IIS Web Tier',
  environment: 'prod',
  symptom: null,
  words: ['shop', 'slow', 'errors'],
  ...changes,
})
const web = { sysId: 'ci-web-01', name: 'web-01' }
const lesson = (changes: Partial<Lesson> = {}): Lesson => ({
  id: 'l1',
  features: features(),
  ci: web,
  incident: 'INC1',
  run: null,
  runbook: 'restart-iis',
  words: '',
  worked: true,
  by: ana,
  at: t0,
  source: 'chat',
  ...changes,
})

describe('the words of an incident', () => {
  it('are lower case, without numbers, ids, addresses, machines and empty words; the most frequent first', () => {
    assert.deepEqual(
      wordsOf(
        'Shop SLOW: the shop on web-01.example.com (10.1.2.3) has 502 errors, user x@y.org, INC0010001, WEB-PRD',
        ['web-prd'],
      ),
      ['shop', 'errors', 'slow'],
    )
  })
  it('are the same in any order, and bounded however long the text is', () => {
    assert.deepEqual(wordsOf('queue stuck printer'), wordsOf('printer queue stuck'))
    const long = Array.from(
      { length: 5000 },
      (_, at) => 'abcdefgh'.slice(0, 3 + (at % 5)) + String.fromCharCode(97 + (at % 26)),
    ).join(' ')
    assert.ok(wordsOf(long).length <= 12)
    assert.deepEqual(wordsOf('x'.repeat(5000)), [])
  })
})

describe('the features of an incident', () => {
  it('say null for what is unknown, never a guess (P5)', () => {
    const context: IncidentContext = {
      readAt: t0,
      ci: { ...ci('web-01'), facts: { class: unknown('hidden', 'test', t0) } },
      incident: {
        sysId: '1',
        number: 'INC1',
        state: 'new',
        shortDescription: 'Shop slow on web-01',
        text: '',
        reopened: 0,
        facts: { signature: known('', 'test', t0) },
      },
    }
    assert.deepEqual(featuresOf(context, null, null), {
      class: null,
      ciClass: null,
      environment: null,
      symptom: null,
      words: ['shop', 'slow'],
    })
  })
})

describe('what people said of a runbook', () => {
  const about = (lessons: readonly Lesson[], ...runbooks: readonly string[]) =>
    recordsIn(lessons, features(), web.sysId, runbooks)

  it('is counted on the very CI where there is a word of it, else in the class', () => {
    const elsewhere = lesson({ ci: { sysId: 'other', name: 'web-09' }, worked: false })
    assert.deepEqual(about([lesson(), elsewhere], 'restart-iis').get('restart-iis'), {
      worked: 1,
      failed: 0,
      sentence: 'people say it helped 1 of 1 times on this CI',
      standing: (2 / 3 - 0.5) * 2,
    })
    const { sentence } = about([elsewhere], 'restart-iis').get('restart-iis') ?? {}
    assert.equal(sentence, 'people say it helped 0 of 1 times in class elevated-error-rate')
  })

  it('puts first what helped here, then what helped in the class, and what failed last', () => {
    const elsewhere = { sysId: 'other', name: 'web-09' }
    const lessons = [
      lesson({ runbook: 'failed-here', worked: false }),
      lesson({ runbook: 'helped-elsewhere', ci: elsewhere }),
      lesson({ runbook: 'helped-here' }),
    ]
    assert.deepEqual(
      [...about(lessons, 'failed-here', 'helped-elsewhere', 'helped-here', 'unheard-of').keys()],
      ['helped-here', 'helped-elsewhere', 'failed-here'],
    )
  })

  it('counts nothing that nobody confirmed, and nothing of another class', () => {
    assert.equal(about([lesson({ by: null })], 'restart-iis').size, 0)
    assert.equal(about([lesson({ features: features({ class: 'disk-full' }) })], 'restart-iis').size, 0)
    const unclassified = [lesson({ features: features({ class: null }), ci: null })]
    assert.equal(recordsIn(unclassified, features({ class: null }), undefined, ['restart-iis']).size, 0)
  })
})

describe('incidents such as this one', () => {
  const ending = (changes: Partial<Ending> = {}): Ending => ({ ...lesson(), confirmed: true, ...changes })
  const similar = (endings: readonly Ending[], mine = features()) =>
    similarIn(endings, mine, { ci: web.sysId, incident: 'INC9' })

  it('are grouped by what ended them, in slightly other words too', () => {
    const hand = { runbook: null, worked: true } as const
    const found = similar([
      ending({ ...hand, incident: 'INC1', words: 'Rebooted the switch in rack 4', at: t0 }),
      ending({ ...hand, incident: 'INC2', words: 'rebooted the Switch in rack 12', at: t0 + minute }),
      ending({ incident: 'INC3' }),
      ending({ incident: 'INC4', worked: false }),
    ])
    assert.deepEqual(
      found.map(({ sentence, incidents }) => [sentence, incidents]),
      [
        ['closed like this 2 times: rebooted the Switch in rack 12', ['INC2', 'INC1']],
        ['closed like this once, and 1 times it did not help: restart-iis', ['INC3', 'INC4']],
      ],
    )
  })

  it('say apart what nobody confirmed, and put it last', () => {
    const written = ending({ runbook: null, words: 'restarted the service', confirmed: false, incident: 'INC5' })
    const found = similar([written, ending({ incident: 'INC6', worked: false })])
    assert.deepEqual(
      found.map(({ sentence }) => sentence),
      ['did not help: restart-iis', 'closed like this, as the records say, once: restarted the service'],
    )
  })

  it('never name the incident itself, nor what is not alike', () => {
    assert.deepEqual(similar([ending({ incident: 'INC9' })]), [])
    const far = ending({ ci: null, features: features({ class: 'disk-full', ciClass: 'Server', words: ['disk'] }) })
    assert.deepEqual(similar([far]), [])
  })

  it('are measured the same both ways, and a symptom that only one names is no difference', () => {
    const [a, b] = [features({ words: ['a', 'b'] }), features({ words: ['b', 'c'], symptom: '502' })]
    assert.equal(alikeness(a, b, false), alikeness(b, a, false))
    assert.equal(alikeness(features(), features({ symptom: '502' }), true), 1)
    assert.ok(alikeness(features({ symptom: '500' }), features({ symptom: '502' }), true) < 1)
  })
})
