// Owns the proof of what is weighed beside the rules: what people said before, and what a model is asked and told.
import assert from 'node:assert/strict'
import { loadContent } from '../../src/adapters/catalog/load.ts'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import type { Deps } from '../../src/app/deps.ts'
import { keepLesson } from '../../src/app/lessons.ts'
import { lessonOf } from '../../src/app/memory.ts'
import { weigh } from '../../src/app/weigh.ts'
import { classified } from '../../src/core/classify.ts'
import { type IncidentContext, known, unknown } from '../../src/core/incident.ts'
import { match } from '../../src/core/match.ts'
import { PortError } from '../../src/ports/errors.ts'
import type { Planner, PlannerQuestion } from '../../src/ports/planner.ts'
import type { Store } from '../../src/ports/store.ts'
import { ana, t0 } from '../core/given.ts'

const loaded = loadContent({ dir: 'test/eval/runbooks', env: {}, clock: { now: () => t0 } })
assert.ok(loaded.ok)
const { content } = loaded
const web = (text: string, more: Partial<IncidentContext> = {}): IncidentContext => ({
  readAt: t0,
  ci: {
    sysId: 'ci-1',
    name: 'web-01',
    facts: { class: known('IIS Web Tier', 'cmdb', t0), environment: known('Production', 'cmdb', t0) },
  },
  incident: { sysId: '1', number: 'INC1', state: 'new', shortDescription: '503', text, reopened: 0, facts: {} },
  ...more,
})

describe('weighing what fits', () => {
  let questions: PlannerQuestion[]
  let store: Store
  const answering = (answer: () => Awaited<ReturnType<Planner['rank']>>): Planner => ({
    model: 'm-1',
    rank: async (question) => {
      questions.push(question)
      return answer()
    },
  })
  const none = answering(() => ({ ranking: [], confidence: 0.1, none: true, extra: [] }))
  const errors: object[] = []
  const deps = (planner: Planner | undefined): Deps =>
    ({
      store,
      hash: { canonicalize: canonicalJson, digest: sha256Hex },
      clock: { now: () => t0 },
      files: { current: () => content },
      planner: () => planner,
      log: { debug() {}, info() {}, warn() {}, error: (fields: object) => errors.push(fields) },
    }) as unknown as Deps
  const weighed = (context: IncidentContext, planner?: Planner) => {
    const seen = classified(context, content.governance)
    return weigh(deps(planner), seen, match(seen, content.catalog.runbooks.values(), content.governance))
  }
  const learn = (runbook: string, incident: string, worked = true) => {
    const context = classified(web('503'), content.governance)
    const about = { ...context, incident: { ...context.incident, number: incident } } as IncidentContext
    const word = { context: about, run: null, runbook, words: 'helped', worked, source: 'chat' as const }
    return keepLesson(deps(undefined), lessonOf(deps(undefined), word, ana))
  }

  beforeEach(() => {
    questions = []
    errors.length = 0
    store = memoryStore()
  })

  it('leaves several that fit equally well to a person, the one that helped before on top', async () => {
    assert.deepEqual((await weighed(web('503'))).choice, { runbook: null, tie: ['drain-web-node', 'recycle-app-pool'] })
    await learn('recycle-app-pool', 'INC7')
    await learn('recycle-app-pool', 'INC8')
    await learn('drain-web-node', 'INC9', false)
    const { choice, candidates, advice } = await weighed(web('503'))
    assert.deepEqual([choice, advice], [{ runbook: null, tie: ['recycle-app-pool', 'drain-web-node'] }, null])
    assert.match(candidates[0]?.reasons.at(-1) ?? '', /2/)
  })

  it('never lets memory make fit what does not', async () => {
    for (let n = 0; n < 5; n += 1) await learn('fail-over-database', `INC${n}`)
    const { candidates } = await weighed(web('503'))
    assert.ok(candidates.filter(({ fits }) => fits).every(({ runbook }) => runbook !== 'fail-over-database'))
  })

  it('carries on without memory where the store does not answer', async () => {
    store = { ...store, get: async () => Promise.reject(new PortError('unavailable', 'the store is away')) }
    assert.equal((await weighed(web('503'))).choice.tie.length, 2)
  })

  it('asks a model nothing where nothing fits, nor where one fits that has nothing to fill in', async () => {
    await weighed(web('all is well'), none)
    const { choice, advice } = await weighed(web('the certificate has expired'), none)
    assert.deepEqual([choice.runbook, advice, questions], ['bind-certificate', null, []])
  })

  it('tells it the incident, what is unknown as unknown, what fits alone, and what a model may fill in', async () => {
    await learn('recycle-app-pool', 'INC7')
    const surroundings = {
      owner: known({ name: 'Web Platform', group: null }, 'cmdb', t0),
      history: unknown('ServiceNow does not answer', 'servicenow', t0),
    }
    await weighed(web(`503 ${'x'.repeat(20_000)}`, { surroundings }), none)
    const [question] = questions
    assert.ok(question)
    assert.deepEqual(question.around['owner'], { name: 'Web Platform', group: null })
    assert.deepEqual(question.around['history'], { unknown: 'ServiceNow does not answer' })
    assert.deepEqual(question.incident['ci'], { name: 'web-01', class: 'IIS Web Tier', environment: 'Production' })
    assert.equal(String(question.incident['text']).length, 6_000)
    assert.deepEqual(
      question.offered.map(({ id, parameters }) => [id, Object.keys(parameters)]),
      [
        ['recycle-app-pool', ['pool']],
        ['drain-web-node', []],
      ],
    )
    assert.notEqual(question.offered[0]?.record, '')
    assert.ok(JSON.stringify(question).length < 20_000)
  })

  it('takes a model’s order and values for the proposal, and keeps what it said', async () => {
    const ranking = [{ runbook: 'recycle-app-pool', reason: 'the pool', parameters: { pool: 'Orders' } }]
    const { choice, parameters, advice } = await weighed(
      web('503'),
      answering(() => ({ ranking, confidence: 0.5, none: false, extra: [] })),
    )
    assert.deepEqual([choice.runbook, parameters, advice?.used], ['recycle-app-pool', { pool: 'Orders' }, true])
  })

  for (const [what, error, sentence] of [
    ['is slow', new PortError('timeout', 'it did not answer in time'), 'it did not answer in time'],
    ['meets a bug of ours', new TypeError('x is not a function'), 'runbot met a bug'],
  ] as const)
    it(`carries on by the rules where the model ${what}, and says so`, async () => {
      const failing: Planner = { model: 'm-1', rank: () => Promise.reject(error) }
      const { choice, advice } = await weighed(web('503'), failing)
      assert.equal(choice.tie.length, 2)
      assert.deepEqual(advice?.dropped, [`the rules carry on without the model: ${sentence}`])
      assert.equal(errors.length, error instanceof PortError ? 0 : 1)
    })
})
