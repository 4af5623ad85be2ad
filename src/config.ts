// Owns the environment: every variable of DESIGN §6 read into one Config, or every problem with them at once.
import type { KeyObject } from 'node:crypto'
import type { z } from 'zod'
import {
  anchorsEverySchema,
  anchorsSchema,
  appTypeSchema,
  authSchema,
  connectionStringSchema,
  databaseSchema,
  guidListSchema,
  guidSchema,
  hostListSchema,
  hostSchema,
  isLocal,
  isLoopback,
  leaseSchema,
  listSchema,
  logLevelSchema,
  originSchema,
  pollSchema,
  portSchema,
  signingKeySchema,
  storeSchema,
  urlSchema,
  webhookSecretsSchema,
  whsec,
} from './config-schema.ts'
import type { Millis } from './core/values.ts'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** How runbot proves itself to ServiceNow (CONTRACTS §1.1). */
export type ServiceNowAuth =
  | { readonly kind: 'clientCredentials'; readonly clientId: string; readonly clientSecret: string }
  | {
      readonly kind: 'password'
      readonly clientId: string
      readonly clientSecret: string
      readonly username: string
      readonly password: string
    }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }

export interface BotConfig {
  /** `none` only ever with a loopback host. */
  readonly auth: 'required' | 'none'
  readonly type: 'SingleTenant' | 'UserAssignedMSI' | 'MultiTenant'
  readonly appId?: string
  readonly password?: string
  readonly tenantId?: string
  /** Never empty; lower case. */
  readonly allowedTenants: readonly string[]
  readonly openIdMetadata?: string
  readonly loginUrl?: string
  /** Where replies may go: `host`, `host:port`, `*.domain` or an origin, in lower case; empty: the public cloud's. */
  readonly serviceHosts: readonly string[]
}

export type StoreConfig =
  | { readonly kind: 'sqlite'; readonly path: string }
  /** `key` only with an emulator on this machine; else the machine's Entra identity. */
  | { readonly kind: 'cosmos'; readonly endpoint: string; readonly database: string; readonly key?: string }

export interface Config {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Without a slash at the end. */
  readonly publicUrl?: string
  readonly bot: BotConfig
  readonly store: StoreConfig
  readonly runbooksDir: string
  /** How long a run stays with a process that may have died before another takes it over. */
  readonly leaseMs: Millis
  /** Absent: ServiceNow is not connected. `pollMs` 0: no polling. */
  readonly serviceNow?: { readonly url: string; readonly auth: ServiceNowAuth; readonly pollMs: Millis }
  /** Microsoft Graph and the authority for its tokens, as origins; without `loginUrl` the public cloud's. */
  readonly graph: { readonly url: string; readonly loginUrl?: string }
  /** `whsec_…` each, the current one and those being rotated out; empty: that door is closed. */
  readonly webhookSecrets: { readonly serviceNow: readonly string[]; readonly events: readonly string[] }
  readonly auditSigningKey?: KeyObject
  /** Where checkpoints go, and how often at the latest; absent: there are none. */
  readonly auditAnchors?: z.infer<typeof anchorsSchema>
  readonly auditAnchorsMs: Millis
  /** Of Application Insights; absent: nothing is sent. */
  readonly telemetry?: string
  /** Who reads /metrics must bear it. */
  readonly metricsToken?: string
  readonly logLevel: LogLevel
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] }

/** The tenant that the Microsoft 365 Agents Playground sends unless its own file says otherwise (it is no GUID). */
export const playgroundTenant = '00000000-0000-0000-0000-0000000000001'

const publicGraph = 'https://graph.microsoft.com'

/**
 * Reads the configuration. An empty variable counts as unset. Each problem is one sentence that says what to do and
 * never holds a value that could be a secret.
 */
