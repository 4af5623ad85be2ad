// Owns how a secret looks: the names of what holds one, and the few forms that are known by sight.

/** Part of a text, from a character up to another. */
export type Span = readonly [from: number, to: number]

const names =
  /(?:passw(?:or)?d|passphrase|secret|token|api_?key|(?:^|_)pwd|access_key|private_key|signing_key|account_key|shared_key|secret_key|credential|authorization|cookie)s?_?\d{0,4}$/

/** Whether what stands under this name is a secret: `password`, `clientSecret`, `X-Api-Key`; not `token_type`. */
export function isSecretName(name: string): boolean {
  const words = name
    .slice(-100)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
  return names.test(words.replace(/[^a-z0-9]+/g, '_').replace(/_$/, ''))
}

/**
 * Each is linear on any text: what repeats is bounded, or cannot begin again within itself. The first group, where
 * there is one, is what leads up to the secret and stays.
 */
const looks: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$(?![\s\S]))/g,
  // Header lines, in traces and in the code of a client.
  /(?<![\w-])((?:(?:proxy-)?authorization|(?:set-)?cookie|x-[a-z-]{0,24}(?:key|token|secret))["']?[ \t]{0,9}[:=][ \t]{0,9}["']?)[^\s"'][^\r\n"']*/gi,
  // JWT and JWE
  /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*){1,3}/g,
  /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g,
  /\b(aws_?(?:secret_?access_?key|session_?token)["']?\s{0,9}[:=]\s{0,9}["']?)[A-Za-z0-9/+=]{16,}/gi,
  /\bgh[pousr]_[A-Za-z0-9]{36,255}|\bgithub_pat_\w{22,255}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,255}|\bxapp-[A-Za-z0-9-]{10,255}/g,
  /\bwhsec_[A-Za-z0-9+/=]{16,}/g,
  // A password in a URL
  /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{1,15}:\/\/[^\s/:@"']{0,128}:)[^\s/@"']{1,256}(?=@)/gi,
  // Azure connection strings
  /\b((?:Account|SharedAccess)Key=)[A-Za-z0-9+/=]{16,}/g,
]

/** `"name": "value"` as JSON and other languages write it. */
const pairs: readonly RegExp[] = [
  /"([^"\\\n]{1,64})"\s{0,9}:\s{0,9}"((?:[^"\\]|\\[\s\S])*)/g,
  /'([^'\\\n]{1,64})'\s{0,9}:\s{0,9}'((?:[^'\\]|\\[\s\S])*)/g,
]

/** Where a text holds something that is known for a secret by its look; in no order, and they may overlap. */
export function secretLooks(text: string): readonly Span[] {
  const spans: Span[] = []
  for (const look of looks)
    for (const match of text.matchAll(look))
      spans.push([match.index + (match[1]?.length ?? 0), match.index + match[0].length])
  for (const pair of pairs)
    for (const { 0: all, 1: name = '', 2: value = '', index } of text.matchAll(pair))
      if (value !== '' && isSecretName(name)) spans.push([index + all.length - value.length, index + all.length])
  return spans
}

/** The text with each run of spans that overlap or touch replaced once. */
export function withoutSpans(text: string, spans: readonly Span[], instead: string): string {
  let result = ''
  let end = -1
  for (const [from, to] of spans.filter((span) => span[0] < span[1]).toSorted((a, b) => a[0] - b[0])) {
    if (from > end) result += `${text.slice(Math.max(0, end), from)}${instead}`
    end = Math.max(end, to)
  }
  return result + text.slice(Math.max(0, end))
}
