// Owns who may still say yes on a card, and who has said yes already, with when and with which note.
import { approvalsFor } from '../../core/approval.ts'
import type { Run } from '../../core/run.ts'
import type { Instant } from '../../core/values.ts'
import { say, voiced } from '../locale/voice.ts'
import { openAsk, peopleNeeded, scopeName } from './asks.ts'
import { type Caps, first } from './caps.ts'
import { onCard } from './figures.ts'
import { type Fact, fact, type Line, line, quoted, said } from './text-run.ts'

interface ApprovalContext {
  readonly at: Instant
  readonly approvers: string
  readonly missing?: string
  readonly preview?: boolean
}

const words = voiced({
  via: ' in ServiceNow',
  may: 'Approve',
  by: 'Approved',
  count: (have: number, need: number) => `${have} of ${need} · `,
  missing: 'Still missing: ',
  apart: { requester: 'not the requester', author: 'not the author', opener: 'not the opener' },
  step: 'For ',
  more: (n: number) => `… and ${n} more`,
} as const)

export function approvalFacts(run: Run, context: ApprovalContext, caps: Caps): readonly Fact[] {
  const ask = openAsk(run)
  const given = ask ? approvalsFor(run, ask) : run.approvals.filter((each) => each.plan === run.plan)
  const { shown, more } = first(given, caps.list(4))
  const yes: readonly Line[] = [
    ...shown.map((each) =>
      line(
        said('✓ ', 'good', 'bold'),
        quoted(each.by.name, 60, caps),
        said(`  ${onCard(each.at, context.at)}${each.via === undefined ? '' : words.via}`, 'subtle'),
        ...(each.note === '' ? [] : [said('  “', 'subtle'), quoted(each.note, 160, caps), said('”', 'subtle')]),
      ),
    ),
    ...(more > 0 ? [line(said(words.more(more), 'subtle'))] : []),
  ]
  const rule = ask?.rule ?? (context.preview ? run.decision?.rule : undefined)
  if (!rule) return yes.length > 0 ? [fact(words.by, ...yes)] : []
  const scope = ask ? scopeName(ask.scope) : ''
  const need = peopleNeeded({ rule })
  const apart = rule.not.map((each) => words.apart[each]).join(', ')
  const who = line(
    ...(scope === '' ? [] : [said(words.step), quoted(scope, 60, caps, 'bold'), said(': ')]),
    ...(need > 1 && given.length > 0 ? [said(words.count(given.length, need))] : []),
    quoted(capital(say(context.approvers)), 240, caps, 'bold'),
    ...(apart === '' ? [] : [said(` · ${apart}`, 'subtle')]),
  )
  // Before the first yes the rule itself says what is wanted.
  const missing = ask && given.length > 0 ? (context.missing ?? '') : ''
  const left = missing === '' ? [] : [line(said(words.missing, 'warn'), quoted(say(missing), 160, caps, 'bold'))]
  return [fact(words.may, who, ...yes, ...left)]
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
