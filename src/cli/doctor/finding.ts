// Owns what a check of the installation says: how it stands, what is wrong, and how to mend it.

export type State = 'ok' | 'warn' | 'FAILED' | 'skipped'

/** `says` and `mend` are sentences without a full stop at the end; a finding that is wrong always has a `mend`. */
export interface Finding {
  readonly check: string
  readonly state: State
  readonly says: string
  readonly mend?: string
}

export const ok = (check: string, says: string): Finding => ({ check, state: 'ok', says })
export const warn = (check: string, says: string, mend: string): Finding => ({ check, state: 'warn', says, mend })
export const failed = (check: string, says: string, mend: string): Finding => ({ check, state: 'FAILED', says, mend })
export const skipped = (check: string, why: string): Finding => ({ check, state: 'skipped', says: why })

/** The message of whatever was thrown. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
