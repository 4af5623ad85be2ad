// Owns the recent-deploy guardrail: what was deployed or changed just before, so that undoing it may be the better fix.
import type { Recent } from '../surroundings.ts'
import type { Instant, Millis } from '../values.ts'
import { ask, type Guardrail, type GuardrailInput, pass, stop, unknownAnswer } from './input.ts'

export const recentDeployGuardrail: Guardrail = (input) => {
  const limit = input.runbook.limits.recentDeploy
  if (limit === undefined) return pass('recent deploy', 'no limit is set')
  const { found, unread } = recentOf(input, limit.withinMs)
  const [last, ...others] = found
  if (last) {
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`
    const reason = `${words(last, input.at)}${more}; undoing that may be the better fix`
    return limit.is === 'ask'
      ? ask('recent deploy', reason)
      : stop('recent deploy', reason, 'look at what was deployed first, and roll it back if it is the cause')
  }
  if (unread)
    return unknownAnswer(
      'recent deploy',
      `what was deployed around ${unread.target} cannot be told: ${unread.reason}`,
      'try again when ServiceNow answers',
    )
  return pass('recent deploy', `nothing was deployed there within ${minutes(limit.withinMs)} min`)
}

/** Whatever is known to be recent counts, also where the rest cannot be read; several targets may share it. */
function recentOf(input: GuardrailInput, withinMs: Millis) {
  const found = new Map<string, Recent>()
  let unread: { readonly target: string; readonly reason: string } | undefined
  for (const { name } of input.draft.targets) {
    const answer = input.facts.recent?.[name]
    if (!answer?.known) {
      unread ??= { target: name, reason: answer?.reason ?? 'not read' }
      continue
    }
    for (const each of answer.value)
      if (each.at > input.at - withinMs) found.set(`${each.is} ${each.what} ${each.at}`, each)
  }
  const newest = [...found.values()].toSorted((a, b) => b.at - a.at || (a.what < b.what ? -1 : 1))
  return { found: newest, unread }
}

const words = ({ what, is, at, by }: Recent, now: Instant): string =>
  `${what} ${is === 'deploy' ? 'was deployed' : 'ended'} ${when(at, now)}${by === null ? '' : ` by ${by}`}`

/** A time, not how long ago: the sentence is read later than it is made. */
function when(at: Instant, now: Instant): string {
  const minute = Math.floor(at / 60_000) % (24 * 60)
  const two = (n: number): string => `${n}`.padStart(2, '0')
  const days = Math.floor((now - at) / (24 * 3_600_000))
  const time = `at ${two(Math.floor(minute / 60))}:${two(minute % 60)} UTC`
  return days < 1 ? time : `${time}, ${days} d before`
}

const minutes = (ms: Millis): number => Math.max(1, Math.ceil(ms / 60_000))
