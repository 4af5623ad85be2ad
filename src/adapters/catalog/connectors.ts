// Owns what connectors.yaml means: systems and pagers with their secrets, operations without them, the ServiceNow column maps.
import type { CatalogProblem, Operation } from '../../core/runbook.ts'
import type { Content, FindSpans, PagerSettings, ServiceNowSettings, SystemSettings } from '../../ports/catalog.ts'
import { inboundWarnings } from './connectors-inbound.ts'
import {
  type ConnectorsFile,
  connectorsSchema,
  type PagerFile,
  type PlannerFile,
  type SystemFile,
} from './connectors-schema.ts'
import { masksOf, secretsOf } from './connectors-secrets.ts'
import { operationOf, systemOf, systemProblems, systemWarnings } from './connectors-systems.ts'
import type { Folder } from './directory.ts'
import { type Environment, fillEnvironment } from './environment.ts'
import { factsOf, type KnownFacts } from './facts.ts'
import { readShape } from './schema.ts'
import { urlProblem } from './urls.ts'
import type { Read, Source } from './yaml-source.ts'

export interface Connectors {
  readonly operations: ReadonlyMap<string, Operation>
  readonly systems: { readonly [name: string]: SystemSettings }
  readonly servicenow: ServiceNowSettings
  readonly pagers: Content['pagers']
  readonly planner: Content['planner']
  readonly inbound: Content['inbound']
  readonly secrets: readonly string[]
  readonly masks: readonly FindSpans[]
  readonly facts: KnownFacts
  /** Names of the environment that are not set. */
  readonly unset: readonly CatalogProblem[]
  /** What does not stop the start. */
  readonly warnings: readonly CatalogProblem[]
}

/** No incident fits this query: without a `servicenow` part nothing is picked up. */
const DEFAULT_HISTORY = 90 * 86_400_000
const NO_INCIDENT = 'sys_idISEMPTY'

/** Reads connectors.yaml. `text` reads the files that it names. Secrets end up in `systems`, `pagers`, `inbound` and `secrets` only. */
export function readConnectors(source: Source, env: Environment, text: Folder['text']): Read<Connectors> {
  const shape = readShape(source, connectorsSchema)
  if (!shape.ok) return shape
  const filled = fillEnvironment(source, env)
  const problems = [...filled.problems]
  const warnings: CatalogProblem[] = []
  // The schema has seen the file as it is written; the filled value differs in texts only.
  const file = filled.value as unknown as ConnectorsFile
  const operations = new Map<string, Operation>()
  const systems: Record<string, SystemSettings> = {}
  for (const [name, declared] of Object.entries(shape.value.systems)) {
    const secrets = (file.systems as { [name: string]: SystemFile })[name] as SystemFile
    systems[name] = systemOf(name, declared, secrets, { source, file: text, problems })
    problems.push(...systemProblems(source, name, declared, secrets))
    warnings.push(...systemWarnings(source, name, secrets))
    for (const key of Object.keys(declared.operations)) {
      const read = operationOf(source, name, key, declared, systems[name].url)
      if (read.ok) operations.set(read.value.name, read.value)
      else problems.push(...read.problems)
    }
  }
  const pagers: Record<string, PagerSettings> = {}
  for (const [name, declared] of Object.entries(shape.value.pagers ?? {})) {
    const filledIn = (file.pagers as { [name: string]: PagerFile })[name] as PagerFile
    pagers[name] = pagerOf(filledIn)
    problems.push(...pagerProblems(source, name, declared, filledIn))
  }
  const { planner } = file
  if (planner) problems.push(...plannerProblems(source, planner))
  const mask = masksOf(source, shape.value.mask)
  problems.push(...mask.problems)
  const servicenow = servicenowOf(shape.value.servicenow)
  const { inbound = {} } = file
  warnings.push(...inboundWarnings(source, inbound))
  if (problems.length > 0) return { ok: false, problems }
  return {
    ok: true,
    value: {
      operations,
      systems,
      servicenow,
      pagers,
      planner: planner ? plannerOf(planner, shape.value.planner?.timeout) : null,
      inbound,
      secrets: secretsOf(file),
      masks: mask.masks,
      facts: factsOf(servicenow),
      unset: filled.unset,
      warnings,
    },
  }
}

