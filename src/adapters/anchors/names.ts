// Owns the names of checkpoints: numbered, so that a listing is in order, and read again with any number of zeros.

export const nameOf = (n: number): string => `checkpoint-${String(n).padStart(10, '0')}.json`

/** The number in a name; undefined where it is no checkpoint's. */
export function numberIn(name: string): number | undefined {
  const digits = /^checkpoint-(\d{1,15})\.json$/.exec(name)?.[1]
  return digits === undefined || Number(digits) === 0 ? undefined : Number(digits)
}
