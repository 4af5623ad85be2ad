// Owns the looks of a run that was compared with what people did, and of one that cost its runbook the autonomy.

import { NOTHING_LEARNT } from '../../src/core/informed.ts'
import type { Run } from '../../src/core/run.ts'
import { begun, decision, evil, on, over, passing, person, type Shown, shown, undone } from './fixtures.ts'

const compared = (changes: Partial<NonNullable<Run['knowledge']['compared']>>): Run =>
  over('recorded', 'autonomy is advise: it is recorded, nothing is sent', {
    asks: {},
    decision: decision(passing(), 'record'),
    knowledge: {
      ...NOTHING_LEARNT,
      compared: {
        agrees: true,
        reason: 'the closed incident shows that people did the same',
        savedMs: 42 * 60_000,
        actual: {},
        by: null,
        ...changes,
      },
    },
  })

export const shadowLooks: { readonly [name: string]: () => Shown } = {
  'compared-right': () => shown(compared({})),
  'compared-wrong': () =>
    shown(compared({ agrees: false, reason: 'people ran drain-iis instead (run R9)', savedMs: null })),
  'compared-unknown': () => shown(compared({ agrees: null, reason: 'nothing tells what people did', savedMs: null })),
  'hostile-judgement': () => shown(compared({ by: person('Kim Lee'), reason: evil(400), savedMs: -120_000 })),
  demoted: () =>
    shown(
      over('rolledBack', 'web-01: recycle-pool failed: 503', {
        ...begun(),
        ...on('web-01', { 'recycle-pool': undone('succeeded') }),
        knowledge: {
          ...NOTHING_LEARNT,
          demoted: { environments: ['prod'], reason: 'the verification of recycle-pool on web-01 failed' },
        },
      }),
    ),
}
