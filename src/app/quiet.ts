// Owns the quiet time of a storm: proposed on its card, begun by a person who may, and over by itself.
import type { Person, Run, RunEvent } from '../core/run.ts'
import type { Instant, Millis } from '../core/values.ts'
import { refuse, type Verdict } from '../core/verdict.ts'
import type { Authority } from './authority.ts'
import type { Deps } from './deps.ts'
import type { Journal, Transacted } from './journal.ts'

/** What a person wants; `forMs` null: as long as governance allows, 0: it ends now. */
export interface Quiet {
  readonly by: Person
  readonly forMs: Millis | null
  readonly reason: string
}

export type KeepQuiet = (run: Run, wanted: Quiet) => Promise<Transacted>

/** Until when further members are counted and not told; null: they are told. */
export const quietUntil = ({ knowledge: { suppressed } }: Run, at: Instant): Instant | null =>
  suppressed && suppressed.until > at ? suppressed.until : null

/** Whether a quiet time is worth offering: it is a storm, and it is not quiet yet. */
export const offersQuiet = (run: Run, from: number, at: Instant): boolean =>
  (run.knowledge.storm?.members ?? 0) >= from && quietUntil(run, at) === null

/** Decides who may, then whether it can be; a refusal changes nothing. */
export function quietTimes(deps: Deps, journal: Journal, authority: Authority): KeepQuiet {
  const groupsOf = (run: Run): readonly string[] => {
    const { commands } = deps.files.current().governance
    const named = (Object.hasOwn(commands, 'suppress') ? commands['suppress'] : undefined) ?? ['owner']
    return named.map((name) => (name === 'owner' ? (run.runbook?.owner ?? name) : name))
  }
  return async (run, { by, forMs, reason }) => {
    const groups = groupsOf(run)
    const allowed = await authority.inAny(by.id, groups, run.runbook?.owner ?? '')
    const no = (words: string, fix: string): Transacted => ({ ok: false, refusal: { reason: words, fix }, run })
    if (!allowed.known)
      return no(
        `whether you may keep a storm quiet cannot be told: ${allowed.reason}`,
        'try again when the directory answers',
      )
    const names = groups.join(', ')
    if (!allowed.value)
      return no(`you may not keep a storm quiet: that takes a member of ${names}`, `ask a member of ${names}`)
    const { from, quietMs } = deps.files.current().governance.storm
    return journal.transact(run.id, (newest, at) => decide(newest, at, { by, forMs, reason }, from, quietMs))
  }
}

function decide(run: Run, at: Instant, { by, forMs, reason }: Quiet, from: number, quietMs: Millis): Verdict {
  const { storm } = run.knowledge
  const said = reason === '' ? {} : { reason }
  if (forMs === 0)
    return quietUntil(run, at) === null
      ? refuse('it is not quiet', 'nothing more is needed')
      : begins({ type: 'suppressed', by, until: 0, symptoms: [], ...said })
  if (!storm || storm.members < from)
    return refuse(`this is no storm: it has ${storm?.members ?? 1} members, and is one from ${from} on`, 'read them')
  if (forMs !== null && forMs > quietMs)
    return refuse(`a storm is kept quiet for ${minutes(quietMs)} min at most`, `say ${minutes(quietMs)}m, or less`)
  return begins({ type: 'suppressed', by, until: at + (forMs ?? quietMs), symptoms: storm.symptoms, ...said })
}

const begins = (event: RunEvent): Verdict => ({ ok: true, events: [event] })
const minutes = (ms: Millis): number => Math.floor(ms / 60_000)
