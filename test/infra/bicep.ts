// Owns how the tests read a Bicep file: parsed by tree-sitter's grammar, then told as plain values.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Language, type Node, Parser } from 'web-tree-sitter'

/** What stands at a place: a plain value, or `{ code }` where an expression makes it. `each` is a loop's body. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value }

export interface Declaration {
  readonly name: string
  /** Decorators with their text, such as `minLength` → `1`. */
  readonly decorators: ReadonlyMap<string, string>
}
export interface Parameter extends Declaration {
  readonly type: string
  /** Absent: whoever uses the file has to give it. */
  readonly fallback?: Value
}
export interface Resource {
  readonly name: string
  /** Without the version: `Microsoft.App/containerApps`. */
  readonly type: string
  readonly version: string
  /** The expression after `if`. */
  readonly condition?: string
  readonly body: Value
}
export interface Module {
  readonly name: string
  /** From the repository's root. */
  readonly path: string
  readonly condition?: string
  readonly body: Value
}
export interface BicepFile {
  readonly path: string
  /** `line:column text` of everything that the grammar does not know. */
  readonly errors: readonly string[]
  readonly parameters: readonly Parameter[]
  readonly variables: ReadonlyMap<string, Value>
  readonly resources: readonly Resource[]
  readonly modules: readonly Module[]
  readonly outputs: ReadonlyMap<string, Value>
  /** Every name that an expression reads, with `module.outputs.x` whole where it stands. */
  readonly reads: readonly string[]
  readonly declared: ReadonlySet<string>
}

await Parser.init()
const grammar = fileURLToPath(import.meta.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'))
const parser = new Parser().setLanguage(await Language.load(grammar))

/** Reads a file of the repository. Throws where it is not there; what cannot be parsed stands in `errors`. */
export const readBicep = (path: string): BicepFile => parseBicep(path, readFileSync(path, 'utf8'))

export function parseBicep(path: string, text: string): BicepFile {
  const root = parser.parse(text)?.rootNode
  if (!root) throw new Error(`${path} cannot be parsed`)
  const file = {
    path,
    errors: descendants(root)
      .filter((node) => node.isError || node.isMissing)
      .map(({ startPosition: { row, column }, text: what }) => `${path}:${row + 1}:${column + 1} ${what.slice(0, 60)}`),
    parameters: [] as Parameter[],
    variables: new Map<string, Value>(),
    resources: [] as Resource[],
    modules: [] as Module[],
    outputs: new Map<string, Value>(),
    reads: readsOf(root),
    declared: new Set<string>(),
  }
  let decorators = new Map<string, string>()
  for (const node of named(root)) {
    const [first, second, third] = named(node)
    const name = first?.text ?? ''
    if (node.type === 'decorators') {
      decorators = new Map(named(node).map(decoratorOf))
      continue
    }
    if (node.type === 'parameter_declaration') {
      const fallback = third === undefined ? {} : { fallback: valueOf(third) }
      file.parameters.push({ name, type: second?.text ?? '', decorators, ...fallback })
    } else if (node.type === 'variable_declaration') file.variables.set(name, valueOf(second))
    else if (node.type === 'output_declaration') file.outputs.set(name, valueOf(third))
    else if (node.type === 'resource_declaration') {
      const [type = '', version = ''] = String(valueOf(second)).split('@')
      file.resources.push({ name, type, version, ...bodyOf(third) })
    } else if (node.type === 'module_declaration')
      file.modules.push({ name, path: join(dirname(path), String(valueOf(second))), ...bodyOf(third) })
    if (node.type !== 'output_declaration' && node.type.endsWith('_declaration')) file.declared.add(name)
    decorators = new Map()
  }
  return file
}

const named = (node: Node): readonly Node[] => node.namedChildren.filter((child) => child.type !== 'comment')
const descendants = (node: Node): readonly Node[] => [node, ...node.children.flatMap(descendants)]

function decoratorOf(decorator: Node): readonly [string, string] {
  const [, name = '', given = ''] = /^@(?:sys\.)?(\w+)\((.*)\)$/s.exec(decorator.text) ?? []
  return [name, given]
}

function bodyOf(node: Node | undefined): { readonly body: Value; readonly condition?: string } {
  if (node?.type !== 'if_statement') return { body: valueOf(node) }
  const [condition, body] = named(node)
  return { condition: condition?.text ?? '', body: valueOf(body) }
}

function valueOf(node: Node | undefined): Value {
  if (!node) return null
  const inner = named(node)
  switch (node.type) {
    case 'object':
      return Object.fromEntries(
        inner
          .filter((each) => each.type === 'object_property')
          .map((each) => [keyOf(named(each)[0]), valueOf(named(each)[1])]),
      )
    case 'array':
      return inner.map(valueOf)
    case 'for_statement':
      return { each: valueOf(node.childForFieldName('body') ?? undefined), code: node.text }
    case 'string':
      return node.text.includes('${') ? { code: node.text } : unquoted(node.text)
    case 'number':
      return Number(node.text)
    case 'boolean':
      return node.text === 'true'
    case 'null':
      return null
    default:
      return { code: node.text }
  }
}

const keyOf = (node: Node | undefined): string => unquoted(node?.text ?? '')
const unquoted = (text: string): string => text.replace(/^'|'$/g, '').replaceAll("\\'", "'")

/** Names that are read, without those that a loop or a lambda declares and without keys of objects. */
function readsOf(node: Node, local: readonly string[] = []): readonly string[] {
  if (node.type === 'member_expression') {
    const whole = /^(\w+)\.outputs\.(\w+)/.exec(node.text)
    if (whole && !local.includes(whole[1] ?? '')) return [whole[0]]
  }
  const inner = named(node)
  if (node.type === 'for_statement') {
    const loop = inner[0]
    const names = loop?.type === 'for_loop_parameters' ? named(loop).map((each) => each.text) : [loop?.text ?? '']
    return inner.slice(1).flatMap((each) => readsOf(each, [...local, ...names]))
  }
  if (node.type === 'lambda_expression')
    return inner.slice(1).flatMap((each) => readsOf(each, [...local, inner[0]?.text ?? '']))
  if (node.type === 'object_property') {
    const [key, ...rest] = inner
    return [...(key?.type === 'string' ? [key] : []), ...rest].flatMap((each) => readsOf(each, local))
  }
  if (node.type === 'decorators' || node.type === 'type') return []
  if (node.type === 'call_expression') return inner.slice(1).flatMap((each) => readsOf(each, local))
  if (node.type.endsWith('_declaration')) return inner.slice(1).flatMap((each) => readsOf(each, local))
  if (node.type === 'identifier') return local.includes(node.text) ? [] : [node.text]
  return inner.flatMap((each) => readsOf(each, local))
}

/** What stands at `a.b.0.c`; undefined where nothing does. */
export function at(value: Value | undefined, path: string): Value | undefined {
  let place = value
  for (const step of path.split('.')) {
    if (typeof place !== 'object' || place === null) return undefined
    place = (place as Record<string, Value>)[step]
  }
  return place
}
