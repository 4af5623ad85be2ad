// Owns what the policy benchmark asks: the project's own governance and runbook, on so many servers, with every fact known.
import { fileURLToPath } from 'node:url'
import { loadContent } from '../src/adapters/catalog/load.ts'
import { canonicalJson, sha256Hex } from '../src/adapters/store/hashing.ts'
import { emptyRun, evolve } from '../src/core/evolve.ts'
import type { Recheck } from '../src/core/gate.ts'
import { type Blast, type IncidentContext, known } from '../src/core/incident.ts'
import { draftPlan, type PlanRequest, planHash } from '../src/core/plan.ts'
import { type Decision, evaluate, type PolicyQuestion } from '../src/core/policy.ts'
import type { Run, RunEvent } from '../src/core/run.ts'
import type { Catalog, Runbook } from '../src/core/runbook.ts'
import type { Expression, Instant } from '../src/core/values.ts'
import type { Content } from '../src/ports/catalog.ts'
import { AT, factsOf, incident, MINUTE_MS, person, server } from './policy-facts.ts'

const MOST_TARGETS = 50

export interface Asked {
  readonly request: PlanRequest
  readonly catalog: Pick<Catalog, 'operations'>
  readonly question: PolicyQuestion
}

/** An answered ask at the moment before a mutating request. */
export interface AtGate {
  readonly run: Run
  readonly recheck: Recheck
}

/** The files of `runbooks/`; their limits on targets are lifted, so that a plan of fifty can be asked about. Throws what is wrong. */
export function content(): Content {
  const env = {
    OPS_URL: 'https://ops.corp.example',
    OPS_TOKEN: 't',
    OPS_CALLBACK_SECRET: 's',
    SITE_URL: 'https://shop',
    PROMETHEUS_URL: 'https://prometheus.corp.example',
  }
  const dir = fileURLToPath(new URL('../runbooks', import.meta.url))
  const loaded = loadContent({ dir, env, clock: { now: () => AT } })
  if (!loaded.ok) throw new Error(loaded.problems.map(({ file, message }) => `${file}: ${message}`).join('\n'))
  const { governance } = loaded.content
  return {
    ...loaded.content,
    governance: { ...governance, limits: { ...governance.limits, maxTargets: MOST_TARGETS } },
  }
}

/** A plan in production that asks one approver: nothing stops it and nothing is unknown. */
export function usual(from: Content, targets: number): Asked {
  const asked = ask(from, { targets, environment: 'Production', users: 400, vip: false })
  if (evaluate(asked.question).rule?.name !== 'one-approver') throw new Error('this was to ask one approver')
  return asked
}

/**
 * The same in test, with every way around and on top in use: a signed standing exception passes a limit that is over,
 * an override stands before the matrix, a reason raises the rule, a freeze calendar asks its own group, and somebody
 * broke the glass.
 */
export function everythingInUse(from: Content, targets: number): Asked {
  const tierTwo = (book: Runbook): Runbook => ({ ...book, steps: book.steps.map((step) => ({ ...step, tier: 2 })) })
  const asked = ask(from, { targets, environment: 'Test', users: 1500, vip: true }, tierTwo)
  const { governance, facts } = asked.question
  const { standing } = governance.exceptions
  const labourDay: Instant = Date.UTC(2026, 4, 1, 3, 12)
  const signatures = Object.values(standing).flatMap(({ name: exception, content: signed }) =>
    [person('ana'), person('bo')].map((by) => ({ exception, content: signed, by, at: AT })),
  )
  const flaps = Object.fromEntries(
    asked.question.draft.targets.map(({ name }) => [
      name,
      { known: true, value: [labourDay - 5 * MINUTE_MS] } as const,
    ]),
  )
  const question: PolicyQuestion = {
    ...asked.question,
    at: labourDay,
    facts: {
      ...facts,
      flaps,
      signatures: { known: true, value: signatures },
      glass: { by: person('cy'), reason: 'the shop is down', at: AT },
    },
  }
  const { rule, guardrails } = evaluate(question)
  const says = (name: string, words: string) =>
    guardrails.some((each) => each.name === name && each.reason.includes(words))
  const isInUse =
    says('anti-flap', 'standing exception') &&
    says('raised', 'two-approvers') &&
    says('matrix', 'override') &&
    says('freeze', 'may let it through') &&
    rule?.name.includes('break-glass')
  if (!isInUse) throw new Error(`not everything is in use: ${JSON.stringify({ rule, guardrails })}`)
  return { ...asked, question }
}

