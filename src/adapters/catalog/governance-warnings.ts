// Owns what a person should know of governance.yaml although it is valid: runbooks that are not there, cells that say too much.
import type { Governance } from '../../core/governance.ts'
import { overrideWords } from '../../core/guardrails/matrix.ts'
import type { CatalogProblem } from '../../core/runbook.ts'
import type { Path, Source } from './yaml-source.ts'

/** A runbook that governance names may come later, or be off: that is worth a warning and no more. */
export function governanceWarnings(
  source: Source,
  governance: Governance,
  declared: ReadonlySet<string>,
): readonly CatalogProblem[] {
  const { autonomy, classes, exceptions, matrix, overrides, requesters } = governance
  const runbook = (id: string | undefined, path: Path, at: 'key' | 'value' = 'value') =>
    id === undefined || declared.has(id)
      ? []
      : [source.problem(path, `there is no runbook "${id}" in the catalogue`, at)]
  return [
    ...autonomy.flatMap((each, index) => runbook(each.runbook, ['autonomy', index, 'runbook'])),
    ...Object.keys(requesters).flatMap((id) => (id === 'default' ? [] : runbook(id, ['requesters', id], 'key'))),
    ...overrides.flatMap((each, index) => [
      ...runbook(each.runbook, ['overrides', index, 'runbook']),
      ...(overrideWords(each) === 'everything'
        ? [source.problem(['overrides', index], 'this override fits every plan: the matrix below counts no more')]
        : []),
    ]),
    ...Object.entries(classes).flatMap(([name, { runbooks = [] }]) =>
      runbooks.flatMap((id, index) => runbook(id, ['classes', name, 'runbooks', index])),
    ),
    ...Object.keys(exceptions.standing).flatMap((name) =>
      runbook(exceptions.standing[name]?.runbook, ['exceptions', 'standing', name, 'runbook']),
    ),
    ...Object.entries(matrix).flatMap(([environment, row]) =>
      row[3]?.kind === 'auto'
        ? [source.problem(['matrix', environment, '3'], 'tier 3 is never automatic: it counts as people-only')]
        : [],
    ),
  ]
}
