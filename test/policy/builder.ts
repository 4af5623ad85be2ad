// Owns the step from a policy case's JSON to what policy is asked: files read as in production, facts typed, the rest usual.
import assert from 'node:assert/strict'
import { readGovernance } from '../../src/adapters/catalog/governance.ts'
import { readRunbook } from '../../src/adapters/catalog/runbook.ts'
import { type Read, readYaml, type Source } from '../../src/adapters/catalog/yaml-source.ts'
import type { Calendar, Governance } from '../../src/core/governance.ts'
import type { Freeze, Known, PolicyFacts } from '../../src/core/guardrails/input.ts'
import {
  type Blast,
  type Change,
  type Ci,
  type Fact,
  type Incident,
  type IncidentContext,
  known,
  unknown,
} from '../../src/core/incident.ts'
import type { Advice } from '../../src/core/informed.ts'
import { draftPlan, type Target } from '../../src/core/plan.ts'
import type { PolicyQuestion } from '../../src/core/policy.ts'
import type { Person } from '../../src/core/run.ts'
import type { Operation } from '../../src/core/runbook.ts'
import type { Recent, Signals } from '../../src/core/surroundings.ts'
import { type Instant, isObject, type Json, type JsonObject } from '../../src/core/values.ts'

/** A value that could not be read, in place of any value: `{ "unknown": "ServiceNow does not answer" }`. */
type OrUnknown<T> = T | { readonly unknown: string }

/** `shows` null: it cannot be told. */
interface CaseSignal {
  readonly system: string
  readonly shows: boolean | null
  readonly value?: number | null
}

export interface CaseFacts {
  /** What the runbook's signals say, by name; one that cannot be read names its system. */
  readonly signals?: { readonly [name: string]: CaseSignal | { readonly system: string; readonly unknown: string } }
  /** Something was sent already. */
  readonly begun?: boolean
  readonly advice?: Advice
  /** By name: the CI's facts, or null where it is not in the CMDB. */
  readonly targets?: { readonly [name: string]: { readonly [fact: string]: OrUnknown<Json> } | null }
  readonly incident?: Partial<Incident>
  readonly blast?: {
    readonly users?: OrUnknown<number>
    readonly cis?: OrUnknown<number>
    readonly vip?: OrUnknown<boolean>
  }
  readonly requester?: {
    readonly name: string
    readonly allowed: OrUnknown<boolean>
    readonly groups: readonly string[]
  }
  /** Minutes from now; null: the change has no such date. */
  readonly changes?: {
    readonly [target: string]: OrUnknown<
      readonly {
        readonly number: string
        readonly state: Change['state']
        readonly start: number | null
        readonly end: number | null
        readonly onHold?: boolean
      }[]
    >
  }
  /** How many minutes ago this runbook acted on that target. */
  readonly flaps?: { readonly [target: string]: OrUnknown<readonly number[]> }
  readonly locks?: { readonly [target: string]: OrUnknown<string | null> }
  readonly freezes?: OrUnknown<readonly { readonly scope: string; readonly reason: string }[]>
  readonly runsLastHour?: OrUnknown<number>
  /** What ServiceNow finds against a change, by its number. */
  readonly conflicts?: { readonly [change: string]: OrUnknown<readonly string[]> }
  /** Under the exception as it reads, unless `content` says that it read otherwise. */
  readonly signatures?: OrUnknown<
    readonly { readonly exception: string; readonly by: string; readonly content?: string }[]
  >
  readonly glass?: { readonly by: string; readonly reason: string }
  /** Who commands the incident; empty: nobody. */
  readonly commander?: OrUnknown<string>
  /** `ago` in minutes. */
  readonly recent?: {
    readonly [target: string]: OrUnknown<
      readonly { readonly what: string; readonly is: Recent['is']; readonly ago: number; readonly by?: string }[]
    >
  }
}

export interface Excerpts {
  /** Parts of governance.yaml that replace the usual ones. */
  readonly governance?: JsonObject
  /** Parts of a runbook file that replace the usual ones. */
  readonly runbook?: JsonObject
  readonly facts?: CaseFacts
}

const now: Instant = Date.UTC(2026, 0, 31, 3, 12)
const minute = 60_000

