// Owns the faults on demand: which request is struck, by what, how many times, and before or after its work is done.
import type { Answer, Call } from './server.ts'

export type Fault =
  | 'reset-unread' // the socket is reset before the body of the request is read
  | 'reset-before' // the socket dies before any work is done
  | 'reset-after-commit' // the work is done, then the socket dies: the sender cannot know
  | 'down' // every connection dies until the rule is removed
  | 'html' // 200 text/html: a hibernating or SSO-fronted instance (CONTRACTS 1.2)
  | 'garbage' // 200 application/json that does not parse
  | { status: number; headers?: Record<string, string>; body?: unknown }
  | { slow: number } // milliseconds before the answer
  | { drip: 'headers' | 'body' } // they come byte by byte and never end
  | { rewrite: (answer: Answer) => Answer } // the right answer, but for something

export type FaultRule = {
  fault: Fault
  /** Which requests; without it all. */
  match?: (call: Call) => boolean
  /** How often it strikes; 1 unless told, 'down' until it is removed. */
  times?: number
  /** The work is done first and the fault strikes the answer; 'reset-after-commit' implies it. */
  commit?: boolean
}

export type Struck = { fault: Fault; commit: boolean }

export type Faults = {
  /** Adds a rule and returns the function that removes it. */
  add: (rule: FaultRule) => () => void
  clear: () => void
  /** The fault that strikes this request, used up by one; rules are tried in the order of their adding. */
  strike: (call: Call) => Struck | null
  /** The same before the body is read: whether 'reset-unread' strikes. */
  strikeUnread: (head: Call) => boolean
  /** How many rules have strikes left. */
  pending: () => number
}

export const createFaults = (): Faults => {
  let rules: { rule: FaultRule; left: number }[] = []
  const take = (call: Call, unread: boolean): FaultRule | null => {
    const entry = rules.find(
      ({ rule, left }) => left > 0 && (rule.fault === 'reset-unread') === unread && (rule.match?.(call) ?? true),
    )
    if (!entry) return null
    entry.left -= 1
    return entry.rule
  }
  return {
    add(rule) {
      const entry = { rule, left: rule.times ?? (rule.fault === 'down' ? Number.POSITIVE_INFINITY : 1) }
      rules.push(entry)
      return () => {
        rules = rules.filter((other) => other !== entry)
      }
    },
    clear() {
      rules = []
    },
    strike(call) {
      const rule = take(call, false)
      return rule && { fault: rule.fault, commit: rule.commit ?? rule.fault === 'reset-after-commit' }
    },
    strikeUnread: (head) => take(head, true) !== null,
    pending: () => rules.filter(({ left }) => left > 0).length,
  }
}

/** Matches a method ('*' for any) and a path, given as the beginning of it or as a pattern. */
export const requestTo =
  (method: string, path: string | RegExp) =>
  (call: Call): boolean =>
    (method === '*' || call.method === method) &&
    (typeof path === 'string' ? call.path.startsWith(path) : path.test(call.path))
