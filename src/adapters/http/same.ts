// Owns the comparing of secrets: in a time that tells neither how much of one is right nor how long the right one is.
import { hash, timingSafeEqual } from 'node:crypto'

export const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

/** Whether it is one of them; every one is looked at. */
export const isOneOf = (given: string, all: readonly string[]): boolean =>
  all.filter((each) => same(each, given)).length > 0

const digest = (text: string) => hash('sha256', text, 'buffer')
