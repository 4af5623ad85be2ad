// Owns what one system in connectors.yaml means: its settings with their secrets, and its operations without them.
import type { CatalogProblem, Operation } from '../../core/runbook.ts'
import type { Json } from '../../core/values.ts'
import type { SystemSettings } from '../../ports/catalog.ts'
import { queryProblems } from './connectors-queries.ts'
import { operationSchema, type SystemFile } from './connectors-schema.ts'
import { words } from './connectors-secrets.ts'
import { tlsOf } from './connectors-tls.ts'
import type { Folder } from './directory.ts'
import { compilePattern } from './pattern.ts'
import { readShape } from './schema.ts'
import { allowProblem, urlProblem } from './urls.ts'
import type { Path, Read, Source } from './yaml-source.ts'

/** The system with its secrets and certificates filled in; what else is wrong with it `systemProblems` says. */
export function systemOf(
  name: string,
  declared: SystemFile,
  filled: SystemFile,
  { source, file, problems }: Readonly<{ source: Source; file: Folder['text']; problems: CatalogProblem[] }>,
): SystemSettings {
  const note = (path: Path, message: string | undefined) => {
    if (message !== undefined) problems.push(source.problem(['systems', name, ...path], message))
  }
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
    callbackSecrets: words(filled.callbackSecret).filter(isWebhookSecret),
    callbackTokens: words(filled.callbackToken),
    timeoutMs: declared.timeout ?? 30_000,
    tls: tlsOf(declared.tls, filled.tls ?? {}, file, note),
  }
}

/** Standard Webhooks: what follows `whsec_` is base64 of 24 to 64 bytes (CONTRACTS §8.6). */
function isWebhookSecret(secret: string): boolean {
  const key = secret.replace(/^whsec_/, '')
  const bytes = Buffer.from(key, 'base64')
  return key !== secret && bytes.toString('base64') === key && bytes.length >= 24 && bytes.length <= 64
}

/** Shorter ones can be guessed. */
const shortestToken = 16

/** The account whose jobs are meant (CONTRACTS §5). */
const AZURE_ACCOUNT =
  /^\/?subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Automation\/automationAccounts\/[^/]+\/?$/i

/** The workspace that is asked. */
const WORKSPACE = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

export function systemProblems(
  source: Source,
  name: string,
  declared: SystemFile,
  filled: SystemFile,
): CatalogProblem[] {
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
  if (words(filled.callbackToken).some((token) => token.length < shortestToken))
    note(['callbackToken'], `expected at least ${shortestToken} characters, with spaces between several`)
  if (declared.tls && declared.url !== undefined && /^http:/i.test(filled.url ?? ''))
    note(['tls'], '"tls" is for a system that is reached by https')
  if (declared.kind === 'azure-automation' && !AZURE_ACCOUNT.test(declared.base ?? ''))
    note(
      ['base'],
      'expected "base": /subscriptions/…/resourceGroups/…/providers/Microsoft.Automation/automationAccounts/…',
    )
  if (declared.kind === 'azure-logs' && !WORKSPACE.test(declared.base ?? ''))
    note(['base'], 'expected "base": the id of a Log Analytics workspace, such as 11111111-2222-4333-8444-555555555555')
  if (declared.auth && (declared.auth.bearer === undefined) === (declared.auth.basic === undefined))
    note(['auth'], 'expected either bearer or basic')
  return problems
}

/** Callbacks are hints: where they cannot be verified, steps go on without them. */
export const systemWarnings = (source: Source, name: string, filled: SystemFile): CatalogProblem[] =>
  words(filled.callbackSecret).every(isWebhookSecret)
    ? []
    : [
        source.problem(
          ['systems', name, 'callbackSecret'],
          'callbacks cannot be verified: expected whsec_ and the base64 of 24 to 64 random bytes, with spaces between several',
        ),
      ]

/** One operation, without anything secret. */
export function operationOf(
  source: Source,
  system: string,
  key: string,
  declared: SystemFile,
  url: string,
): Read<Operation> {
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
  problems.push(...queryProblems(part, declared.kind, tier, detail))
  if (problems.length > 0) return { ok: false, problems }
  if (tier === 0 && 'method' in detail && detail.method !== 'GET' && detail.method !== 'HEAD')
    return {
      ok: false,
      problems: [part.problem(['tier'], `tier 0 only reads: a ${detail.method} is at least tier 1`)],
    }
  const name = `${system}.${key}`
  return { ok: true, value: { name, system, kind: declared.kind, url, tier, detail: detail } }
}
