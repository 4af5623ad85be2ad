// Owns the checks of the systems in connectors.yaml: reachable, authenticated, and each operation's job there.
import { randomUUID } from 'node:crypto'
import { endpoints as endpointsOf } from '../../adapters/endpoints/endpoints.ts'
import type { PlannedRequest } from '../../core/plan.ts'
import type { Operation } from '../../core/runbook.ts'
import { isObject, type JsonObject } from '../../core/values.ts'
import type { Content, SystemSettings } from '../../ports/catalog.ts'
import { systemClock as clock } from '../../ports/clock.ts'
import type { Endpoint } from '../../ports/endpoint.ts'
import { isPortError, type PortError } from '../../ports/errors.ts'
import type { Check } from './examine.ts'
import { type Finding, failed, ok, skipped } from './finding.ts'

/** One check per system, so that a slow one holds up no other. Everything is asked read-only. */
export function endpoints({ systems, catalog }: Content): readonly Check[] {
  const of = endpointsOf({ systems: () => systems, clock, proxyFromEnv: true })
  return Object.values(systems).map((settings) => {
    const name = `system ${settings.name}`
    const operations = [...catalog.operations.values()].filter(({ system }) => system === settings.name)
    return { name, look: () => look(name, settings, operations, of) }
  })
}

type Ask = (endpoint: Endpoint, request: PlannedRequest) => Promise<unknown>

/** How a kind is asked without an effect. A key that nobody used is looked up: the same read as after a crash. */
const byKey: Ask = (endpoint, request) => endpoint.find(request, `doctor-${randomUUID()}`)
/** A launch that only reads: of tier 0, one exchange. */
const byReading: Ask = (endpoint, request) =>
  endpoint.launch({
    request,
    key: `doctor-${randomUUID()}`,
    run: 'doctor',
    target: 'doctor',
    requestedBy: 'doctor',
    deadlineAt: clock.now() + 15_000,
    mayLeave: async () => {},
  })

/** What a system of queries can always be asked, whatever it knows. */
const PROBES: { readonly [kind: string]: JsonObject } = {
  prometheus: { query: 'vector(1)' },
  'azure-logs': { query: 'print Value = 1' },
  tempo: { query: '{ true }', span: 60_000 },
  jaeger: { service: 'runbot-doctor', span: 60_000 },
}
const reading: ReadonlySet<string> = new Set(['http', 'http-json', ...Object.keys(PROBES)])

/** Whether the look-up goes through the job itself, so that each operation has an answer of its own. */
const perJob: ReadonlySet<string> = new Set(['awx', 'rundeck', 'jenkins'])

async function look(
  name: string,
  settings: SystemSettings,
  operations: readonly Operation[],
  of: ReturnType<typeof endpointsOf>,
): Promise<readonly Finding[]> {
  const requests = requestsFor(settings, operations)
  if (requests.length === 0) return [skipped(name, unasked(settings, operations))]
  const findings: Finding[] = []
  for (const request of requests) {
    const wrong = await ask(request, of(request))
    if (!wrong) continue
    const { says, mend, whole } = wrong
    findings.push(failed(whole ? name : `${name}, ${request.do}`, says, mend))
    if (whole) break
  }
  if (findings.length > 0) return findings
  const jobs = perJob.has(settings.kind) ? `, and knows the job of each operation (${requests.length})` : ''
  return [ok(name, `it answers and lets runbot in${jobs}`)]
}

function unasked({ kind }: SystemSettings, operations: readonly Operation[]): string {
  if (operations.length === 0) return 'it lists no operation'
  return kind === 'http' ? 'its hosts are patterns: none to ask' : 'its queries need values: none to ask'
}

function requestsFor(settings: SystemSettings, operations: readonly Operation[]): readonly PlannedRequest[] {
  const requestOf = ({ name, system, kind, url, tier, detail }: Operation): PlannedRequest => ({
    do: name,
    system,
    kind,
    url,
    tier,
    detail,
    with: {},
    timeoutMs: 15_000,
  })
  const [first] = operations
  if (!first) return []
  if (perJob.has(settings.kind)) return operations.map(requestOf)
  const probe = PROBES[settings.kind]
  if (probe) return [{ ...requestOf(first), detail: probe }]
  // Without its values a path may lead nowhere.
  if (settings.kind === 'http-json')
    return operations.filter(({ detail }) => !isObject(detail['parameters'])).map(requestOf)
  if (settings.kind !== 'http') return [requestOf(first)]
  // A pattern stands for hosts that nobody named.
  return settings.allow
    .filter((origin) => !origin.includes('*'))
    .map((url) => ({ ...requestOf(first), do: url, tier: 0, detail: { method: 'GET' }, with: { url } }))
}

interface Wrong {
  readonly says: string
  readonly mend: string
  /** The system as a whole, not this one operation. */
  readonly whole: boolean
}

async function ask(request: PlannedRequest, endpoint: Endpoint | undefined): Promise<Wrong | undefined> {
  if (!endpoint)
    return { says: `runbot cannot call systems of kind ${request.kind}`, mend: 'change its kind', whole: true }
  const { kind } = request
  try {
    const answer = await (reading.has(kind) ? byReading : byKey)(endpoint, request)
    // An http check takes it for an answer that nobody answers.
    const ended = answer as { outcome?: string; reason?: string } | undefined
    if (ended?.outcome !== 'failed') return undefined
    return { says: ended.reason ?? 'it does not answer', mend: mends.unavailable, whole: false }
  } catch (error) {
    if (!isPortError(error)) throw error
    return { says: error.message, ...mendOf(error, request) }
  }
}

const mends = {
  unavailable: 'check its url in connectors.yaml, the network, the proxy and its certificate',
  credential: 'set its auth in connectors.yaml to a credential that is valid there (its ${env:…} variable)',
  right: 'give runbot’s account there the rights that docs/endpoints.md lists for this kind',
  job: 'correct the name in connectors.yaml, or let runbot’s account there see it',
}

function mendOf(error: PortError, { kind, do: name }: PlannedRequest): Pick<Wrong, 'mend' | 'whole'> {
  if (/status 401|AADSTS|no identity/.test(error.message)) return { mend: mends.credential, whole: true }
  // Without its own words a system may say 404 of the whole address.
  if (error.kind === 'notFound' && perJob.has(kind)) return { mend: `${mends.job} (${name})`, whole: false }
  if (error.kind === 'denied') return { mend: mends.right, whole: false }
  if (error.kind === 'malformed')
    return { mend: `compare ${name} in connectors.yaml with docs/endpoints.md`, whole: false }
  return { mend: mends.unavailable, whole: true }
}
