// Owns one YAML file as it was written: its plain value, and the line and column of every part of it.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLError } from 'yaml'
import type { CatalogProblem } from '../../core/runbook.ts'
import type { Json } from '../../core/values.ts'

export type Path = readonly (string | number)[]

/** A parsed file. Lines and columns count from 1; a path that does not exist has the place of its nearest parent. */
export interface Source {
  readonly file: string
  readonly value: Json
  readonly has: (path: Path) => boolean
  readonly problem: (path: Path, message: string, at?: 'key' | 'value') => CatalogProblem
}

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly CatalogProblem[] }

const MAX_ALIASES = 100
const MAX_NODES = 20_000
const MAX_DEPTH = 40
/** Names that mean something to JavaScript objects, and `<<`, which some YAML readers merge and others do not. */
const REFUSED_KEYS = new Set(['__proto__', 'constructor', 'prototype', '<<'])

/**
 * Parses one YAML 1.2 document. Refuses duplicate keys, merge keys, unknown tags, names such as `__proto__`,
 * numbers that JSON cannot hold, and aliases that unfold into more than 20,000 values.
 */
export function readYaml(file: string, text: string): Read<Source> {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: true,
    prettyErrors: false,
    lineCounter: lines,
    logLevel: 'error',
  })
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const problems = [...document.errors, ...document.warnings].map(
    (error): CatalogProblem => ({ file, ...place(error.pos[0]), message: said(error, text) }),
  )
  // One slip often breaks several rules of YAML in one place: the first says it best.
  const places = new Set<string>()
  const firsts = problems.filter(
    ({ line, column }) => !places.has(`${line}:${column}`) && places.add(`${line}:${column}`),
  )
  if (firsts.length > 0) return { ok: false, problems: firsts }

  const refuse = (node: Node | null, message: string): null => {
    problems.push({ file, ...place(node?.range?.[0] ?? 0), message })
    return null
  }
  const budget = { nodes: MAX_NODES, aliases: MAX_ALIASES }
  const plain = (node: Node | null, depth: number): Json => {
    if (--budget.nodes < 0 || depth > MAX_DEPTH)
      return problems.length > 0 ? null : refuse(node, 'this holds too many values, or nests too deeply')
    if (isAlias(node)) {
      if (--budget.aliases < 0) return budget.aliases === -1 ? refuse(node, `more than ${MAX_ALIASES} aliases`) : null
      return plain(node.resolve(document) ?? null, depth + 1)
    }
    if (isSeq(node)) return node.items.map((item) => plain(item as Node | null, depth + 1))
    if (isMap(node)) {
      const object: Record<string, Json> = {}
      for (const pair of node.items as Pair<Node, Node | null>[]) {
        const name = keyOf(pair)
        if (name === undefined) refuse(pair.key, 'a key must be text or a number')
        else if (REFUSED_KEYS.has(name)) refuse(pair.key, `the key "${name}" is not allowed`)
        else if (Object.hasOwn(object, name)) refuse(pair.key, `the key "${name}" is written twice`)
        else object[name] = plain(pair.value, depth + 1)
      }
      return object
    }
    const value = isScalar(node) ? node.value : null
    if (typeof value === 'number' && (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER))
      return refuse(node, 'this number cannot be held exactly: write it in quotes')
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
  }
  const value = plain(document.contents, 0)
  if (problems.length > 0) return { ok: false, problems }

  /** Follows the path as far as it goes; the last pair is what holds the key. */
  const find = (path: Path) => {
    let node = document.contents as Node | null
    let key: Node | null = null
    let found = 0
    for (const part of path) {
      if (isAlias(node)) node = node.resolve(document) ?? null
      if (isSeq(node)) {
        const item = node.items[Number(part)]
        if (item === undefined) break
        node = item as Node | null
        key = node
      } else if (isMap(node)) {
        const pair = (node.items as Pair<Node, Node | null>[]).find((each) => keyOf(each) === String(part))
        if (!pair) break
        key = pair.key
        node = pair.value ?? pair.key
      } else break
      found++
    }
    return { node, key, complete: found === path.length }
  }
  return {
    ok: true,
    value: {
      file,
      value,
      has: (path) => find(path).complete,
      problem: (path, message, at = 'value') => {
        const { node, key, complete } = find(path)
        const start = (at === 'key' && complete ? key : node)?.range?.[0] ?? 0
        return { file, ...place(start), message }
      },
    },
  }
}

/** A key as it is written: a hash that happens to look like a number stays a hash. */
function keyOf(pair: Pair<Node>): string | undefined {
  if (!isScalar(pair.key)) return undefined
  const { value, source } = pair.key
  return typeof value === 'number' ? (source ?? String(value)) : typeof value === 'string' ? value : undefined
}

function said(error: YAMLError, text: string): string {
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^:\s]+/.exec(text.slice(error.pos[0]))?.[0]
    return `the key ${key ? `"${key}" ` : ''}is written twice`
  }
  if (error.code === 'MULTIPLE_DOCS') return 'one file holds one document: remove the "---"'
  return `this is not YAML: ${error.message.split('\n')[0]}`
}
