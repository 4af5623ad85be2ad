// Owns the looks of a run card on which a model had a say: its choice and values, and where it says that nothing helps.
import type { Advice } from '../../src/core/informed.ts'
import { NOTHING_LEARNT } from '../../src/core/informed.ts'
import { cardContext, decision, run, type Shown } from './fixtures.ts'

const advice = (changes: Partial<Advice> = {}): Advice => ({
  model: 'gpt-4o-mini',
  ranking: [
    { runbook: 'restart-iis', reason: 'the pool OrdersPool stops again and again' },
    { runbook: 'drain-bad-pool', reason: 'one pool answers with errors' },
  ],
  values: { pool: 'OrdersPool' },
  confidence: 0.82,
  none: false,
  dropped: ['it said "steps" besides, which has no place here', 'it named wipe-disk, which was not offered'],
  chose: true,
  used: true,
  ...changes,
})

const asked = (of: Advice, reason: string): Shown => {
  const usual = decision()
  return {
    run: run({
      knowledge: { ...NOTHING_LEARNT, advice: of },
      decision: { ...usual, guardrails: [...usual.guardrails, { name: 'advice', answer: 'ask', reason }] },
    }),
    context: cardContext(),
    verbs: ['approve', 'reject'],
  }
}

export const adviceLooks: { readonly [name: string]: () => Shown } = {
  'advice-values': () => asked(advice(), 'pool is proposed by the model gpt-4o-mini, so people decide'),
  'advice-none': () =>
    asked(
      advice({ values: {}, none: true, chose: false, used: false, dropped: [], confidence: 0.3 }),
      'the model gpt-4o-mini says that no runbook that fits helps, so people decide',
    ),
  'advice-unheard': () => ({
    run: run({
      knowledge: {
        ...NOTHING_LEARNT,
        advice: advice({
          ranking: [],
          values: {},
          confidence: null,
          chose: false,
          used: false,
          dropped: ['the rules carry on without the model: it did not answer in time'],
        }),
      },
    }),
    context: cardContext(),
    verbs: ['approve', 'reject'],
  }),
}
