// Owns the eval's walk: each labelled incident through taxonomy, match, planner, plan and policy, as intake would take it.

import { AT, factsOf } from '../../bench/policy-facts.ts'
import { loadContent } from '../../src/adapters/catalog/load.ts'
import { planners } from '../../src/adapters/planner/planner.ts'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { weigh } from '../../src/app/weigh.ts'
import { classified } from '../../src/core/classify.ts'
import { type Blast, known } from '../../src/core/incident.ts'
import { match } from '../../src/core/match.ts'
import { draftPlan } from '../../src/core/plan.ts'
import { evaluate } from '../../src/core/policy.ts'
import type { Content, PlannerSettings } from '../../src/ports/catalog.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { helpful, obeying } from '../sandbox/model/minds.ts'
import { MODEL, MODEL_KEY, startModel } from '../sandbox/model-server.ts'
import { contextOf, GROUPS, type Labelled, labelledIncidents } from './incidents.ts'
import { dangers, type Outcome, outcomeOf, type Proposal, valuesRight } from './judge.ts'

export const MODES = ['rules', 'helpful', 'obeying'] as const
export type Mode = (typeof MODES)[number]

export interface Judged {
  readonly label: Labelled
  readonly mode: Mode
  readonly proposal: Proposal
  readonly outcome: Outcome
  readonly values: boolean | null
  readonly dangers: readonly string[]
}

const clock = { now: () => AT } as Clock
const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Every incident in every mode. The models are asked over real HTTP, as production would. */
export async function evaluated(): Promise<readonly Judged[]> {
  const content = contentOf()
  const server = await startModel(helpful)
  // It is asked of every incident: its share of a minute is no subject here.
  const settings: PlannerSettings = {
    kind: 'openai',
    url: `${server.url}/v1`,
    model: MODEL,
    key: MODEL_KEY,
    timeoutMs: 10_000,
  }
  const asked = planners({ settings: () => settings, shareMs: 600_000 })
  try {
    const judged: Judged[] = []
    for (const mode of MODES) {
      server.think(mode === 'obeying' ? obeying : helpful)
      const planner = mode === 'rules' ? () => undefined : asked
      for (const label of labelledIncidents()) {
        const proposal = await proposalOf(label, content, planner)
        const [outcome, values] = [outcomeOf(label, proposal), valuesRight(label, proposal)]
        judged.push({ label, mode, proposal, outcome, values, dangers: dangers(label, proposal) })
      }
    }
    return judged
  } finally {
    await server.stop()
  }
}

function contentOf(): Content {
  const loaded = loadContent({ dir: `${import.meta.dirname}/runbooks`, env: {}, clock })
  if (!loaded.ok || loaded.content.catalog.problems.length > 0)
    throw new Error('the runbooks of the eval are not right')
  return loaded.content
}

async function proposalOf(label: Labelled, content: Content, planner: ReturnType<typeof planners>): Promise<Proposal> {
  const { catalog, governance } = content
  const context = classified(contextOf(label, AT), governance)
  const candidates = match(context, catalog.runbooks.values(), governance)
  const files = { current: () => content, onChange: () => () => {}, close() {} }
  const hash = { canonicalize: canonicalJson, digest: sha256Hex }
  const weighed = await weigh({ files, planner, hash, store: memoryStore({ clock }), log: silent }, context, candidates)
  const runbook = weighed.choice.runbook === null ? undefined : catalog.runbooks.get(weighed.choice.runbook)
  const { ci } = context
  if (!runbook || !ci) return { weighed, plan: null }
  const targets = [{ name: ci.name, ci }]
  const count = (n: number) => known(n, 'cmdb', AT)
  const blast: Blast = { users: count(12), cis: count(1), vip: known(false, 'cmdb', AT) }
  const drafted = draftPlan(
    { runbook, context, parameters: weighed.parameters, targets, blast, run: `R-${label.id}` },
    catalog,
  )
  if (!drafted.ok) return { weighed, plan: null }
  const facts = { ...factsOf(targets, context, blast), advice: weighed.advice }
  return {
    weighed,
    plan: { draft: drafted.value, decision: evaluate({ runbook, draft: drafted.value, governance, facts, at: AT }) },
  }
}

/** How many of a mode and group came out how. */
export interface Tally {
  readonly incidents: number
  readonly right: number
  readonly choice: number
  readonly doubted: number
  readonly missed: number
  readonly wrong: number
  /** Of those with values in their label whose runbook was proposed. */
  readonly values: string
  readonly unsafe: number
}

export const tallies = (all: readonly Judged[]): Record<Mode, Record<string, Tally>> =>
  Object.fromEntries(
    MODES.map((mode) => [
      mode,
      Object.fromEntries(
        GROUPS.map((group) => [group, tallyOf(all.filter((each) => each.mode === mode && each.label.group === group))]),
      ),
    ]),
  ) as Record<Mode, Record<string, Tally>>

function tallyOf(some: readonly Judged[]): Tally {
  const count = (outcome: Outcome) => some.filter((each) => each.outcome === outcome).length
  const valued = some.filter(({ values }) => values !== null)
  return {
    incidents: some.length,
    right: count('right'),
    choice: count('choice'),
    doubted: count('doubted'),
    missed: count('missed'),
    wrong: count('wrong'),
    values: `${valued.filter(({ values }) => values).length}/${valued.length}`,
    unsafe: some.filter((each) => each.dangers.length > 0).length,
  }
}