/** The same question where every expression is answered from memory: what is missing is what CEL costs. */
export function withoutCel({ governance, runbook, ...rest }: PolicyQuestion): PolicyQuestion {
  const seen = new Map<Expression, ReturnType<Expression['evaluate']>>()
  const remembered = (expression: Expression): Expression => ({
    source: expression.source,
    evaluate(scope) {
      const before = seen.get(expression)
      if (before) return before
      const answer = expression.evaluate(scope)
      seen.set(expression, answer)
      return answer
    },
  })
  const { doNotTouch, ...limits } = runbook.limits
  return {
    ...rest,
    governance: {
      ...governance,
      environments: governance.environments.map((each) => ({ ...each, when: remembered(each.when) })),
      raise: governance.raise.map((each) => ({ ...each, when: remembered(each.when) })),
    },
    runbook: { ...runbook, limits: { ...limits, ...(doNotTouch && { doNotTouch: remembered(doNotTouch) }) } },
  }
}

/** Everybody whom the rule wants has said yes, and still may. */
export function approvedRun({ question, request }: Asked, decision: Decision): AtGate {
  const { rule } = decision
  if (!rule) throw new Error('nothing is asked')
  const plan = planHash(question.draft, rule, canonicalJson, sha256Hex)
  const { context, blast } = question.facts
  const { id, title, owner } = question.runbook
  const people = rule.lines.map((line, index) => ({ by: person(`approver-${index}`), groups: line.from }))
  const events: readonly RunEvent[] = [
    {
      type: 'proposed',
      origin: { kind: 'event', intake: 'in-1' },
      context,
      candidates: [],
      runbook: { id, title, owner },
      requested: { parameters: request.parameters, targets: [] },
    },
    { type: 'planned', draft: question.draft, blast, context, replaces: null },
    { type: 'decided', plan, decision, rule, expiresAt: AT + rule.expiresMs },
    ...people.map(({ by, groups }): RunEvent => ({ type: 'approved', by, scope: 'run', plan, note: '', groups })),
  ]
  return {
    run: events.reduce((run, event) => evolve(run, event, AT), emptyRun('r-1')),
    recheck: {
      plan,
      decision,
      parties: { requester: null, opener: null, authors: ['somebody-else'] },
      authority: new Map(people.map(({ by, groups }) => [by.id, { groups, unknown: false }])),
      rules: new Map(),
    },
  }
}

interface Where {
  readonly targets: number
  readonly environment: string
  readonly users: number
  readonly vip: boolean
}

function ask(from: Content, where: Where, change: (runbook: Runbook) => Runbook = (same) => same): Asked {
  const found = from.catalog.runbooks.get('restart-iis')
  if (!found) throw new Error('there is no runbook restart-iis')
  // With a change window every kind of limit is there.
  const runbook = change({
    ...found,
    targets: { ...found.targets, max: MOST_TARGETS },
    limits: { ...found.limits, changeWindow: { in: ['prod'] }, blastRadius: { users: 2000, vip: 'ask' } },
  })
  const targets = Array.from({ length: where.targets }, (_, index) => server(index, where.environment))
  const context: IncidentContext = { readAt: AT, incident: incident(), ...(targets[0]?.ci && { ci: targets[0].ci }) }
  const blast: Blast = {
    users: known(where.users, 'cmdb', AT),
    cis: known(18, 'cmdb', AT),
    vip: known(where.vip, 'cmdb', AT),
  }
  const request: PlanRequest = { runbook, context, parameters: { pool: 'ShopPool' }, targets, blast, run: 'r-1' }
  const planned = draftPlan(request, from.catalog)
  if (!planned.ok) throw new Error(planned.problems.join('\n'))
  const facts = factsOf(targets, context, blast)
  return {
    request,
    catalog: from.catalog,
    question: { runbook, draft: planned.value, governance: from.governance, facts, at: AT },
  }
}
