// Owns whether what the files name exists in ServiceNow: close codes, groups, templates of standard changes.
import { templateNamed } from '../../adapters/servicenow/change-templates.ts'
import { choicesOf } from '../../adapters/servicenow/choices.ts'
import { groupNamed } from '../../adapters/servicenow/groups.ts'
import { people } from '../../adapters/servicenow/people.ts'
import type { Content } from '../../ports/catalog.ts'
import { isPortError } from '../../ports/errors.ts'
import type { Connected } from './connected.ts'
import { type Finding, failed, ok, skipped, warn } from './finding.ts'

const codes = 'ServiceNow close codes'

export async function closeCodes({ table, content }: Connected): Promise<readonly Finding[]> {
  const named = [
    ...(content.servicenow.closeCode === null ? [] : [['connectors.yaml', content.servicenow.closeCode] as const]),
    ...[...content.catalog.runbooks.values()].flatMap(({ id, onSuccess: { closeCode } }) =>
      closeCode === undefined ? [] : [[`runbook ${id}`, closeCode] as const],
    ),
  ]
  if (named.length === 0) return [skipped(codes, 'the files name none')]
  const choices = await choicesOf(table, 'incident', 'close_code').catch(whatFails)
  if (typeof choices === 'string' || choices.length === 0) {
    const mend = 'let the role of runbot’s user read sys_choice (docs/servicenow.md)'
    return [warn(codes, typeof choices === 'string' ? choices : 'the instance shows no close codes', mend)]
  }
  const wrong = named.filter(([, code]) => !choices.includes(code))
  if (wrong.length === 0) return [ok(codes, 'each close code of the files is a choice of this instance')]
  const byCode = Map.groupBy(wrong, ([, code]) => code)
  return [...byCode].map(([code, where]) =>
    failed(
      codes,
      `"${code}" (${where.map(([file]) => file).join(', ')}) is none of this instance’s`,
      `use one of ${choices.toSorted().join(', ')}; an unknown one is dropped, and then the incident is not resolved`,
    ),
  )
}

const groupsName = 'ServiceNow groups'

/** Groups that the files name, and the question who is on call for those where that counts. */
export async function groups({ client, table, content }: Connected): Promise<readonly Finding[]> {
  const all = groupsOf(content)
  if (all.size === 0) return [skipped(groupsName, 'the files name none')]
  const { onCall } = people({ client, table, settings: () => content.servicenow })
  const ask = async (name: string, rota: boolean): Promise<string | undefined> => {
    try {
      await groupNamed(table, name)
      if (rota) await onCall.people(name)
      return undefined
    } catch (error) {
      return whatFails(error)
    }
  }
  const asked = await Promise.all(
    [...all].map(async ([name, where]) => ({ where, wrong: await ask(name, where.includes(rotaOf)) })),
  )
  const found = asked.flatMap(({ where, wrong }) => {
    if (wrong === undefined) return []
    const mend = 'create the group, correct its name, or let the role of runbot’s user read it'
    return [failed(groupsName, `${wrong} (${where.join(', ')})`, mend)]
  })
  return found.length > 0 ? found : [ok(groupsName, `${all.size} groups of the files exist`)]
}

const rotaOf = 'on call in governance.yaml'

function groupsOf({ governance, servicenow, pagers, catalog }: Content): ReadonlyMap<string, readonly string[]> {
  const named: (readonly [group: string, where: string])[] = []
  for (const [name, group] of Object.entries(governance.groups)) {
    if (group.kind === 'servicenow') named.push([group.name, `group ${name} in governance.yaml`])
    if (group.kind === 'onCall') named.push([group.name, rotaOf])
  }
  if (servicenow.failed.assign !== null) named.push([servicenow.failed.assign, 'failed.assign in connectors.yaml'])
  for (const [name, pager] of Object.entries(pagers))
    if (pager.kind === 'servicenow') named.push([pager.group, `pager ${name}`])
  for (const { id, onFailure } of catalog.runbooks.values())
    if (onFailure.assign !== undefined) named.push([onFailure.assign, `runbook ${id}`])
  const byGroup = Map.groupBy(named, ([group]) => group)
  return new Map([...byGroup].map(([group, all]) => [group, all.map(([, where]) => where)]))
}

const templatesName = 'ServiceNow standard changes'

export async function templates({ client, content }: Connected): Promise<readonly Finding[]> {
  const names = Object.values(content.governance.classes).flatMap(({ standardChange }) => standardChange ?? [])
  if (names.length === 0) return [skipped(templatesName, 'governance.yaml names no template')]
  const asked = await Promise.all(
    [...new Set(names)].map((name) => templateNamed(client, name).then(() => undefined, whatFails)),
  )
  const mend =
    'publish the template under this name, and let the role of runbot’s user use the Change Management API (sn_change_write)'
  const found = asked.flatMap((wrong) => (wrong === undefined ? [] : [failed(templatesName, wrong, mend)]))
  return found.length > 0 ? found : [ok(templatesName, 'each template of governance.yaml is published')]
}

function whatFails(error: unknown): string {
  if (isPortError(error)) return error.message
  throw error
}
