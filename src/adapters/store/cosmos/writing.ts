// Owns what the parts of the store share: the requests of their container, patience, and ids of writes.
import { randomBytes } from 'node:crypto'
import type { Patience } from './patience.ts'
import type { Requests } from './requests.ts'

export interface Writing {
  readonly requests: Requests
  readonly patience: Patience
  readonly random: () => number
  /** Longer content goes into parts of its own. */
  readonly inlineLength: number
}

/** A batch takes 2 MB: three of this and the run document fit. */
export const INLINE_LENGTH = 400_000

/** The id of one write, in every attempt of it the same. */
export const newOp = (): string => randomBytes(9).toString('base64url')
