// Owns what each environment variable may hold: one schema per variable's kind, its message the end of a sentence.
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIPv4, isIPv6 } from 'node:net'
import { z } from 'zod'

/** DESIGN §9: loopback is 127/8, ::1 and localhost. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase()
  return name === 'localhost' || (isIPv4(name) && name.startsWith('127.')) || (isIPv6(name) && /^[0:]*:0*1$/.test(name))
}

/** A URL of this machine itself; what is no URL is none. */
export const isLocal = (url: string): boolean =>
  URL.canParse(url) && isLoopback(new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'))

const listOf = (value: string): readonly string[] =>
  value
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
export const whsec = 'whsec_'

const oneOf = <const T extends string>(values: readonly T[]) =>
  z.string().transform((value, context): T => {
    const found = values.find((each) => each.toLowerCase() === value.toLowerCase())
    if (found === undefined) context.addIssue({ code: 'custom', message: `must be one of ${values.join(', ')}` })
    return found ?? z.NEVER
  })
export const authSchema = oneOf(['required', 'none'])
export const appTypeSchema = oneOf(['SingleTenant', 'UserAssignedMSI', 'MultiTenant'])
export const logLevelSchema = oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])

const wholeNumber = (max: number, message: string) =>
  z
    .string()
    .regex(/^\d{1,10}$/, message)
    .transform(Number)
    .refine((value) => value <= max, message)
export const portSchema = wholeNumber(65_535, 'must be a port from 1 to 65535, or 0 for any free one')
export const pollSchema = wholeNumber(86_400_000, 'must be milliseconds between 0 (no polling) and 86400000 (a day)')

/** One call of a store elsewhere may take twelve seconds (store/cosmos/patience.ts). */
export const leaseSchema = (isRemote: boolean) =>
  wholeNumber(600_000, 'must be milliseconds up to 600000 (ten minutes)').refine(
    (value) => value >= (isRemote ? 15_000 : 300),
    isRemote
      ? 'must be at least 15000 milliseconds with RUNBOT_STORE=cosmos: a lease must outlast one call of the store'
      : 'must be at least 300 milliseconds',
  )

export const hostSchema = z
  .string()
  .transform((value) => value.replace(/^\[(.*)\]$/, '$1'))
  .refine((value) => isIPv6(value) || /^[a-z0-9._-]+$/i.test(value), 'must be an address or a host name without a port')
export const guidSchema = z.string().regex(guid, 'must be a GUID such as 00000000-0000-0000-0000-000000000000')
export const listSchema = z
  .string()
  .transform(listOf)
  .refine((list) => list.length > 0 && !list.includes('*'), 'must name at least one tenant id, and * is not accepted')
export const guidListSchema = listSchema.refine(
  (list) => list.every((each) => guid.test(each)),
  'must be tenant ids (GUIDs) with commas or spaces between them',
)
export const hostListSchema = z
  .string()
  .transform(listOf)
  .refine(
    (list) =>
      list.length > 0 && list.every((each) => /^(https?:\/\/|\*\.[a-z0-9-]+\.)?[a-z0-9.-]+(:\d{1,5})?$/.test(each)),
    'must be host names such as smba.trafficmanager.net or *.botframework.com, with commas or spaces between them',
  )
  .refine(
    (list) => list.every((each) => !each.startsWith('http:') || isLocal(each)),
    'may name plain http for this machine alone: a reply carries a token',
  )

export const urlSchema = z
  .string()
  .refine((value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined
    if (!url || url.username || url.password || url.hash || url.search) return false
    return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal(value))
  }, 'must be an https URL without credentials, query or fragment (http only for a loopback address)')
  .transform((value) => value.replace(/\/+$/, ''))

/** A URL of which nothing but scheme, host and port is meant. */
export const originSchema = urlSchema.refine(
  (value) => new URL(value).pathname === '/',
  'must be an origin such as https://graph.microsoft.com, without a path',
)

