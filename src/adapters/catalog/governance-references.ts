// Owns whether the names in governance.yaml lead somewhere: groups, rules, environments and operations.
import type { CatalogProblem, Operation } from '../../core/runbook.ts'
import type { GovernanceFile } from './governance-schema.ts'
import { suggestion } from './suggest.ts'
import type { Path, Source } from './yaml-source.ts'

/** Built in: any person of an allowed tenant, and the runbook's owner group. */
export const BUILT_IN_GROUPS = ['everyone', 'owner']
const MATRIX_WORDS = ['auto', 'people-only', 'forbidden']

/** What connectors.yaml declares; undefined (it is broken) is not checked. */
interface Declared {
  readonly pagers: ReadonlySet<string> | undefined
}

/** Every name that leads nowhere, and every environment without a row in the matrix. */
export function governanceReferences(source: Source, file: GovernanceFile, { pagers }: Declared): CatalogProblem[] {
  const problems: CatalogProblem[] = []
  const note = (path: Path, message: string, at?: 'key' | 'value') => problems.push(source.problem(path, message, at))
  const groups = [...Object.keys(file.groups), ...BUILT_IN_GROUPS]
  const rules = Object.keys(file.rules)
  const environments = file.environments.map((each) => each.name)
  const group = (name: string, path: Path, known = groups) => {
    if (!known.includes(name)) note(path, `there is no group "${name}"${suggestion(name, known)}`)
  }
  const groupList = (names: readonly string[] | undefined, path: Path) =>
    names?.forEach((name, index) => group(name, [...path, index]))
  const rule = (name: string, path: Path, words: readonly string[] = []) => {
    const known = [...words, ...rules]
    if (!known.includes(name)) note(path, `there is no rule "${name}"${suggestion(name, known)}`)
  }
  const environment = (name: string | undefined, path: Path, at: 'key' | 'value' = 'value') => {
    if (name !== undefined && !environments.includes(name))
      note(path, `there is no environment "${name}"${suggestion(name, environments)}`, at)
  }
  const pager = (name: string | undefined, path: Path) => {
    if (name !== undefined && pagers && !pagers.has(name))
      note(path, `there is no pager "${name}" in connectors.yaml${suggestion(name, [...pagers])}`)
  }

  for (const name of BUILT_IN_GROUPS)
    if (Object.hasOwn(file.groups, name)) note(['groups', name], `the group "${name}" is built in`, 'key')
  environments.forEach((name, index) => {
    if (environments.indexOf(name) !== index)
      note(['environments', index, 'name'], `environment "${name}" stands here twice`)
    if (!Object.hasOwn(file.matrix, name)) note(['matrix'], `the matrix has no row for environment "${name}"`, 'key')
  })
  for (const [name, row] of Object.entries(file.matrix)) {
    environment(name, ['matrix', name], 'key')
    for (const [tier, cell] of Object.entries(row)) rule(cell, ['matrix', name, tier], MATRIX_WORDS)
  }
  file.overrides?.forEach((each, index) => {
    const path = ['overrides', index]
    const classes = Object.keys(file.classes ?? {})
    if (each.class !== undefined && !classes.includes(each.class))
      note([...path, 'class'], `there is no class "${each.class}"${suggestion(each.class, classes)}`)
    if (each.owner !== undefined) group(each.owner, [...path, 'owner'], Object.keys(file.groups))
    environment(each.environment, [...path, 'environment'])
    rule(each.to, [...path, 'to'], MATRIX_WORDS)
    if (each.tier === 3 && each.to === 'auto')
      note([...path, 'to'], 'tier 3 is never automatic: name a rule, people-only or forbidden')
  })
  rule(file.defaultRule, ['defaultRule'])
  for (const [name, each] of Object.entries(file.rules)) {
    const path = ['rules', name]
    groupList(each.from, [...path, 'from'])
    groupList(each.substitute?.from, [...path, 'substitute', 'from'])
    each.all?.forEach((line, index) => {
      groupList(line.from, [...path, 'all', index, 'from'])
      groupList(line.substitute?.from, [...path, 'all', index, 'substitute', 'from'])
    })
    pager(each.page, [...path, 'page'])
  }
  file.raise?.forEach((each, index) => rule(each.to, ['raise', index, 'to']))
  file.freezes?.forEach((each, index) => groupList(each.override, ['freezes', index, 'override']))
  groupList(file.freeze?.may, ['freeze', 'may'])
  groupList(file.freeze?.unfreeze?.may, ['freeze', 'unfreeze', 'may'])
  groupList(file.exceptions?.may, ['exceptions', 'may'])
  for (const [name, each] of Object.entries(file.exceptions?.standing ?? {}))
    environment(each.environment, ['exceptions', 'standing', name, 'environment'])
  groupList(file.breakGlass?.may, ['breakGlass', 'may'])
  pager(file.breakGlass?.page, ['breakGlass', 'page'])
  for (const [name, names] of Object.entries(file.requesters ?? {})) groupList(names, ['requesters', name])
  for (const [name, names] of Object.entries(file.commands ?? {})) groupList(names, ['commands', name])
  file.autonomy?.forEach((each, index) => environment(each.environment, ['autonomy', index, 'environment']))
  return problems
}

/** Evidence, preflight and verify only look: their operations are of tier 0 (DESIGN §9 "Files"). */
export function readOnlyProblem(
  name: string,
  operations: ReadonlyMap<string, Operation> | undefined,
): string | undefined {
  const operation = operations?.get(name)
  if (operation)
    return operation.tier === 0 ? undefined : `${name} is of tier ${operation.tier}: only tier 0 may be used to look`
  return operations && unknownOperation(name, operations)
}

export const unknownOperation = (name: string, operations: ReadonlyMap<string, Operation>): string =>
  `there is no operation "${name}" in connectors.yaml${suggestion(name, [...operations.keys()])}`