const usualGovernance: JsonObject = {
  governance: 1,
  groups: {
    'web-platform': { servicenow: 'Web Platform' },
    cab: { servicenow: 'CAB Approval' },
    lead: { servicenow: 'Incident Leads' },
  },
  environments: [
    { name: 'dev', when: 'ci.environment == "Development"' },
    { name: 'test', when: 'ci.environment in ["Test", "QA"]' },
    { name: 'prod', when: 'ci.environment == "Production"', production: true },
  ],
  matrix: {
    dev: { '0': 'auto', '1': 'auto', '2': 'one-approver', '3': 'people-only' },
    test: { '0': 'auto', '1': 'auto', '2': 'one-approver', '3': 'people-only' },
    prod: { '0': 'auto', '1': 'one-approver', '2': 'two-approvers', '3': 'people-only' },
  },
  defaultRule: 'one-approver',
  rules: {
    'one-approver': { from: ['owner'], expires: '30m', not: ['requester'] },
    'two-approvers': { all: [{ from: ['owner'] }, { from: ['cab'] }], expires: '1h' },
  },
  autonomy: [{ level: 'auto' }],
}
const usualRunbook: JsonObject = {
  runbook: 'restart-iis',
  title: 'Recycle the pool',
  owner: 'web-platform',
  targets: { max: 9 },
  steps: [
    {
      id: 'recycle',
      tier: 1,
      action: { do: 'ops.recycle', with: { host: '${target}' } },
      rollback: { do: 'awx.start', with: { host: '${target}' } },
    },
  ],
}
const operation = (system: string, name: string): readonly [string, Operation] => [
  `${system}.${name}`,
  { name: `${system}.${name}`, system, kind: 'ops-api', url: `https://${system}.example.com`, tier: 1, detail: {} },
]
const query = (system: string, name: string): readonly [string, Operation] => {
  const [key, found] = operation(system, name)
  return [key, { ...found, kind: system, tier: 0 }]
}
const operations = new Map([
  operation('ops', 'recycle'),
  operation('awx', 'start'),
  query('prometheus', 'errors'),
  query('tempo', 'slow'),
])

/** What policy is asked in a case. Fails where an excerpt is not what production would read. */
export function questionOf({ governance: rules = {}, runbook: file = {}, facts = {} }: Excerpts): PolicyQuestion {
  const governance = value(
    readGovernance(source({ ...usualGovernance, ...rules }), {
      facts: undefined,
      operations,
      pagers: undefined,
      calendar,
    }),
  )
  const runbook = value(
    readRunbook(source({ ...usualRunbook, ...file }), {
      governance,
      operations,
      facts: undefined,
      pagers: undefined,
      authors: {},
    }),
  )
  const targets = Object.entries(facts.targets ?? { 'web-01': { environment: 'Test' } }).map(
    ([name, of]): Target => (of === null ? { name } : { name, ci: ciOf(name, of) }),
  )
  const [first] = targets
  const context: IncidentContext = {
    readAt: now,
    ...(first?.ci ? { ci: first.ci } : {}),
    ...(facts.incident ? { incident: incidentOf(facts.incident) } : {}),
    ...(facts.signals ? { signals: signalsOf(facts.signals) } : {}),
  }
  const blast = blastOf(facts)
  const draft = draftPlan({ runbook, context, parameters: {}, targets, blast, run: 'r-1' }, { operations })
  assert.ok(draft.ok, draft.ok ? '' : draft.problems.join('; '))
  const read = { ...factsOf(facts, targets, context, blast), signatures: signaturesOf(facts, governance) }
  return { runbook, governance, draft: draft.value, facts: read, at: now }
}

const source = (text: JsonObject): Source => value(readYaml('case.json', JSON.stringify(text)))

function value<T>(read: Read<T>): T {
  assert.ok(read.ok, read.ok ? '' : read.problems.map((each) => each.message).join('; '))
  return read.value
}

/** A calendar is open or closed by the name of its file: no case is about iCalendar. */
const calendar = (name: string, file: string): Calendar => {
  const open = file.includes('open')
  return { name, at: () => ({ open, why: open ? 'night window' : 'end of the year' }) }
}

const isUnknown = (given: unknown): given is { readonly unknown: string } =>
  isObject(given as Json) && typeof (given as { unknown?: unknown }).unknown === 'string'

const factOf = <T extends Json>(given: OrUnknown<T>): Fact<T> =>
  isUnknown(given) ? unknown(given.unknown, 'cmdb', now) : known(given, 'cmdb', now)

const knownOf = <T>(given: OrUnknown<T>): Known<T> =>
  isUnknown(given) ? { known: false, reason: given.unknown } : { known: true, value: given }

