// Owns the part of the governance page on what sets a guardrail aside: a broken glass, and standing exceptions with their signers.
import type { Governance, StandingException } from '../../core/governance.ts'
import { glassRule } from '../../core/rule.ts'
import type { Instant } from '../../core/values.ts'
import { isInForce, type Signature, signersOf } from '../../core/waivers.ts'
import { dated } from './figures.ts'
import { groupWords, ruleSentence, untilWords } from './governance-words.ts'
import { listed, type Section, said } from './page.ts'

interface Signed {
  readonly governance: Pick<Governance, 'exceptions'>
  readonly signatures: readonly Signature[]
  readonly at: Instant
  /** Why the signatures could not be read. */
  readonly unread?: string
}

/** What an emergency may set aside, and who has to agree. */
export function breakGlassSection({ breakGlass: glass }: Pick<Governance, 'breakGlass'>): Section {
  const lines = glass
    ? [
        `In an emergency this may be set aside for one run: ${glass.setsAside.join(', ')}. It takes:`,
        ruleSentence(glassRule(glass)),
      ]
    : ['Nobody may break the glass.']
  return { title: 'Break glass', blocks: [said(...lines)] }
}

/** Each exception with its signers; only what is signed by two and not over is in force. */
export function exceptionsSection(signed: Signed): Section {
  const { may, standing } = signed.governance.exceptions
  const all = Object.values(standing)
  const lines =
    all.length > 0
      ? [`Each counts while two different people of ${groupWords(may)} have signed it.`]
      : ['There is none.']
  return {
    title: 'Standing exceptions',
    blocks: [
      said(...lines),
      ...listed(all.map((each) => ({ name: each.name, text: `${about(each)} ${standingOf(each, signed)}` }))),
    ],
  }
}

function about({ runbook, environment, service, guardrails, reason, until }: StandingException): string {
  const where = [environment && ` in ${environment}`, service && ` on service ${service}`].filter(Boolean).join('')
  return `${runbook}${where} need not pass ${guardrails.join(', ')}, ${untilWords(until)}: ${reason}.`
}

function standingOf(exception: StandingException, { signatures, at, unread }: Signed): string {
  if (at >= exception.until) return 'OVER.'
  if (unread !== undefined) return `Who signed it cannot be told (${unread}).`
  const signers = signersOf(exception, signatures).map((each) => `${each.by.name} (${dated(each.at)})`)
  if (signers.length === 0) return 'NOT IN FORCE: nobody has signed it.'
  const by = `signed by ${signers.join(' and ')}`
  return isInForce(exception, signatures, at) ? `IN FORCE: ${by}.` : `NOT IN FORCE: ${by}, one more is needed.`
}
