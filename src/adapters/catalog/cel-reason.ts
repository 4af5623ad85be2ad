// Owns why an expression has no answer, in words: `ci.tags is not known`.
import { type CelError, unparse } from '@bufbuild/cel'
import type { Tree } from './cel-tree.ts'

const KINDS: { [name: string]: string } = {
  bool: 'true or false',
  double: 'a number',
  int: 'a number',
  list: 'a list',
  map: 'an object',
  null_type: 'nothing',
  string: 'text',
  uint: 'a number',
}
const MAX_REASON = 200

/** Names the part of the expression that failed, as it was written. At most 200 characters. */
export function reasonOf(error: CelError, tree: Tree): string {
  const node = error.exprId === undefined ? undefined : find(tree, error.exprId)
  const part = node && written(node)
  const { message } = error
  const missing = /^field not found: (.*)$/s.exec(message)
  if (missing) return cut(`${node ? missingPath(node, missing[1] ?? '') : missing[1]} is not known`)
  if (message === 'unresolved attribute') return cut(`${part ?? 'a name'} is not known`)
  const index = /^index (-?\d+) out of bounds/.exec(message)
  if (index) return cut(`${part ?? 'a list'} has no item ${index[1]}`)
  const overload = /^found no matching overload for '?([^' ]+)'? applied to '(?:[a-z_.]+\.)?\((.*)\)'$/s.exec(message)
  if (overload) {
    const kinds = (overload[2] ?? '').split(', ').map((kind) => KINDS[kind] ?? kind)
    return cut(`${part ?? 'this'} does not work with ${kinds.join(' and ')}`)
  }
  const mismatch = /^type mismatch: expected bool, got (\w+)$/.exec(message)
  if (mismatch) return cut(`${part ?? 'this'} needs true or false, not ${KINDS[mismatch[1] ?? ''] ?? mismatch[1]}`)
  return cut(part ? `${part}: ${message}` : message)
}

function missingPath(node: Tree, name: string): string {
  if (node.exprKind.case === 'selectExpr' && node.exprKind.value.field === name) return written(node) ?? name
  return `${written(node) ?? ''}[${JSON.stringify(name)}]`
}

function written(node: Tree): string | undefined {
  try {
    return unparse(node)
  } catch {
    return undefined
  }
}

const cut = (text: string): string => (text.length > MAX_REASON ? `${text.slice(0, MAX_REASON - 1)}…` : text)

/** Every node of the expression bears its own id, and an error names it. */
function find(value: unknown, id: bigint): Tree | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if ('exprKind' in value && 'id' in value && value.id === id) return value as Tree
  for (const each of Object.values(value)) {
    const found = find(each, id)
    if (found) return found
  }
  return undefined
}
