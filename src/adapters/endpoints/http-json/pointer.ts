// Owns JSON pointers (RFC 6901): the one value of an answer that a vetted query is about.
import { isObject, type Json } from '../../../core/values.ts'

/** What the pointer leads to; undefined where there is nothing, or where it is no pointer. */
export function pointedAt(json: Json, pointer: string): Json | undefined {
  if (pointer !== '' && !pointer.startsWith('/')) return undefined
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  let at: Json | undefined = json
  for (const part of parts) {
    if (Array.isArray(at)) at = /^(0|[1-9]\d*)$/.test(part) ? (at as readonly Json[])[Number(part)] : undefined
    else at = isObject(at) && Object.hasOwn(at, part) ? at[part] : undefined
  }
  return at
}
