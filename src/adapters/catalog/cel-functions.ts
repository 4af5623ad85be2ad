// Owns what CEL can call here: its standard functions, arithmetic over JSON numbers, RE2 matches, text functions with bounds.
import { type CelEnv, type CelFunc, CelScalar, celEnv, celFunc, celMethod, isCelList } from '@bufbuild/cel'
import { strings } from '@bufbuild/cel/ext'
import { compileRegex, MAX_MATCHED_TEXT } from './pattern.ts'

const { BOOL, DOUBLE, INT, STRING } = CelScalar

/** An argument such as a separator; a longer one could multiply a text beyond memory. */
const MAX_ARGUMENT = 1024
const MAX_PARTS = 2000
/** `format` and `quote` are left out: nothing needs them, and `format` can multiply its input. */
const TEXT_FUNCTIONS = new Set([
  'charAt',
  'indexOf',
  'join',
  'lastIndexOf',
  'lowerAscii',
  'replace',
  'split',
  'substring',
  'trim',
  'upperAscii',
])

/** The one environment that every expression is planned in. */
export const environment: CelEnv = celEnv({ funcs: [...arithmetic(), ...strings.flatMap(bounded), matches()] })

/** Names that may be called, as methods or functions. */
export const isFunction = (name: string): boolean => environment.funcs.find(name) !== undefined
export const functionNames = (): readonly string[] =>
  [...new Set([...environment.funcs].map((func) => func.name))]
    .filter((name) => /^[a-z][A-Za-z]*$/.test(name))
    .toSorted()

/** A literal pattern, compiled once. Throws where it does not compile. */
export function regex(pattern: string): { test: (text: string) => boolean } {
  const cached = compiled.get(pattern)
  if (cached) return cached
  const answer = compileRegex(pattern)
  if (!answer.ok) throw new Error(answer.reason)
  if (compiled.size >= 500) compiled.clear()
  compiled.set(pattern, answer.regex)
  return answer.regex
}
const compiled = new Map<string, { test: (text: string) => boolean }>()

function matches(): CelFunc {
  return celMethod('matches', STRING, [STRING], BOOL, function (this: string, pattern: string) {
    if (this.length > MAX_MATCHED_TEXT) throw new Error('the text is longer than 64 KiB')
    return regex(pattern).test(this)
  })
}

/** JSON numbers are doubles, literals such as 100 are ints: `ci.users + 1` must work all the same. */
function arithmetic(): CelFunc[] {
  const operations: [string, (left: number, right: number) => number][] = [
    ['_+_', (left, right) => left + right],
    ['_-_', (left, right) => left - right],
    ['_*_', (left, right) => left * right],
    ['_/_', divide],
    ['_%_', remainder],
  ]
  return operations.flatMap(([name, apply]) => [
    celFunc(name, [INT, DOUBLE], DOUBLE, (left, right) => apply(Number(left), right)),
    celFunc(name, [DOUBLE, INT], DOUBLE, (left, right) => apply(left, Number(right))),
    celFunc(name, [DOUBLE, DOUBLE], DOUBLE, apply),
  ])
}

/** Infinity would pass for "more than the limit" and NaN for "less": neither is an answer (P5). */
function divide(left: number, right: number): number {
  if (right === 0) throw new Error('division by zero')
  return left / right
}

function remainder(left: number, right: number): number {
  if (!Number.isInteger(left) || !Number.isInteger(right)) throw new Error('% is for whole numbers')
  if (right === 0) throw new Error('division by zero')
  return left % right
}

/** A text function that refuses huge input, and takes a whole JSON number where it wants an int. */
function bounded(func: CelFunc): CelFunc[] {
  if (!TEXT_FUNCTIONS.has(func.name)) return []
  const call: CelFunc['call'] = (id, target, args) => {
    if (typeof target === 'string' && target.length > MAX_MATCHED_TEXT)
      throw new Error('the text is longer than 64 KiB')
    for (const arg of args)
      if (typeof arg === 'string' && arg.length > MAX_ARGUMENT)
        throw new Error(`an argument of ${func.name} is too long`)
    const ints = args.map((arg) => (typeof arg === 'number' && Number.isInteger(arg) ? BigInt(arg) : arg))
    const result = func.call(id, target, ints)
    if (isCelList(result) && result.size > MAX_PARTS) throw new Error(`${func.name} gives more than ${MAX_PARTS} parts`)
    return result
  }
  return [Object.create(func, { call: { value: call } }) as CelFunc]
}
