// Owns the log: structured lines from which secrets are kept out, by the names of keys and by their values.
import pino, { type DestinationStream, type Logger } from 'pino'
import { isPortError } from '../../ports/errors.ts'

export type Log = Logger

export interface LogOptions {
  readonly level: string
  /** Asked for every line, so that secrets which come later (a reloaded file, a fetched token) count too. */
  readonly secrets: () => readonly string[]
  /** Where the lines go; standard output unless given. */
  readonly stream?: DestinationStream
}

const hidden = '[redacted]'
const secretKey =
  /authorization|cookie|passw(or)?d|passphrase|secret|credential|assertion|api[-_]?key|private[-_]?key|signing[-_]?key|webhook-signature|token$/i
/** A line without such a word has no such key, and need not be parsed. */
const secretWord = new RegExp(secretKey.source.replace('$', ''), 'i')
/** Credentials that are known by their look: an authorization value, a JWT, a webhook secret, a private key. */
const secretText =
  /\b(?:bearer|basic) [\w.~+/=-]{8,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|\bwhsec_[\w+/=]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----/gis
/** Shorter ones would blot out ordinary words and the keys of the line itself. */
const shortestSecret = 4

/**
 * Makes a pino logger that writes one JSON object a line. Texts and objects under keys that name a secret are replaced
 * at any depth; so is every known secret wherever it stands in a line, also JSON-escaped, URL-encoded or in base64.
 */
export function createLog({ level, secrets, stream }: LogOptions): Log {
  const formsOf = secretForms()
  const clean = (line: string): string => {
    let text = (secretWord.test(line) ? withoutSecrets(line) : line.trimEnd()).replace(secretText, hidden)
    for (const form of formsOf(secrets())) text = text.replaceAll(form, hidden)
    return `${text}\n`
  }
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: (error: unknown) => describe(error, 0) },
    // The finished line is what counts: it holds the bindings of child loggers too.
    hooks: { streamWrite: clean },
  }
  return stream ? pino(options, stream) : pino(options)
}

const withoutSecrets = (line: string): string =>
  JSON.stringify(JSON.parse(line, (key, value: unknown) => (isSecret(key, value) ? hidden : value)))

/** Counts and flags such as `secrets: 3` or `token: true` tell nothing. */
const isSecret = (key: string, value: unknown): boolean =>
  (typeof value === 'string' || typeof value === 'object') && value !== null && secretKey.test(key)

/** Every way in which a secret may stand in a JSON line, longest first so that no rest of one stays. */
function secretForms(): (secrets: readonly string[]) => readonly string[] {
  let of: readonly string[] = []
  let forms: readonly string[] = []
  return (secrets) => {
    if (secrets.length === of.length && secrets.every((secret, index) => secret === of[index])) return forms
    of = [...secrets]
    const all = of
      .filter((secret) => secret.length >= shortestSecret)
      .flatMap((secret) => {
        const escaped = JSON.stringify(secret).slice(1, -1)
        return [secret, escaped, encodeURIComponent(secret.toWellFormed()), Buffer.from(secret).toString('base64')]
      })
    forms = [...new Set(all)].toSorted((a, b) => b.length - a.length)
    return forms
  }
}

/**
 * What is worth reading of an error. A port error says all in its message; anything else is a bug and shows where.
 * Other properties stay out: those of an HTTP client's error are the request with its headers.
 */
function describe(error: unknown, depth: number): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, cause } = error
  const told = isPortError(error)
    ? { kind: error.kind, mayHaveHappened: error.mayHaveHappened }
    : { ...('code' in error ? { code: error.code } : {}), stack: error.stack }
  return { name, message, ...told, ...(cause === undefined || depth > 3 ? {} : { cause: describe(cause, depth + 1) }) }
}
