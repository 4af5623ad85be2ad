// Owns what can be told of a CEL expression before it runs: the names it uses, and what it may not say.
import type { parse } from '@bufbuild/cel'
import { functionNames, isFunction, regex } from './cel-functions.ts'
import { suggestion } from './suggest.ts'

export type Tree = ReturnType<typeof parse>['expr']

/** A name with the constant path that follows it: `steps["a"].failed` is `[steps, a, failed]`. */
export type Use = readonly string[]

export interface Survey {
  readonly uses: readonly Use[]
  readonly problems: readonly string[]
  /** How deep `all`, `exists`, `map` and the like are nested. */
  readonly loops: number
}

export const ROOTS = ['incident', 'ci', 'parameters', 'target', 'blast', 'signals', 'steps', 'run', 'result']
/** What CEL itself knows by name, for `type(x) == string`. */
const TYPES = new Set(['bool', 'bytes', 'double', 'int', 'list', 'map', 'null_type', 'string', 'type', 'uint'])
const MAX_LOOPS = 2

/** Walks the whole expression; every problem is a sentence for its author. */
export function survey(tree: Tree): Survey {
  const uses: Use[] = []
  const problems: string[] = []
  let loops = 0

  const visit = (node: Tree | undefined, bound: ReadonlySet<string>, depth: number): void => {
    if (!node) return
    const path = pathOf(node)
    if (path && !bound.has(path[0] as string)) {
      if (TYPES.has(path[0] as string) && path.length === 1) return
      if (ROOTS.includes(path[0] as string)) uses.push(path)
      else problems.push(`there is no "${path[0]}" here${suggestion(path[0] as string, ROOTS)}`)
    }
    const kind = node.exprKind
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- constants and names have nothing inside
    switch (kind.case) {
      case 'selectExpr':
        return pathOf(node) ? undefined : visit(kind.value.operand, bound, depth)
      case 'callExpr': {
        const { function: name, target, args } = kind.value
        if (name === 'matches') problems.push(...patternProblems(target ? args[0] : args[1]))
        if (name !== '_?_:_' && name !== '_[_]' && !LOGIC.has(name) && !isFunction(name))
          problems.push(`there is no function "${name}"${suggestion(name, functionNames())}`)
        if (path) return
        visit(target, bound, depth)
        for (const arg of args) visit(arg, bound, depth)
        return
      }
      case 'listExpr':
        for (const each of kind.value.elements) visit(each, bound, depth)
        return
      case 'structExpr':
        if (kind.value.messageName) problems.push(`there is no type "${kind.value.messageName}"`)
        for (const entry of kind.value.entries) {
          if (entry.keyKind.case === 'mapKey') visit(entry.keyKind.value, bound, depth)
          visit(entry.value, bound, depth)
        }
        return
      case 'comprehensionExpr': {
        const { iterVar, accuVar, iterRange, accuInit, loopCondition, loopStep, result } = kind.value
        loops = Math.max(loops, depth + 1)
        visit(iterRange, bound, depth)
        const inner = new Set([...bound, iterVar, accuVar])
        for (const each of [accuInit, loopCondition, loopStep, result]) visit(each, inner, depth + 1)
        return
      }
    }
  }
  visit(tree, new Set(), 0)
  if (loops > MAX_LOOPS) problems.push(`all, exists, map and filter may be nested ${MAX_LOOPS} deep, not ${loops}`)
  return { uses, problems: [...new Set(problems)], loops }
}

const LOGIC = new Set(['_&&_', '_||_', '@not_strictly_false', '__not_strictly_false__'])

/** `a.b["c"]` as `[a, b, c]`; undefined where a part is computed. */
function pathOf(node: Tree): string[] | undefined {
  const kind = node.exprKind
  if (kind.case === 'identExpr') return [kind.value.name.replace(/^\./, '')]
  if (kind.case === 'selectExpr' && kind.value.operand) {
    const before = pathOf(kind.value.operand)
    return before && [...before, kind.value.field]
  }
  if (kind.case === 'callExpr' && kind.value.function === '_[_]') {
    const [operand, index] = kind.value.args
    const before = operand && pathOf(operand)
    const text = index && literal(index)
    return before && text !== undefined ? [...before, text] : undefined
  }
  return undefined
}

function literal(node: Tree): string | undefined {
  const kind = node.exprKind
  return kind.case === 'constExpr' && kind.value.constantKind.case === 'stringValue'
    ? kind.value.constantKind.value
    : undefined
}

/** A pattern stands in the file: one that came in from outside could be anything. */
function patternProblems(node: Tree | undefined): string[] {
  const pattern = node && literal(node)
  if (pattern === undefined) return ['matches needs its pattern written out as text']
  try {
    regex(pattern)
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}
