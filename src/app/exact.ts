// Owns showing a request as it is sent: with what its preflight captured, as far as that is known.
import { filled } from '../core/captured.ts'
import type { PlannedRequest } from '../core/plan.ts'
import type { Run } from '../core/run.ts'
import type { Deps } from './deps.ts'

/** As it was planned where a captured value is not known yet. */
export const exactFor =
  ({ compileTemplate }: Pick<Deps, 'compileTemplate'>, run: Run) =>
  (request: PlannedRequest, target: string): PlannedRequest => {
    const exact = filled(run, target, request, compileTemplate)
    return exact.ok ? exact.value : request
  }
