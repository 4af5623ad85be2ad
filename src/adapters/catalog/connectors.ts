// Owns what connectors.yaml means: systems and pagers with their secrets, operations without them, the ServiceNow column maps.
import type { CatalogProblem, Operation } from '../../core/runbook.ts'
import type { Json, JsonObject } from '../../core/values.ts'
import type { Content, PagerSettings, ServiceNowSettings, SystemSettings } from '../../ports/catalog.ts'
import {
  type ConnectorsFile,
  connectorsSchema,
  operationSchema,
  type PagerFile,
  type SystemFile,
} from './connectors-schema.ts'
import { type Environment, fillEnvironment } from './environment.ts'
import { factsOf, type KnownFacts } from './facts.ts'
import { compilePattern } from './pattern.ts'
import { readShape } from './schema.ts'
import { allowProblem, urlProblem } from './urls.ts'
import type { Read, Source } from './yaml-source.ts'

export interface Connectors {
  readonly operations: ReadonlyMap<string, Operation>
  readonly systems: { readonly [name: string]: SystemSettings }
  readonly servicenow: ServiceNowSettings
  readonly pagers: Content['pagers']
  readonly inbound: JsonObject
  readonly facts: KnownFacts
  /** Names of the environment that are not set. */
  readonly unset: readonly CatalogProblem[]
}

/** No incident fits this query: without a `servicenow` part nothing is picked up. */
const NO_INCIDENT = 'sys_idISEMPTY'

/** Reads connectors.yaml. Secrets end up in `systems`, `pagers` and `inbound` only. */
export function readConnectors(source: Source, env: Environment): Read<Connectors> {
  const shape = readShape(source, connectorsSchema)
  if (!shape.ok) return shape
  const filled = fillEnvironment(source, env)
  const problems = [...filled.problems]
  // The schema has seen the file as it is written; the filled value differs in texts only.
  const file = filled.value as unknown as ConnectorsFile
  const operations = new Map<string, Operation>()
  const systems: Record<string, SystemSettings> = {}
  for (const [name, declared] of Object.entries(shape.value.systems)) {
    const secrets = (file.systems as { [name: string]: SystemFile })[name] as SystemFile
    systems[name] = systemOf(name, declared, secrets)
    problems.push(...systemProblems(source, name, declared, secrets))
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
  const servicenow = servicenowOf(shape.value.servicenow)
  const inbound = (filled.value as { inbound?: JsonObject }).inbound ?? {}
  if (problems.length > 0) return { ok: false, problems }
  return {
    ok: true,
    value: { operations, systems, servicenow, pagers, inbound, facts: factsOf(servicenow), unset: filled.unset },
  }
}

function systemOf(name: string, declared: SystemFile, filled: SystemFile): SystemSettings {
  const { bearer, basic } = filled.auth ?? {}
  return {
    name,
    kind: declared.kind,
    url: (filled.url ?? '').replace(/\/+$/, ''),
    base: declared.base ?? null,
    auth: declared.auth
      ? { ...(bearer === undefined ? {} : { bearer }), ...(basic === undefined ? {} : { basic }) }
      : null,
    allow: filled.allow ?? [],
    concurrency: declared.concurrency ?? 5,
    callbackSecrets: (filled.callbackSecret ?? '').split(/\s+/).filter(Boolean),
    timeoutMs: declared.timeout ?? 30_000,
  }
}

/** The account whose jobs are meant (CONTRACTS §5). */
const AZURE_ACCOUNT =
  /^\/?subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Automation\/automationAccounts\/[^/]+\/?$/i

function systemProblems(source: Source, name: string, declared: SystemFile, filled: SystemFile): CatalogProblem[] {
  const problems: CatalogProblem[] = []
  const note = (path: readonly (string | number)[], message: string | undefined) => {
    if (message !== undefined) problems.push(source.problem(['systems', name, ...path], message))
  }
  if (declared.kind === 'http') {
    if (!declared.allow) note(['allow'], '"allow" is missing: expected the hosts that http may reach')
    if (declared.url !== undefined) note(['url'], 'a system of kind http has no url: it has "allow"')
    filled.allow?.forEach((each, index) => note(['allow', index], allowProblem(each)))
  } else {
    if (declared.allow) note(['allow'], '"allow" is for systems of kind http')
    if (declared.url === undefined) note(['url'], '"url" is missing: expected where the system is')
    else note(['url'], urlProblem(filled.url ?? ''))
  }
  if (declared.kind === 'azure-automation' && !AZURE_ACCOUNT.test(declared.base ?? ''))
    note(
      ['base'],
      'expected "base": /subscriptions/…/resourceGroups/…/providers/Microsoft.Automation/automationAccounts/…',
    )
  if (declared.auth && (declared.auth.bearer === undefined) === (declared.auth.basic === undefined))
    note(['auth'], 'expected either bearer or basic')
  return problems
}

function operationOf(source: Source, system: string, key: string, declared: SystemFile, url: string): Read<Operation> {
  const path = ['systems', system, 'operations', key]
  const part: Source = {
    ...source,
    value: declared.operations[key] as Json,
    has: (rest) => source.has([...path, ...rest]),
    problem: (rest, message, at) => source.problem([...path, ...rest], message, at),
  }
  const read = readShape(part, operationSchema(declared.kind))
  if (!read.ok) return read
  const { tier, ...detail } = read.value
  const patterns = 'parameters' in detail ? Object.entries((detail.parameters ?? {}) as { [name: string]: string }) : []
  const problems = patterns.flatMap(([name, pattern]) => {
    const compiled = compilePattern(pattern)
    return compiled.ok ? [] : [part.problem(['parameters', name], compiled.reason)]
  })
  if (problems.length > 0) return { ok: false, problems }
  if (tier === 0 && 'method' in detail && detail.method !== 'GET' && detail.method !== 'HEAD')
    return {
      ok: false,
      problems: [part.problem(['tier'], `tier 0 only reads: a ${detail.method} is at least tier 1`)],
    }
  const name = `${system}.${key}`
  return { ok: true, value: { name, system, kind: declared.kind, url, tier, detail: detail } }
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
  }
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
