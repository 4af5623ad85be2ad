// Owns the looks of a run that is handed over: nothing proposed, something tried in vain, and nothing known at all.

import { known, unknown } from '../../src/core/incident.ts'
import type { Run } from '../../src/core/run.ts'
import type { Surroundings } from '../../src/core/surroundings.ts'
import { at, begun, context, evil, on, over, type Shown, shown, unverified } from './fixtures.ts'

const minute = 60_000
const day = 24 * 60 * minute
const fits = 'it fits no class of the taxonomy; handed over, nothing guessed'

/** What is around web-01 on a bad night; one part of it could not be read. */
export const around = (): Surroundings => ({
  neighbours: known(
    [{ sysId: 'a1', name: 'lb-01', direction: 'up', depth: 1, relation: 'Depends on' }],
    'cmdb_rel_ci',
    at,
  ),
  owner: known({ name: 'Web Shop', group: 'Web Platform' }, 'cmdb_ci_service', at),
  changes: unknown('access denied', 'change_request', at),
  deploys: known(
    [{ service: 'shop-web', version: '2.4.0', previous: '2.3.9', at: at - 12 * minute, by: 'ci-bot' }],
    'deployment events',
    at,
  ),
  history: known(
    ['INC0009001', 'INC0009002'].map((number, index) => ({
      sysId: number,
      number,
      title: '5xx spike',
      openedAt: at - (index + 2) * day,
      resolvedAt: at - (index + 2) * day + 20 * minute,
      closeCode: 'Solution provided',
      closeNotes: 'Rolled back to 2.3.8',
      alike: true,
    })),
    'incident',
    at,
  ),
  onCall: known(['Kim Lee', 'Omar Reyes'], 'on-call schedule', at),
})

const gathered = (changes: Partial<Run> = {}): Run =>
  over('needsHuman', fits, {
    plan: null,
    decision: null,
    asks: {},
    draft: null,
    blast: null,
    runbook: null,
    steps: {},
    gather: { reason: fits, escalate: 'sre-on-call', evidence: [] },
    context: {
      ...context(),
      class: null,
      taxonomy: { why: 'it fits no class of the taxonomy' },
      surroundings: around(),
    },
    ...changes,
  })

export const handOffLooks: { readonly [name: string]: () => Shown } = {
  'handed-over': () => shown(gathered()),
  'handed-over-unread': () =>
    shown(
      gathered({
        gather: { reason: fits, escalate: null, evidence: [] },
        context: { ...context(), class: null },
        evidence: [],
        candidates: [],
      }),
    ),
  'failed-with-causes': () =>
    shown(
      over(
        'failed',
        'web-01: recycle-pool failed: status was 503 for 3 min',
        begun({
          ...on('web-01', { 'recycle-pool': unverified() }),
          context: { ...context(), surroundings: around() },
        }),
      ),
    ),
  'hostile-hand-over': () =>
    shown(
      gathered({
        context: {
          ...context(),
          surroundings: {
            owner: known({ name: evil(500), group: evil(500) }, 'cmdb', at),
            deploys: known(
              [{ service: evil(500), version: evil(500), previous: evil(500), at, by: evil(500) }],
              evil(500),
              at,
            ),
            changes: unknown(evil(500), 'change_request', at),
            onCall: known([evil(500), evil(500)], 'on call', at),
          },
        },
      }),
    ),
}