function servicenowOf(file: ConnectorsFile['servicenow']): ServiceNowSettings {
  return {
    trigger: file?.trigger ?? NO_INCIDENT,
    incident: file?.incident ?? {},
    ci: file?.ci ?? {},
    person: file?.person ?? null,
    closeCode: file?.resolve?.closeCode ?? null,
    failed: {
      state: file?.failed?.state === undefined ? null : String(file.failed.state),
      assign: file?.failed?.assign ?? null,
    },
    approvals: file?.approvals ?? false,
    context: {
      neighbours: file?.context?.neighbours ?? 2,
      historyMs: file?.context?.history ?? DEFAULT_HISTORY,
      owner: file?.context?.owner ?? null,
      commander: file?.context?.commander ?? null,
      learned: file?.context?.learned ?? null,
    },
    open: file?.open ? { group: file.open.group ?? null, fields: file.open.fields ?? {} } : null,
  }
}

/** The filled value has the secrets; the duration is the schema's. */
const plannerOf = ({ kind, url, model, key }: PlannerFile, timeoutMs = 8_000): NonNullable<Content['planner']> => ({
  kind,
  url: url.replace(/\/+$/, ''),
  model,
  key: key ?? null,
  timeoutMs,
})

function plannerProblems(source: Source, { kind, url, key, entra }: PlannerFile): CatalogProblem[] {
  const at = (name: string, message: string | undefined) =>
    message === undefined ? [] : [source.problem(['planner', name], message)]
  const both = key !== undefined && entra === true
  return [
    ...at('url', urlProblem(url)),
    ...at('entra', entra === true && kind === 'openai' ? 'entra is for kind azure-openai' : undefined),
    ...at('key', both ? 'expected either a key or entra' : undefined),
    ...at(
      'kind',
      !both && key === undefined && entra !== true && kind === 'azure-openai'
        ? 'expected a key, or entra: true'
        : undefined,
    ),
  ]
}

/** Where a key is missing that its kind needs, `pagerProblems` says so and the settings are not used. */
function pagerOf({ kind, url, routingKey = '', group = '', table }: PagerFile): PagerSettings {
  if (kind === 'servicenow') return { kind, group, table: table ?? 'incident_task' }
  return { kind, url: (url ?? 'https://events.pagerduty.com').replace(/\/+$/, ''), routingKey }
}

function pagerProblems(source: Source, name: string, declared: PagerFile, filled: PagerFile): CatalogProblem[] {
  const problems: CatalogProblem[] = []
  const note = (key: string, message: string | undefined) => {
    if (message !== undefined) problems.push(source.problem(['pagers', name, key], message))
  }
  const own = declared.kind === 'pagerduty' ? ['url', 'routingKey'] : ['group', 'table']
  for (const key of ['url', 'routingKey', 'group', 'table'] as const)
    if (declared[key] !== undefined && !own.includes(key))
      note(key, `"${key}" is not for pagers of kind ${declared.kind}: they have ${own.join(' and ')}`)
  if (declared.kind === 'pagerduty' && declared.routingKey === undefined)
    note('routingKey', '"routingKey" is missing: expected the integration key of a service, such as "${env:NAME}"')
  if (declared.kind === 'servicenow' && declared.group === undefined)
    note('group', '"group" is missing: expected the assignment group that is woken')
  if (filled.url !== undefined) note('url', urlProblem(filled.url))
  if (filled.table !== undefined) note('table', tableProblem(filled.table))
  return problems
}

/** A page that is an incident itself could be picked up as one. */
const tableProblem = (table: string): string | undefined =>
  /^[a-z][a-z0-9_]{0,79}$/.test(table) && table !== 'incident'
    ? undefined
    : 'expected a table of tasks other than incident, such as incident_task'
