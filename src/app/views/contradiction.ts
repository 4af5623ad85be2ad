// Owns how a preflight that contradicts its runbook is told apart into what was assumed and what was found.

/** As perform/check.ts words a look that does not hold; in other words everything counts as found. Outside text. */
export function parted(expect: string | null, reason: string): { readonly assumed: string; readonly found: string } {
  const between = `${expect ?? ''} does not hold, it is `
  return expect !== null && reason.startsWith(between)
    ? { assumed: expect, found: reason.slice(between.length) }
    : { assumed: '', found: reason }
}
