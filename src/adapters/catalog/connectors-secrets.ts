// Owns what connectors.yaml says of secrets: those that it holds itself, and the patterns that declare others.
import type { CatalogProblem } from '../../core/runbook.ts'
import type { FindSpans } from '../../ports/catalog.ts'
import type { ConnectorsFile } from './connectors-schema.ts'
import { compileRegex } from './pattern.ts'
import { spansOf } from './spans.ts'
import type { Source } from './yaml-source.ts'

const mostPatterns = 20

/** The declared patterns, compiled; where one is wrong, the problem with its place. */
export function masksOf(
  source: Source,
  patterns: readonly string[] = [],
): { readonly masks: readonly FindSpans[]; readonly problems: readonly CatalogProblem[] } {
  const compiled = patterns.map(compileRegex)
  const wrong = compiled.flatMap((each, index) => (each.ok ? [] : [source.problem(['mask', index], each.reason)]))
  const many =
    patterns.length > mostPatterns ? [source.problem(['mask'], `expected at most ${mostPatterns} patterns`)] : []
  return { masks: compiled.flatMap((each) => (each.ok ? [spansOf(each.regex)] : [])), problems: [...wrong, ...many] }
}

/** Every secret of systems, pagers and inbound senders. `file` is the file with its environment filled in. */
export function secretsOf({ systems, pagers = {}, inbound = {}, planner }: ConnectorsFile): readonly string[] {
  const all = [
    ...Object.values(systems).flatMap(({ auth, callbackSecret, callbackToken, tls }) => [
      auth?.bearer,
      ...basicSecrets(auth?.basic),
      ...words(callbackSecret),
      // What a system would hold of it: the key itself.
      ...words(callbackSecret).map((secret) => secret.replace(/^whsec_/, '')),
      ...words(callbackToken),
      // Otherwise it is the path of a file.
      tls?.key?.includes('-----BEGIN') ? tls.key : undefined,
    ]),
    planner?.key,
    ...Object.values(pagers).map(({ routingKey }) => routingKey),
    ...Object.values(inbound).flatMap((sender) => [
      ...(['bearer', 'hmac', 'token'] as const).flatMap((name) => words((sender as { [name]?: string })[name])),
      ...basicSecrets('basic' in sender ? sender.basic : undefined),
      ...('secrets' in sender ? sender.secrets : []),
    ]),
  ]
  return [...new Set(all.filter((secret) => secret !== undefined))].filter((secret) => secret !== '')
}

/** Several stand side by side while they rotate. */
export const words = (text = ''): readonly string[] => text.split(/\s+/).filter(Boolean)

/** The value of its header as well. */
const basicSecrets = (basic: readonly [string, string] | undefined): readonly string[] =>
  basic ? [basic[1], basic.join(':')] : []
