// Owns the check at start: columns that connectors.yaml names and ServiceNow does not know, which it drops silently.
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import { isPortError } from '../../ports/errors.ts'
import { plainText } from '../wire/text.ts'
import { attempt } from './attempt.ts'
import { choicesOf } from './choices.ts'
import type { TableApi } from './table.ts'
import { triggerOf } from './trigger.ts'
import { columnPath } from './values.ts'

/** Parents as every instance has them; others are read from sys_db_object, where the account may. */
const parents: { readonly [table: string]: string } = {
  incident: 'task',
  cmdb_ci: 'cmdb',
  task: '',
  cmdb: '',
  sys_user: '',
}

/** Warnings for a person, one sentence each; empty where every column is known. Never rejects with a PortError. */
export async function checkColumns(table: TableApi, settings: ServiceNowSettings): Promise<readonly string[]> {
  const warnings: string[] = []
  const trigger = await attempt(async () => triggerOf(settings.trigger))
  if (!trigger.ok) warnings.push(trigger.reason)
  const named = [
    ...(trigger.ok ? trigger.value.columns : []).map((column) => ['incident', column, 'trigger'] as const),
    ...Object.entries(settings.incident).map(([name, column]) => ['incident', column, `incident.${name}`] as const),
    ...Object.entries(settings.ci).map(([name, column]) => ['cmdb_ci', column, `ci.${name}`] as const),
    ...(settings.person === null ? [] : [['sys_user', settings.person, 'person'] as const]),
    ...declared(settings),
  ]
  try {
    const dictionary = dictionaryOf(table)
    if (!(await dictionary.has('incident', 'number'))) return [...warnings, unreadable('it shows no rows')]
    for (const [start, path, where] of named) {
      const column = await attempt(async () => columnPath(path))
      if (!column.ok) warnings.push(`${where}: ${column.reason}`)
      else if (!(await dictionary.has(start, column.value)))
        warnings.push(
          `${where} in connectors.yaml names ${start}.${path}, which ServiceNow does not know: it is ignored`,
        )
    }
    warnings.push(...(await closeCodeProblem(table, settings.closeCode)))
  } catch (error) {
    if (!isPortError(error)) throw error
    warnings.push(unreadable(error.message))
  }
  return warnings
}

/** Columns of what is read around an incident. */
const declared = ({ context: { owner, commander, learned } }: ServiceNowSettings) =>
  (
    [
      ['cmdb_ci', owner, 'context.owner'],
      ['incident', commander, 'context.commander'],
      ['incident', learned, 'context.learned'],
    ] as const
  ).flatMap(([table, column, where]) => (column === null ? [] : [[table, column, where] as const]))

const unreadable = (why: string): string =>
  `sys_dictionary cannot be read (${why}): check by hand the columns that connectors.yaml names, for ServiceNow drops unknown ones without a word`

async function closeCodeProblem(table: TableApi, code: string | null): Promise<readonly string[]> {
  const choices = code === null ? [] : await choicesOf(table, 'incident', 'close_code')
  if (code === null || choices.length === 0 || choices.includes(code)) return []
  return [
    `resolve.closeCode "${plainText(code, 60)}" is none of this instance's: ${plainText(choices.join(', '), 300)}`,
  ]
}

function dictionaryOf(table: TableApi) {
  const lineages = new Map<string, Promise<readonly string[]>>()

  const parentOf = async (name: string): Promise<string> => {
    if (parents[name] !== undefined) return parents[name]
    if (!/^[a-z0-9_]+$/.test(name)) return ''
    const { rows } = await table.list('sys_db_object', `name=${name}`, ['name', 'super_class.name'], { max: 5 })
    return rows.find((row) => row['name']?.value === name)?.['super_class.name']?.value ?? ''
  }
  const lineage = async (name: string): Promise<readonly string[]> => {
    const found = [name]
    for (let next = name; found.length < 10; found.push(next)) {
      next = await parentOf(next)
      if (next === '' || found.includes(next)) break
    }
    return found
  }
  const lineageOf = (name: string): Promise<readonly string[]> => {
    const known = lineages.get(name) ?? lineage(name)
    lineages.set(name, known)
    return known
  }

  /** Whether the path leads to a column; through a reference it goes on in the table that is referred to. */
  const has = async (start: string, path: string): Promise<boolean> => {
    const [element = '', ...rest] = path.split('.')
    if (element === 'sys_id') return rest.length === 0
    const entries = await entriesOf(`nameIN${(await lineageOf(start)).join(',')}^element=${element}`, element)
    const entry = entries[0] ?? (start === 'cmdb_ci' ? await ofSomeClass(element) : undefined)
    const reference = entry?.['reference']?.value ?? ''
    if (!entry || rest.length === 0) return entry !== undefined
    return /^[a-z0-9_]+$/.test(reference) && has(reference, rest.join('.'))
  }
  /** A CI's column may belong to one class only: its facts are unknown elsewhere, which is no mistake. */
  const ofSomeClass = async (element: string) => {
    const entries = await entriesOf(`element=${element}^nameLIKEcmdb`, element)
    for (const entry of entries.slice(0, 20))
      if ((await lineageOf(entry['name']?.value ?? '')).includes('cmdb_ci')) return entry
    return undefined
  }
  const entriesOf = async (query: string, element: string) => {
    const { rows } = await table.list('sys_dictionary', query, ['name', 'element', 'reference'])
    return rows.filter((row) => row['element']?.value === element)
  }
  return { has }
}
