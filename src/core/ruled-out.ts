// Owns what was looked at and is not the cause, or not the cure, each with what says so.
import { stepEnd } from './progress.ts'
import type { Run } from './run.ts'
import { stepOf } from './step-state.ts'
import { own } from './values.ts'

export interface Ruled {
  readonly what: string
  readonly because: string
}

const KEPT = 20

/** Checks that passed, signals that do not show it, nothing deployed or changed, and runbooks that do not fit. */
export function ruledOut(run: Run): readonly Ruled[] {
  return [...steps(run), ...signals(run), ...around(run), ...runbooks(run)].slice(0, KEPT)
}

const steps = (run: Run): readonly Ruled[] =>
  (run.draft?.targets ?? []).flatMap(({ name: target }) =>
    (own(run.draft?.steps ?? {}, target) ?? []).flatMap((step) => {
      const state = stepOf(run, { step: step.id, target })
      if (stepEnd(step, state) !== 'succeeded') return []
      const said = state.verify?.ended?.reason ?? state.preflight?.reason ?? ''
      return [{ what: `step ${step.id} on ${target}`, because: said === '' ? 'it succeeded' : `it succeeded: ${said}` }]
    }),
  )

/** An absent series is not here: it is not health (P5). */
const signals = ({ context }: Run): readonly Ruled[] =>
  Object.entries(context.signals ?? {}).flatMap(([name, fact]) =>
    fact.known && fact.value.shows === false
      ? [{ what: `signal ${name}`, because: `the issue does not show in it (${fact.source})` }]
      : [],
  )

/** Known to be none, which is not the same as not known. */
function around({ context }: Run): readonly Ruled[] {
  const { neighbours, deploys, changes, history } = context.surroundings ?? {}
  // Where its neighbours are unknown, what happened on them is too (P5).
  const isWhole = neighbours?.known === true
  return [
    ...(isWhole && deploys?.known && deploys.value.length === 0
      ? [{ what: 'a recent deploy', because: `none is recorded (${deploys.source})` }]
      : []),
    ...(isWhole && changes?.known && changes.value.length === 0
      ? [{ what: 'a change', because: `none is open or ended lately (${changes.source})` }]
      : []),
    ...(history?.known && history.value.length === 0
      ? [{ what: 'an old acquaintance', because: `no earlier incident is alike (${history.source})` }]
      : []),
  ]
}

const runbooks = ({ candidates, runbook }: Run): readonly Ruled[] =>
  candidates.flatMap((each) =>
    each.fits || each.runbook === runbook?.id
      ? []
      : [{ what: `runbook ${each.runbook}`, because: each.reasons.at(-1) ?? 'it does not fit' }],
  )
