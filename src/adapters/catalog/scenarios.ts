// Owns checking the scenarios beside a catalogue: their shape, and that the names in them lead somewhere.
import type { CatalogProblem } from '../../core/runbook.ts'
import type { Content } from '../../ports/catalog.ts'
import { openFolder } from './directory.ts'
import { unknownOperation } from './governance-references.ts'
import { yamlFile } from './load.ts'
import { scenarioSchema } from './scenario-schema.ts'
import { readShape } from './schema.ts'
import { suggestion } from './suggest.ts'
import type { Path } from './yaml-source.ts'

/**
 * Checks scenarios/*.yaml. They change nothing about how runbot runs, and so are no part of the content.
 */
export function checkScenarios(
  dir: string,
  content: Content | undefined,
): { readonly files: number; readonly problems: readonly CatalogProblem[] } {
  const folder = openFolder(dir)
  const problems: CatalogProblem[] = []
  for (const file of folder.yamlFiles('scenarios')) {
    const source = yamlFile(folder, file)
    if (!source.ok) {
      problems.push(...source.problems)
      continue
    }
    const note = (path: Path, message: string, at?: 'key' | 'value') =>
      problems.push(source.value.problem(path, message, at))
    const shape = readShape(source.value, scenarioSchema)
    if (!shape.ok) {
      problems.push(...shape.problems)
      continue
    }
    const { runbook, given, when, expect } = shape.value
    when?.forEach((each, index) => {
      if (Object.keys(each).length !== 1) note(['when', index], 'expected exactly one of approve, reject, stop, wait')
    })
    if (!content) continue
    const { runbooks, operations, problems: off } = content.catalog
    const ids = [...runbooks.keys()]
    // While some files are broken, the runbook may well be in one of them.
    if (!runbooks.has(runbook) && off.length === 0)
      note(['runbook'], `there is no runbook "${runbook}"${suggestion(runbook, ids)}`)
    for (const name of Object.keys(given.world ?? {}))
      if (!operations.has(name)) note(['given', 'world', name], unknownOperation(name, operations), 'key')
    expect.steps?.forEach((name, index) => {
      if (!operations.has(name)) note(['expect', 'steps', index], unknownOperation(name, operations))
    })
    const rules = Object.keys(content.governance.rules)
    const { rule } = expect.decision ?? {}
    if (rule !== undefined && !rules.includes(rule))
      note(['expect', 'decision', 'rule'], `there is no rule "${rule}"${suggestion(rule, rules)}`)
  }
  return { files: folder.filesRead(), problems }
}