const mapped = <T, U>(record: { readonly [name: string]: OrUnknown<T> }, map: (each: T) => U) =>
  Object.fromEntries(
    Object.entries(record).map(([name, given]): [string, Known<U>] => [
      name,
      isUnknown(given) ? { known: false, reason: given.unknown } : { known: true, value: map(given) },
    ]),
  )

const ciOf = (name: string, facts: { readonly [fact: string]: OrUnknown<Json> }): Ci => ({
  sysId: `id-${name}`,
  name,
  facts: Object.fromEntries(Object.entries(facts).map(([fact, given]) => [fact, factOf(given)])),
})

const signalsOf = (given: NonNullable<CaseFacts['signals']>): Signals =>
  Object.fromEntries(
    Object.entries(given).map(([title, each]): [string, Signals[string]] => {
      if ('unknown' in each) return [title, unknown(each.unknown, each.system, now)]
      const { system, shows } = each
      return [
        title,
        known(
          { title, unit: '', system, value: each.value === undefined ? 1 : each.value, shows, points: [] },
          `${system}.query`,
          now,
        ),
      ]
    }),
  )

const incidentOf = (given: Partial<Incident>): Incident => ({
  sysId: '1',
  number: 'INC0010001',
  state: 'inProgress',
  shortDescription: '5xx on the shop',
  text: '5xx on the shop',
  reopened: 0,
  facts: {},
  ...given,
})

const blastOf = ({ blast = {} }: CaseFacts): Blast => ({
  users: factOf(blast.users ?? 40),
  cis: factOf(blast.cis ?? 3),
  vip: factOf(blast.vip ?? false),
})

const personOf = (name: string): Person => ({ id: name.toLowerCase(), name, tenant: 't1' })

function signaturesOf({ signatures = [] }: CaseFacts, { exceptions }: Governance): PolicyFacts['signatures'] {
  if (isUnknown(signatures)) return { known: false, reason: signatures.unknown }
  const signed = signatures.map(({ exception, by, content }) => ({
    exception,
    content: content ?? exceptions.standing[exception]?.content ?? '',
    by: personOf(by),
    at: now,
  }))
  return { known: true, value: signed }
}

function factsOf(
  facts: CaseFacts,
  targets: readonly Target[],
  context: IncidentContext,
  blast: Blast,
): Omit<PolicyFacts, 'signatures'> {
  const { requester } = facts
  const each = <T>(usual: T) =>
    Object.fromEntries(targets.map(({ name }) => [name, { known: true, value: usual } as const]))
  const at = (minutes: number | null) => (minutes === null ? null : now + minutes * minute)
  const freezes = knownOf(facts.freezes ?? [])
  return {
    context,
    blast,
    standardChange: null,
    advice: facts.advice ?? null,
    ...(facts.begun === undefined ? {} : { begun: facts.begun }),
    requester: requester
      ? {
          person: personOf(requester.name),
          groups: requester.groups,
          allowed: knownOf(requester.allowed),
        }
      : null,
    changes: {
      ...each<readonly Change[]>([]),
      ...mapped(facts.changes ?? {}, (list) =>
        list.map(
          (change): Change => ({
            onHold: false,
            ...change,
            sysId: `id-${change.number}`,
            start: at(change.start),
            end: at(change.end),
          }),
        ),
      ),
    },
    flaps: { ...each<readonly Instant[]>([]), ...mapped(facts.flaps ?? {}, (ago) => ago.map((m) => now - m * minute)) },
    locks: { ...each<string | null>(null), ...mapped(facts.locks ?? {}, (run) => run) },
    freezes: freezes.known
      ? { known: true, value: freezes.value.map((freeze): Freeze => ({ ...freeze, by: 'Cy', byId: 'cy', at: now })) }
      : freezes,
    runsLastHour: knownOf(facts.runsLastHour ?? 0),
    conflicts: mapped(facts.conflicts ?? {}, (list) => list),
    ...(facts.commander === undefined ? {} : { commander: knownOf(facts.commander) }),
    ...(facts.recent === undefined
      ? {}
      : {
          recent: mapped(facts.recent, (list) =>
            list.map(({ what, is, ago, by = null }): Recent => ({ what, is, at: now - ago * minute, by })),
          ),
        }),
    glass: facts.glass ? { by: personOf(facts.glass.by), reason: facts.glass.reason, at: now } : null,
  }
}