export function readConfig(env: NodeJS.ProcessEnv): ConfigResult {
  const problems: string[] = []
  const reader = readerOf(env, problems)
  const { text, read } = reader

  const host = read('HOST', hostSchema, '127.0.0.1')
  const onCosmos = text('RUNBOT_STORE') === 'cosmos'
  const isRemote = onCosmos && !isLocal(text('COSMOS_ENDPOINT') ?? '')
  const config = {
    host,
    port: read('PORT', portSchema, '3978'),
    publicUrl: read('PUBLIC_URL', urlSchema),
    bot: readBot(reader, host),
    store: readStore(reader),
    runbooksDir: text('RUNBOOKS_DIR') ?? 'runbooks',
    leaseMs: read('RUNBOT_LEASE_MS', leaseSchema(isRemote), onCosmos ? '30000' : '10000'),
    serviceNow: readServiceNow(reader),
    graph: readGraph(reader),
    webhookSecrets: {
      serviceNow: read('SERVICENOW_WEBHOOK_SECRET', webhookSecretsSchema) ?? [],
      events: read('EVENTS_SECRET', webhookSecretsSchema) ?? [],
    },
    auditSigningKey: read('AUDIT_SIGNING_KEY', signingKeySchema),
    auditAnchors: read('AUDIT_ANCHORS', anchorsSchema),
    auditAnchorsMs: read('AUDIT_ANCHORS_MS', anchorsEverySchema, '900000'),
    telemetry: read('APPLICATIONINSIGHTS_CONNECTION_STRING', connectionStringSchema),
    metricsToken: text('METRICS_TOKEN'),
    logLevel: read('LOG_LEVEL', logLevelSchema, 'info'),
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config: withoutUnset(config) }
}

/** The part of the configuration that says where runbot keeps what it knows, for commands that need nothing else. */
export function readStoreConfig(
  env: NodeJS.ProcessEnv,
): { readonly ok: true; readonly store: StoreConfig } | { readonly ok: false; readonly problems: readonly string[] } {
  const problems: string[] = []
  const store = readStore(readerOf(env, problems))
  return store === undefined || problems.length > 0 ? { ok: false, problems } : { ok: true, store }
}

/** The part of it that says who signs checkpoints and where they are. */
export function readAuditConfig(env: NodeJS.ProcessEnv) {
  const problems: string[] = []
  const { read } = readerOf(env, problems)
  const [anchors, signingKey] = [read('AUDIT_ANCHORS', anchorsSchema), read('AUDIT_SIGNING_KEY', signingKeySchema)]
  return problems.length > 0 ? { ok: false as const, problems } : { ok: true as const, anchors, signingKey }
}

/** Every secret that the configuration holds, for the log to keep out. */
export function secretsOf(config: Config): readonly string[] {
  const { bot, store, serviceNow, webhookSecrets, auditSigningKey } = config
  const auth = serviceNow?.auth
  const webhook = [...webhookSecrets.serviceNow, ...webhookSecrets.events]
  return [
    bot.password,
    config.metricsToken,
    config.telemetry,
    store.kind === 'cosmos' ? store.key : undefined,
    auth && 'clientSecret' in auth ? auth.clientSecret : undefined,
    auth && 'password' in auth ? auth.password : undefined,
    ...webhook,
    ...webhook.map((secret) => secret.slice(whsec.length)),
    auditSigningKey?.export({ type: 'pkcs8', format: 'pem' }).toString(),
    auditSigningKey?.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
  ].filter((secret) => secret !== undefined)
}

interface Reader {
  readonly text: (name: string) => string | undefined
  readonly read: <T>(name: string, schema: z.ZodType<T, string>, fallback?: string) => T | undefined
  readonly say: (problem: string) => undefined
}

function readerOf(env: NodeJS.ProcessEnv, problems: string[]): Reader {
  const say = (problem: string): undefined => void problems.push(problem)
  const text = (name: string): string | undefined => env[name]?.trim() || undefined
  const read: Reader['read'] = (name, schema, fallback) => {
    const value = text(name) ?? fallback
    if (value === undefined) return undefined
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) say(`${name} ${issue.message}.`)
    return undefined
  }
  return { text, read, say }
}

function readStore({ text, read, say }: Reader): StoreConfig | undefined {
  const store = read('RUNBOT_STORE', storeSchema, 'sqlite:data/runbot.db')
  if (store?.kind !== 'cosmos') return store
  const endpoint = read('COSMOS_ENDPOINT', originSchema)
  const database = read('COSMOS_DATABASE', databaseSchema, 'runbot')
  if (!text('COSMOS_ENDPOINT'))
    say(
      'COSMOS_ENDPOINT is missing: RUNBOT_STORE=cosmos needs the account’s URI, https://<account>.documents.azure.com.',
    )
  const key = text('COSMOS_KEY')
  if (key !== undefined && endpoint !== undefined && !isLocal(endpoint))
    say(
      'COSMOS_KEY is for an emulator on this machine alone: remove it, and give the machine’s identity a role (docs/deploy.md).',
    )
  return endpoint === undefined || database === undefined
    ? undefined
    : { ...store, endpoint: new URL(endpoint).origin, database, ...(key === undefined ? {} : { key }) }
}

