// Owns what the terminal shows of a story: a line per checked claim, and what is being waited for meanwhile.
import { setTimeout as sleep } from 'node:timers/promises'

/** A claim that was not so; its message says what was expected and what was seen. */
export class NotSo extends Error {}

export interface Claim {
  readonly text: string
  /** Looks at the far side: what was seen where it is so, undefined while it is not yet; throws NotSo where it is not. */
  readonly check: () => Promise<string | undefined>
  /** How long to wait for it; 20 s unless told. */
  readonly withinMs?: number
}

export interface Act {
  readonly title: string
  readonly claims: readonly Claim[]
}

export interface Timeline {
  /** A heading of the story. */
  chapter(title: string): void
  /** Waits for what the claim says, then prints it with what was seen; otherwise prints that, and throws NotSo. */
  claim(claim: Claim): Promise<void>
  readonly checked: () => number
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const BAR = 20
const CLEAR = '\r\u001b[2K'

/** `total` claims are expected. A terminal sees a bar and what is waited for; a file or a pipe sees plain lines. */
export function timeline(total: number, out: NodeJS.WriteStream = process.stdout): Timeline {
  const began = Date.now()
  let checked = 0
  const clock = () => `${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s`
  const count = (n: number) => `${String(n).padStart(String(total).length)}/${total}`
  const colour = (code: number, text: string) => (out.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text)

  const waitingFor = (text: string): (() => void) => {
    if (!out.isTTY) return () => {}
    let frame = 0
    const draw = () => {
      const full = Math.round((BAR * checked) / total)
      const bar = `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`
      frame += 1
      out.write(
        CLEAR + `  ${FRAMES[frame % FRAMES.length]} ${bar} ${count(checked)}  ${text} …`.slice(0, out.columns - 1),
      )
    }
    const timer = setInterval(draw, 80)
    return () => {
      clearInterval(timer)
      out.write(CLEAR)
    }
  }

  return {
    checked: () => checked,
    chapter: (title) => void out.write(`\n${colour(1, title)}\n`),
    async claim({ text, check, withinMs = 20_000 }) {
      const stopWaiting = waitingFor(text)
      try {
        const seen = await soon(check, withinMs)
        stopWaiting()
        checked += 1
        out.write(`  ${clock()}  ${count(checked)} ${colour(32, '✓')} ${text}  ${colour(2, `(${seen})`)}\n`)
      } catch (error) {
        stopWaiting()
        const why = error instanceof Error ? error.message : String(error)
        out.write(`  ${clock()}  ${count(checked + 1)} ${colour(31, '✗')} ${text}\n           ${why}\n`)
        throw error instanceof NotSo ? error : new NotSo(why)
      }
    },
  }
}

async function soon(check: Claim['check'], withinMs: number): Promise<string> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const seen = await check()
    if (seen !== undefined) return seen
    if (Date.now() > deadline) throw new NotSo(`expected within ${withinMs / 1000} s, not seen`)
    await sleep(100)
  }
}

/** What was seen, where it is as expected; else NotSo with both. */
export function expect(what: string, seen: unknown, expected: unknown): string {
  if (JSON.stringify(seen) !== JSON.stringify(expected))
    throw new NotSo(`${what}: expected ${JSON.stringify(expected)}, seen ${JSON.stringify(seen)}`)
  return typeof seen === 'string' ? seen : JSON.stringify(seen)
}
