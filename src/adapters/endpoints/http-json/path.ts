// Owns filling a path template: a value stays inside its segment, or inside its value after the question mark.
import type { PlannedRequest } from '../../../core/plan.ts'
import { declaredValues, placeholder, templateIn, wrongIn } from '../declared.ts'

/**
 * The path of `detail.path` with `with` filled in, ready for a URL. PortError malformed where a value is missing or does
 * not fit, or would walk up the path.
 */
export function pathOf(request: PlannedRequest): string {
  const wrong = wrongIn(request)
  const template = templateIn(request, 'path')
  if (!template.startsWith('/') || /[#\\]/.test(template))
    throw wrong('its path does not begin with / or holds # or \\')
  const valueOf = declaredValues(request)
  const path = template.replace(placeholder, (_all, name: string) => encodeURIComponent(valueOf(name).toWellFormed()))
  const [before = ''] = path.split('?')
  // A browser's rules, which the URL follows: such a segment is a step, also where its dots are escaped.
  if (before.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment)))
    throw wrong('a value would walk up its path')
  return path
}