function readBot({ text, read, say }: Reader, host: string | undefined): BotConfig {
  const auth = read('BOT_AUTH', authSchema, 'required') ?? 'required'
  const type = read('MicrosoftAppType', appTypeSchema, 'SingleTenant') ?? 'SingleTenant'
  const needed = auth === 'required'
  if (!needed && host !== undefined && !isLoopback(host))
    say(
      'BOT_AUTH none needs HOST to be a loopback address (127.0.0.1, ::1, localhost): change HOST, or remove BOT_AUTH.',
    )

  const appId = needed ? read('MicrosoftAppId', guidSchema) : text('MicrosoftAppId')
  if (needed && !text('MicrosoftAppId'))
    say('MicrosoftAppId is missing: set the bot registration’s application id, or BOT_AUTH=none on a loopback HOST.')
  const password = text('MicrosoftAppPassword')
  if (needed && !password && type !== 'UserAssignedMSI')
    say(`MicrosoftAppPassword is missing: set the bot’s client secret, which MicrosoftAppType ${type} needs.`)
  const tenantId = needed ? read('MicrosoftAppTenantId', guidSchema) : text('MicrosoftAppTenantId')
  if (needed && !text('MicrosoftAppTenantId') && type !== 'MultiTenant')
    say(`MicrosoftAppTenantId is missing: set the bot’s tenant id, which MicrosoftAppType ${type} needs.`)

  const tenants = read('ALLOWED_TENANTS', needed ? guidListSchema : listSchema)
  const fallback = text('MicrosoftAppTenantId') ?? (needed ? undefined : playgroundTenant)
  if (!text('ALLOWED_TENANTS') && fallback === undefined && type === 'MultiTenant')
    say('ALLOWED_TENANTS is missing: list the tenant ids whose people may use a MultiTenant bot.')
  return {
    auth,
    type,
    allowedTenants: tenants ?? (fallback === undefined ? [] : [fallback.toLowerCase()]),
    serviceHosts: read('BOT_SERVICE_HOSTS', hostListSchema) ?? [],
    ...withoutUnset({
      appId,
      password,
      tenantId,
      openIdMetadata: read('BOT_OPENID_METADATA', urlSchema),
      loginUrl: read('BOT_LOGIN_URL', urlSchema),
    }),
  }
}

function readServiceNow({ text, read, say }: Reader): Config['serviceNow'] {
  const url = read('SERVICENOW_URL', urlSchema)
  const pollMs = read('SERVICENOW_POLL_MS', pollSchema, '60000') ?? 0
  const credentials = {
    clientId: text('SERVICENOW_CLIENT_ID'),
    clientSecret: text('SERVICENOW_CLIENT_SECRET'),
    username: text('SERVICENOW_USERNAME'),
    password: text('SERVICENOW_PASSWORD'),
  }
  const any = Object.values(credentials).some((value) => value !== undefined)
  if (!text('SERVICENOW_URL'))
    return any ? say('SERVICENOW_URL is missing: set it, or remove the other SERVICENOW_ credentials.') : undefined
  const auth = serviceNowAuth(credentials)
  if (typeof auth === 'string') return say(auth)
  return url === undefined ? undefined : { url, auth, pollMs }
}

/** Who runbot is there follows from the bot registration. */
function readGraph({ read }: Reader): Config['graph'] {
  const loginUrl = read('GRAPH_LOGIN_URL', originSchema)
  return { url: read('GRAPH_URL', originSchema) ?? publicGraph, ...withoutUnset({ loginUrl }) }
}

function serviceNowAuth(
  credentials: {
    readonly [key in 'clientId' | 'clientSecret' | 'username' | 'password']: string | undefined
  },
): ServiceNowAuth | string {
  const { clientId, clientSecret, username, password } = credentials
  if ((clientId === undefined) !== (clientSecret === undefined))
    return 'SERVICENOW_CLIENT_ID and SERVICENOW_CLIENT_SECRET go together: set both or none.'
  if ((username === undefined) !== (password === undefined))
    return 'SERVICENOW_USERNAME and SERVICENOW_PASSWORD go together: set both or none.'
  const user = username !== undefined && password !== undefined ? { username, password } : undefined
  if (clientId !== undefined && clientSecret !== undefined)
    return user
      ? { kind: 'password', clientId, clientSecret, ...user }
      : { kind: 'clientCredentials', clientId, clientSecret }
  return user
    ? { kind: 'basic', ...user }
    : 'SERVICENOW_URL needs credentials: set SERVICENOW_CLIENT_ID and SERVICENOW_CLIENT_SECRET, or SERVICENOW_USERNAME and SERVICENOW_PASSWORD.'
}

function withoutUnset<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
