// Owns what the terminal shows: one line per checked claim, and what is being waited for meanwhile.

/** A claim that was not so; its message says what was expected and what was seen. */
export class NotSo extends Error {}

export interface Timeline {
  /** A heading of the story. */
  chapter(title: string): void
  /** Waits for what the claim says, then prints it with what was seen; throws NotSo otherwise. */
  claim(text: string, check: () => Promise<string | undefined>, withinMs?: number): Promise<void>
  readonly checked: () => number
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** `total` claims are expected: the progress shows how far the story has come. */
export function timeline(total: number, out: NodeJS.WriteStream = process.stdout): Timeline {
  const began = Date.now()
  let checked = 0
  const clock = () => `${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s`
  const clear = () => out.isTTY && out.write('\r\u001b[2K')
  const bar = () => {
    const full = Math.min(20, Math.round((20 * checked) / total))
    return `${'█'.repeat(full)}${'░'.repeat(20 - full)} ${checked}/${total}`
  }
  const waitingFor = (text: string) => {
    if (!out.isTTY) return () => {}
    let frame = 0
    const timer = setInterval(() => {
      out.write(`\r\u001b[2K${FRAMES[((frame += 1)) % FRAMES.length]} ${bar()}  ${text}`.slice(0, out.columns ?? 120))
    }, 80)
    return () => {
      clearInterval(timer)
      clear()
    }
  }
  return {
    checked: () => checked,
    chapter: (title) => void out.write(`\n${title}\n`),
    async claim(text, check, withinMs = 20_000) {
      const done = waitingFor(text)
      const deadline = Date.now() + withinMs
      try {
        for (;;) {
          const seen = await check()
          if (seen !== undefined) {
            checked += 1
            done()
            out.write(`  ${clock()}  ✓ ${text}${seen === '' ? '' : `  (${seen})`}\n`)
            return
          }
          if (Date.now() > deadline) throw new NotSo(`not so within ${withinMs / 1000} s`)
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      } catch (error) {
        done()
        const why = error instanceof Error ? error.message : String(error)
        out.write(`  ${clock()}  ✗ ${text}\n           ${why}\n`)
        throw error instanceof NotSo ? error : new NotSo(why)
      }
    },
  }
}

/** What was seen, where it is as expected; else NotSo with both. */
export function expect(what: string, seen: unknown, expected: unknown): string {
  if (JSON.stringify(seen) !== JSON.stringify(expected))
    throw new NotSo(`${what}: expected ${JSON.stringify(expected)}, seen ${JSON.stringify(seen)}`)
  return typeof seen === 'string' ? seen : JSON.stringify(seen)
}
