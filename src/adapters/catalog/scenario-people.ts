// Owns who is meant in a scenario: a governance group, the n-th of a group (`owner/2`), or a person by name.

/** A person's name has a space in it, or is declared under `given.people`; every other word is a group. */
export type Who =
  | { readonly kind: 'person'; readonly name: string }
  /** `nth` counts from 1. */
  | { readonly kind: 'group'; readonly group: string; readonly nth: number }

export function whoOf(text: string, declared: { readonly [name: string]: unknown } = {}): Who {
  if (/\s/.test(text) || Object.hasOwn(declared, text)) return { kind: 'person', name: text }
  const [, group = text, nth = '1'] = /^(.*)\/([1-9]\d?)$/.exec(text) ?? []
  return { kind: 'group', group, nth: Number(nth) }
}
