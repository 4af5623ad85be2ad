// Owns where an RE2 pattern matches in a text: the library answers yes or no, and its compiled program tells the rest.
import type { RE2JS } from '@bufbuild/re2'
import type { FindSpans } from '../../ports/catalog.ts'

type Prog = ReturnType<RE2JS['re2']>['prog']

/** Steps for each character of a text, and for each instruction; more means that it is searched again and again. */
const STEPS = 4

/**
 * The spans of every match, one after the other: of its groups where the pattern has any, else of the whole. Linear:
 * where a pattern would read a hostile text over and over, the rest of that text counts as matched.
 */
export function spansOf(regex: RE2JS): FindSpans {
  const { prog } = regex.re2()
  const groups = regex.groupCount()
  return (text) => {
    if (!regex.test(text)) return []
    const search = searching(prog, text, 2 * (groups + 1))
    const spans: (readonly [from: number, to: number])[] = []
    for (let from = 0; from <= text.length; ) {
      const caps = search(from)
      if (caps === 'tooLong') return [...spans, [from, text.length]]
      if (!caps) break
      const [start = 0, end = 0] = caps
      for (let group = groups === 0 ? 0 : 1; group <= groups; group++) {
        const [left = -1, right = -1] = caps.slice(2 * group, 2 * group + 2)
        if (left >= 0 && right > left) spans.push([left, right])
      }
      from = end > start ? end : end + 1
    }
    return spans
  }
}

interface Thread {
  readonly pc: number
  readonly caps: readonly number[]
}

/**
 * Finds the leftmost match from a position on, as RE2 does: all ways side by side, the preferred one first
 * (https://swtch.com/~rsc/regexp/regexp2.html). Answers where each group begins and ends, -1 where it took no part.
 */
function searching(prog: Prog, text: string, slots: number) {
  const { ALT, ALT_MATCH, CAPTURE, EMPTY_WIDTH, FAIL, MATCH, NOP } = prog.getInst(0).constructor as unknown as {
    readonly [op: string]: number
  }
  const none: readonly number[] = Array.from({ length: slots }, () => -1)
  let left = STEPS * (text.length + 64) * prog.numInst()
  const seen = new Int32Array(prog.numInst()).fill(-1)
  let round = 0

  /** Adds a thread with all that it becomes without reading on, what is preferred first. */
  const add = (list: Thread[], first: number, begun: readonly number[], at: number, context: number): void => {
    const open: Thread[] = [{ pc: first, caps: begun }]
    for (let thread = open.pop(); thread; thread = open.pop()) {
      const { pc, caps } = thread
      if (seen[pc] === round) continue
      seen[pc] = round
      left -= 1
      const { op, out, arg } = prog.getInst(pc)
      if (op === ALT || op === ALT_MATCH) open.push({ pc: arg, caps }, { pc: out, caps })
      else if (op === CAPTURE) open.push({ pc: out, caps: arg < slots ? caps.with(arg, at) : caps })
      else if (op === NOP || (op === EMPTY_WIDTH && (arg & ~context) === 0)) open.push({ pc: out, caps })
      else if (op !== EMPTY_WIDTH && op !== FAIL) list.push(thread)
    }
  }

  return (from: number): readonly number[] | 'tooLong' | undefined => {
    let threads: Thread[] = []
    let found: readonly number[] | undefined
    let rune = runeAt(text, from)
    round += 1
    for (let at = from; ; ) {
      const context = contextOf(runeBefore(text, at), rune)
      if (!found) add(threads, prog.start, none.with(0, at), at, context)
      if (left < 0) return 'tooLong'
      const next = at + (rune > 0xffff ? 2 : 1)
      const after = rune < 0 ? -1 : runeAt(text, next)
      const afterContext = contextOf(rune, after)
      const later: Thread[] = []
      round += 1
      for (const { pc, caps } of threads) {
        const inst = prog.getInst(pc)
        if (inst.op === MATCH) {
          found = caps.with(1, at)
          break
        }
        if (rune >= 0 && inst.matchRune(rune)) add(later, inst.out, caps, next, afterContext)
      }
      threads = later
      if (rune < 0 || (found && threads.length === 0)) return found
      at = next
      rune = after
    }
  }
}

const runeAt = (text: string, at: number): number => text.codePointAt(at) ?? -1

function runeBefore(text: string, at: number): number {
  const last = at > 0 ? text.charCodeAt(at - 1) : -1
  return last >= 0xdc00 && last <= 0xdfff && at > 1 ? (text.codePointAt(at - 2) ?? -1) : last
}

const isWord = (rune: number): boolean =>
  (rune >= 48 && rune <= 57) || (rune >= 65 && rune <= 90) || rune === 95 || (rune >= 97 && rune <= 122)

/** What holds between two characters, as the library's own bits: ends of lines and texts, and of words. */
function contextOf(before: number, after: number): number {
  const lines = (before < 0 ? 1 | 4 : before === 10 ? 1 : 0) | (after < 0 ? 2 | 8 : after === 10 ? 2 : 0)
  return lines | (isWord(before) === isWord(after) ? 32 : 16)
}