export const storeSchema = z
  .string()
  .transform((value, context): { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'cosmos' } => {
    if (value === 'cosmos') return { kind: 'cosmos' }
    const path = /^sqlite:(.+)$/.exec(value)?.[1]
    if (path !== undefined && path !== ':memory:') return { kind: 'sqlite', path }
    const message = 'must be sqlite:<path> to a file, for example sqlite:data/runbot.db, or cosmos'
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })

/** Where checkpoints go: a directory of this machine, or a blob container. */
export const anchorsSchema = z
  .string()
  .transform(
    (
      value,
      context,
    ): { readonly kind: 'file'; readonly dir: string } | { readonly kind: 'blob'; readonly url: string } => {
      const dir = /^file:(?!\/\/)(.+)$/.exec(value)?.[1]
      if (dir !== undefined) return { kind: 'file', dir }
      const url = urlSchema.safeParse(value)
      if (url.success && new URL(url.data).pathname !== '/') return { kind: 'blob', url: url.data }
      const message =
        'must be the https URL of a blob container, such as https://example.blob.core.windows.net/audit-anchors, or file:<directory>'
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    },
  )
export const anchorsEverySchema = wholeNumber(86_400_000, 'must be milliseconds up to 86400000 (a day)').refine(
  (value) => value >= 500,
  'must be at least 500 milliseconds',
)

/** Of Application Insights: `Name=value` pairs with semicolons between them; its endpoints are https, or this machine's. */
export const connectionStringSchema = z.string().refine((value) => {
  const pairs = value.split(';').filter((pair) => pair.trim() !== '')
  const named = new Map(
    pairs.map((pair) => [pair.split('=')[0]?.trim().toLowerCase(), pair.slice(pair.indexOf('=') + 1).trim()]),
  )
  const endpoints = [...named].filter(([name]) => name?.endsWith('endpoint')).map(([, url]) => url)
  return guid.test(named.get('instrumentationkey') ?? '') && endpoints.every((url) => urlSchema.safeParse(url).success)
}, 'must be the connection string that Application Insights shows: InstrumentationKey=<GUID>;IngestionEndpoint=https://…')

/** What Cosmos DB takes as the id of a database (learn.microsoft.com/rest/api/cosmos-db/databases). */
export const databaseSchema = z
  .string()
  .regex(/^[^/\\?#\s]{1,255}$/, 'must be a database’s name: up to 255 characters without spaces and / \\ ? #')

/** Standard Webhooks: what follows `whsec_` is base64 of 24 to 64 bytes (CONTRACTS §8.6). */
export const webhookSecretsSchema = z.string().transform((value, context): readonly string[] => {
  const secrets = value.split(/\s+/)
  for (const [index, secret] of secrets.entries()) {
    const which = secrets.length > 1 ? ` (secret ${index + 1} of ${secrets.length})` : ''
    const key = secret.startsWith(whsec) ? secret.slice(whsec.length) : ''
    const bytes = Buffer.from(key, 'base64')
    if (bytes.toString('base64') !== key || bytes.length < 24 || bytes.length > 64)
      context.addIssue({
        code: 'custom',
        message: `must be whsec_ and the base64 of 24 to 64 random bytes${which}, with spaces between several`,
      })
  }
  return secrets
})

export const signingKeySchema = z.string().transform((value, context): KeyObject => {
  const refuse = (message: string): never => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  const inline = value.includes('-----BEGIN')
  try {
    // Env files often hold a PEM on one line, with \n for the line ends.
    const key = createPrivateKey(inline ? value.replaceAll('\\n', '\n') : readFileSync(value))
    return key.asymmetricKeyType === 'ed25519'
      ? key
      : refuse('is not an Ed25519 key: make one with openssl genpkey -algorithm ed25519')
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && 'syscall' in error
    return refuse(
      missing
        ? `names a file that cannot be read (${String(error.code)}): set a path, or the PEM itself`
        : 'is not a private key in PEM format: make one with openssl genpkey -algorithm ed25519',
    )
  }
})
