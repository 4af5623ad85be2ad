// Owns the questions to Jaeger: the vetted search with its values filled in, and whether there are traces at all.
import type { PlannedRequest } from '../../../core/plan.ts'
import { isObject } from '../../../core/values.ts'
import { declaredValues, placeholder, templateIn, type ValueOf, wrongIn } from '../declared.ts'

/** Whole traces come back: more than this is seldom worth its bytes. */
export const limit = 50

export interface Searching {
  /** What the operation declares. */
  readonly asked: Readonly<Record<string, string>>
  /** Any trace of the same service and operation. */
  readonly any: Readonly<Record<string, string>>
  /** Whether the first is narrower than the second. */
  readonly narrowed: boolean
}

/** Each value is a parameter of its own, so none can be more than it is. PortError malformed where one does not fit. */
export function searchOf(request: PlannedRequest): Searching {
  const valueOf = declaredValues(request)
  const { operation, tags, minDuration } = request.detail
  const any = {
    service: filled(templateIn(request, 'service'), valueOf),
    ...(typeof operation === 'string' ? { operation: filled(operation, valueOf) } : {}),
  }
  const narrower = {
    ...(isObject(tags) ? { tags: JSON.stringify(tagsOf(request, valueOf)) } : {}),
    ...(typeof minDuration === 'string' ? { minDuration: durationOf(request, filled(minDuration, valueOf)) } : {}),
  }
  return {
    asked: { ...any, ...narrower, limit: String(limit) },
    any: { ...any, limit: '1' },
    narrowed: Object.keys(narrower).length > 0,
  }
}

const filled = (template: string, valueOf: ValueOf): string =>
  template.replace(placeholder, (_all, name: string) => valueOf(name))

function tagsOf(request: PlannedRequest, valueOf: ValueOf): { readonly [tag: string]: string } {
  const { tags } = request.detail
  const entries = isObject(tags) ? Object.entries(tags) : []
  return Object.fromEntries(entries.map(([tag, template]) => [tag, filled(String(template), valueOf)]))
}

function durationOf(request: PlannedRequest, text: string): string {
  if (/^\d+(\.\d+)?(us|ms|s|m|h)$/.test(text)) return text
  throw wrongIn(request)('its minDuration is not a duration such as 500ms')
}
