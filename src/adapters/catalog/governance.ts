// Owns what governance.yaml means: its parts as the core knows them, with every name in it checked.
import type { Calendar, Governance, Group, MatrixEntry } from '../../core/governance.ts'
import type { Operation } from '../../core/runbook.ts'
import type { Expression } from '../../core/values.ts'
import { contentHash } from './content-hash.ts'
import type { KnownFacts } from './facts.ts'
import { classProblems } from './governance-classes.ts'
import { governanceReferences } from './governance-references.ts'
import { ruleOf } from './governance-rules.ts'
import { type GovernanceFile, governanceSchema } from './governance-schema.ts'
import { breakGlassOf, exceptionsOf } from './governance-waivers.ts'
import { readShape } from './schema.ts'
import { expressionAt, type Note, type Place } from './uses.ts'
import type { Path, Read, Source } from './yaml-source.ts'

/** What governance.yaml is checked against; undefined parts (connectors.yaml is broken) are not checked. */
export interface Around {
  readonly facts: KnownFacts | undefined
  readonly operations: ReadonlyMap<string, Operation> | undefined
  readonly pagers: ReadonlySet<string> | undefined
  /** Reads the calendar file; notes what is wrong and answers undefined. */
  readonly calendar: (
    name: string,
    file: string,
    defaultIs: 'open' | 'closed',
    note: (message: string) => void,
  ) => Calendar | undefined
}

const DEFAULT_CORRELATION = 3_600_000
const DEFAULT_QUIET = 1_800_000

/** Reads governance.yaml; every problem at once. */
export function readGovernance(source: Source, around: Around): Read<Governance> {
  const shape = readShape(source, governanceSchema)
  if (!shape.ok) return shape
  const file = shape.value
  const problems = governanceReferences(source, file, around)
  const note: Note = (path, message, at) => problems.push(source.problem(path, message, at))
  classProblems(file, around, note)
  const when = (text: string, roots: readonly string[], path: Path) =>
    expressionAt(text, { roots, facts: around.facts } satisfies Place, path, note) as Expression
  const calendar = (name: string, path: Path, text: string, defaultIs: 'open' | 'closed') =>
    around.calendar(name, text, defaultIs, (message) => note(path, message)) as Calendar

  const governance: Governance = {
    content: contentHash(source.value),
    groups: mapped(file.groups, (group, name) => groupOf(group, ['groups', name], note)),
    environments: file.environments.map((environment, index) => ({
      name: environment.name,
      production: environment.production ?? false,
      when: when(environment.when, ['incident', 'ci'], ['environments', index, 'when']),
    })),
    classes: mapped(file.classes ?? {}, (each, name) => ({
      title: each.title,
      evidence: each.evidence ?? [],
      ...(each.escalate === undefined ? {} : { escalate: each.escalate }),
      ...(each.standardChange === undefined ? {} : { standardChange: each.standardChange }),
      ...(each.runbooks === undefined ? {} : { runbooks: each.runbooks }),
      stop: (each.stop ?? []).map((one, index) => ({
        when: when(one.when, ['incident', 'ci'], ['classes', name, 'stop', index, 'when']),
        because: one.because,
      })),
      ...(each.when === undefined ? {} : { when: when(each.when, ['incident', 'ci'], ['classes', name, 'when']) }),
    })),
    matrix: mapped(file.matrix, (row) => mapped(row, entryOf)),
    overrides: (file.overrides ?? []).map(({ to, ...about }) => ({ ...about, entry: entryOf(to) })),
    defaultRule: file.defaultRule,
    rules: mapped(file.rules, (rule, name) => ruleOf(name, rule, note)),
    raise: (file.raise ?? []).map((each, index) => ({
      ...(each.runbook === undefined ? {} : { runbook: each.runbook }),
      when: when(each.when, ['incident', 'ci', 'parameters', 'blast', 'signals', 'run'], ['raise', index, 'when']),
      to: each.to,
    })),
    calendars: mapped(file.calendars ?? {}, (each, name) =>
      calendar(name, ['calendars', name, 'file'], each.file, each.default),
    ),
    freezes: (file.freezes ?? []).map((each, index) => ({
      calendar: calendar(calendarName(each.calendar), ['freezes', index, 'calendar'], each.calendar, 'open'),
      override: each.override ?? [],
    })),
    limits: limitsOf(file.limits ?? {}),
    autonomy: file.autonomy ?? [],
    freeze: freezeOf(file.freeze),
    exceptions: exceptionsOf(file.exceptions),
    breakGlass: file.breakGlass ? breakGlassOf(file.breakGlass) : null,
    requesters: file.requesters ?? {},
    commands: file.commands ?? {},
    correlationWindowMs: file.correlation?.window ?? DEFAULT_CORRELATION,
    storm: { from: file.storm?.from ?? 5, quietMs: file.storm?.quiet ?? DEFAULT_QUIET },
    unclassified: file.unclassified ? { evidence: [], ...file.unclassified } : null,
    ...(file.channels?.default === undefined ? {} : { defaultChannel: file.channels.default }),
    ...(file.locale === undefined ? {} : { locale: file.locale }),
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: governance }
}

const mapped = <T, U>(record: { [name: string]: T }, map: (value: T, name: string) => U): { [name: string]: U } =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]))

function groupOf(group: GovernanceFile['groups'][string], path: Path, note: Note): Group {
  const { entra, servicenow, onCall, members } = group
  if (Object.keys(group).length !== 1) note(path, 'expected exactly one of entra, servicenow, onCall, members')
  if (entra !== undefined) return { kind: 'entra', id: entra }
  if (servicenow !== undefined) return { kind: 'servicenow', name: servicenow }
  if (onCall !== undefined) return { kind: 'onCall', name: onCall }
  return { kind: 'members', ids: members ?? [] }
}

function entryOf(text: string): MatrixEntry {
  if (text === 'auto' || text === 'people-only' || text === 'forbidden') return { kind: text }
  return { kind: 'rule', rule: text }
}

export const antiFlapOf = (file: { max: number; within: number }) => ({ max: file.max, withinMs: file.within })

function limitsOf({ antiFlap, ...rest }: NonNullable<GovernanceFile['limits']>): Governance['limits'] {
  return { ...rest, ...(antiFlap ? { antiFlap: antiFlapOf(antiFlap) } : {}) }
}

/** Without a `freeze` part nobody may freeze by name. */
function freezeOf(file: GovernanceFile['freeze']): Governance['freeze'] {
  if (!file?.unfreeze) return { may: file?.may ?? [] }
  return { may: file.may, unfreeze: { may: file.unfreeze.may, not: file.unfreeze.not ?? [] } }
}

const calendarName = (file: string): string => file.replace(/^.*\//, '').replace(/\.ics$/, '')
