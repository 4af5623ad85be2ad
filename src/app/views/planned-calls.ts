// Owns how planned requests are named on a card: which of them an approval covers, and each as a call with its values.
import type { PlannedRequest, PlannedStep } from '../../core/plan.ts'
import type { Run } from '../../core/run.ts'
import { isObject, type Json, type JsonObject } from '../../core/values.ts'
import type { Caps } from './caps.ts'
import { quoted, said } from './text-run.ts'

const words = {
  eachTarget: '‹target›',
  varies: ' · values differ between targets',
  onlyIf: 'If ',
  failed: 'failed',
} as const

/** The steps as they are planned for one target; the same ones for each, with other values. */
export const stepsOf = (run: Run, target?: string): readonly PlannedStep[] =>
  run.draft?.steps[target ?? run.draft.targets[0]?.name ?? ''] ?? []

/** The acting steps that an approval of this scope lets run, and those that will ask for themselves. */
export function covered(
  run: Run,
  scope: string,
): { readonly now: readonly PlannedStep[]; readonly later: readonly PlannedStep[] } {
  const acting = stepsOf(run).filter((step) => step.action !== null)
  const own = acting.filter((step) => scope === `step:${step.id}`)
  if (own.length > 0) return { now: own, later: [] }
  return {
    now: acting.filter((step) => step.approval === null),
    later: acting.filter((step) => step.approval !== null),
  }
}

/** The call of one step, as text runs. With several targets it is shown once, and says so where they differ in more than the name. */
export function callRuns(run: Run, step: string, part: 'action' | 'rollback', caps: Caps): readonly JsonObject[] {
  const targets = run.draft?.targets.map((target) => target.name) ?? []
  const calls = targets.map((target) => {
    const request = stepsOf(run, target).find((each) => each.id === step)?.[part]
    return request ? callText(request, targets.length > 1 ? target : null) : ''
  })
  const [shown = ''] = calls
  const varies = calls.some((each) => each !== shown)
  return [quoted(shown, 160, caps, 'mono'), ...(varies ? [said(words.varies, 'warn')] : [])]
}

/** `ops.recycle_pool host=web-01 pool=DefaultAppPool`; the name of the target is replaced where the call is one of many. */
function callText(request: PlannedRequest, target: string | null): string {
  const value = (json: Json): string => {
    const text = typeof json === 'string' ? json : JSON.stringify(json)
    return target === null ? text : text.replaceAll(target, words.eachTarget)
  }
  if (!isObject(request.with)) return request.do
  const values = Object.entries(request.with).map(([name, json]) => `${name}=${value(json)}`)
  return [request.do, ...values].join(' ')
}

/** `If recycle-pool failed: `; any other condition as it is written; nothing where there is none. */
export function condition(step: PlannedStep, caps: Caps): readonly JsonObject[] {
  if (step.when === null) return []
  const failed = /^steps(?:\["([^"]{1,64})"\]|\.(\w{1,64}))\.failed$/.exec(step.when)
  const id = failed?.[1] ?? failed?.[2]
  return [
    said(words.onlyIf, 'subtle'),
    quoted(id === undefined ? step.when : `${id} ${words.failed}`, 80, caps, 'subtle'),
    said(': ', 'subtle'),
  ]
}
