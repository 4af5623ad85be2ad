// Owns whether the names in a runbook lead somewhere: its owner, class, environments, rules and groups.
import type { CatalogProblem } from '../../core/runbook.ts'
import type { Known } from './runbook.ts'
import type { RunbookFile } from './runbook-schema.ts'
import { suggestion } from './suggest.ts'
import type { Path, Source } from './yaml-source.ts'

/** Every name that leads nowhere. Nothing is checked while governance.yaml cannot be read. */
export function runbookReferences(
  source: Source,
  file: RunbookFile,
  { governance, pagers, commander, facts }: Known,
): CatalogProblem[] {
  const problems: CatalogProblem[] = []
  const note = (path: Path, message: string) => problems.push(source.problem(path, message))
  if (file.match && file.match.class === undefined && file.match.when === undefined)
    note(['match'], 'match needs class or when: without both it would fit every incident')
  const { waves = [], approval } = file.targets ?? {}
  if (approval !== undefined && waves.length < 2)
    note(['targets', 'approval'], 'approval asks before every wave after the first: declare waves, such as [1, 100%]')
  const page = file.onFailure?.page
  if (page !== undefined && pagers && !pagers.has(page))
    note(['onFailure', 'page'], `there is no pager "${page}" in connectors.yaml${suggestion(page, [...pagers])}`)
  // What nothing supplies is never known, so that the runbook would wait for ever.
  const countable = facts && [...new Set(['ci', 'class', 'site', 'queue', 'signature', ...facts.incident, ...facts.ci])]
  file.match?.recurrence?.by.forEach((name, index) => {
    if (countable && !countable.includes(name))
      note(['match', 'recurrence', 'by', index], `nothing supplies "${name}"${suggestion(name, countable)}`)
  })
  // Whoever commands an incident could never be told, so that the limit would stop every run in production (P5).
  if (file.limits?.commander !== undefined && commander === false)
    note(
      ['limits', 'commander'],
      'connectors.yaml declares no servicenow.context.commander: name the column of incident',
    )
  if (!governance) return problems
  const named = (kind: string, name: string | undefined, known: readonly string[], path: Path) => {
    if (name !== undefined && !known.includes(name))
      note(path, `there is no ${kind} "${name}"${suggestion(name, known)}`)
  }
  const groups = Object.keys(governance.groups)
  const environments = governance.environments.map((each) => each.name)
  named('group', file.owner, groups, ['owner'])
  named('class', file.match?.class, Object.keys(governance.classes), ['match', 'class'])
  named('group', file.onFailure?.escalate, [...groups, 'on-call', 'owner'], ['onFailure', 'escalate'])
  // A runbook may be written for several installations: a name that this one lacks only narrows where it may run.
  // Where none of them exists here the runbook could run nowhere, which nobody means.
  const allowed = file.limits?.environments ?? []
  if (!allowed.some((name) => environments.includes(name)))
    for (const [index, name] of allowed.entries())
      named('environment', name, environments, ['limits', 'environments', index])
  file.limits?.changeWindow?.in.forEach((name, index) =>
    named('environment', name, environments, ['limits', 'changeWindow', 'in', index]),
  )
  const rules = ['always', ...Object.keys(governance.rules)]
  named('rule', approval, rules, ['targets', 'approval'])
  file.steps.forEach((step, index) => named('rule', step.approval, rules, ['steps', index, 'approval']))
  return problems
}
