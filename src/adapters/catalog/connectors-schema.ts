// Owns the shape of connectors.yaml.
import { z } from 'zod'
import {
  anything,
  basic,
  duration,
  flag,
  identifier,
  keys,
  mapOf,
  oneOf,
  secret,
  some,
  text,
  tier,
  whole,
  word,
} from './schema.ts'

const column = text
const columns = mapOf(identifier, column)

const servicenow = keys({
  trigger: text,
  incident: columns.exactOptional(),
  ci: columns.exactOptional(),
  person: text.exactOptional(),
  resolve: keys({ closeCode: text.exactOptional() }).exactOptional(),
  failed: keys({ state: whole(-10, 100).exactOptional(), assign: text.exactOptional() }).exactOptional(),
  approvals: flag.exactOptional(),
  context: keys({
    neighbours: whole(0, 5).exactOptional(),
    history: duration.exactOptional(),
    owner: column.exactOptional(),
    commander: column.exactOptional(),
    learned: column.exactOptional(),
  }).exactOptional(),
  open: keys({ group: text.exactOptional(), fields: columns.exactOptional() }).exactOptional(),
})

const pager = keys({
  kind: oneOf(['pagerduty', 'servicenow']),
  url: secret.exactOptional(),
  routingKey: secret.exactOptional(),
  group: text.exactOptional(),
  table: text.exactOptional(),
})

/** Which of a sender's labels name the CI, the likeliest first, and which the kind of trouble. */
const reading = { ci: some(text).exactOptional(), symptom: some(text).exactOptional() }

const inbound = keys({
  events: keys(reading).exactOptional(),
  alertmanager: keys({
    ...reading,
    bearer: secret.exactOptional(),
    basic: basic.exactOptional(),
  }).exactOptional(),
  grafana: keys({
    ...reading,
    hmac: secret.exactOptional(),
    header: text.exactOptional(),
    timestampHeader: text.exactOptional(),
    bearer: secret.exactOptional(),
    basic: basic.exactOptional(),
  }).exactOptional(),
  pagerduty: keys({ ...reading, secrets: some(secret) }).exactOptional(),
  'azure-monitor': keys({
    ...reading,
    token: secret.exactOptional(),
    entra: keys({ audience: text, tenant: text.exactOptional() }).exactOptional(),
  }).exactOptional(),
})

const templateOrId = z.custom<string | number>(
  (value) => (typeof value === 'string' && value !== '') || (Number.isSafeInteger(value) && (value as number) > 0),
  'expected an id or a name such as "Recycle app pool++Default"',
)

/** What each kind of system needs to know of an operation, besides its tier. */
const OPERATIONS = {
  'ops-api': { runbook: text, version: text.exactOptional() },
  http: { method: oneOf(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']) },
  awx: {
    template: templateOrId,
    workflow: flag.exactOptional(),
    limit: text.exactOptional(),
    correlate: oneOf(['extra_vars', 'label']).exactOptional(),
  },
  jenkins: { job: text, keyParameter: text.exactOptional() },
  rundeck: { job: text, project: text.exactOptional(), keyOption: text.exactOptional() },
  'azure-automation': { runbook: text, runOn: text.exactOptional() },
  prometheus: { query: text, parameters: mapOf(identifier, text).exactOptional() },
  'azure-logs': { query: text, parameters: mapOf(identifier, text).exactOptional(), span: duration.exactOptional() },
  tempo: { query: text, parameters: mapOf(identifier, text).exactOptional(), span: duration.exactOptional() },
  jaeger: {
    service: text,
    operation: text.exactOptional(),
    tags: mapOf(text, text).exactOptional(),
    minDuration: text.exactOptional(),
    parameters: mapOf(identifier, text).exactOptional(),
    span: duration.exactOptional(),
  },
  'http-json': {
    path: text,
    value: text,
    series: text.exactOptional(),
    parameters: mapOf(identifier, text).exactOptional(),
  },
} as const

export const SYSTEM_KINDS = Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[]
export type SystemKind = keyof typeof OPERATIONS

const auth = keys({ bearer: secret.exactOptional(), basic: basic.exactOptional() })
/** Files beside connectors.yaml, in PEM; the key comes from the environment. */
const tls = keys({ ca: text.exactOptional(), cert: text.exactOptional(), key: secret.exactOptional() })
const systemKeys = {
  kind: oneOf(SYSTEM_KINDS),
  url: secret.exactOptional(),
  base: text.exactOptional(),
  auth: auth.exactOptional(),
  allow: some(secret).exactOptional(),
  concurrency: whole(1, 100).exactOptional(),
  timeout: duration.exactOptional(),
  callbackSecret: secret.exactOptional(),
  callbackToken: secret.exactOptional(),
  tls: tls.exactOptional(),
}

/** A model that may rank what fits and fill declared parameters. `entra`: Azure's own identity instead of a key. */
const planner = keys({
  kind: oneOf(['openai', 'azure-openai']),
  url: secret,
  model: text,
  key: secret.exactOptional(),
  entra: flag.exactOptional(),
  timeout: duration.exactOptional(),
})

export const connectorsSchema = keys({
  connectors: z.literal(1),
  mask: some(text).exactOptional(),
  servicenow: servicenow.exactOptional(),
  inbound: inbound.exactOptional(),
  pagers: mapOf(word, pager).exactOptional(),
  planner: planner.exactOptional(),
  systems: mapOf(word, keys({ ...systemKeys, operations: mapOf(word, anything) })),
})
export type ConnectorsFile = z.infer<typeof connectorsSchema>
export type SystemFile = ConnectorsFile['systems'][string]
export type PlannerFile = z.infer<typeof planner>
export type PagerFile = z.infer<typeof pager>

/** The operation's declaration, by the kind of its system. */
export const operationSchema = (kind: SystemKind) => keys({ tier, ...OPERATIONS[kind] })
