// Owns reading the scenarios beside a catalogue: their shape, and that the names in them lead somewhere.
import type { CatalogProblem } from '../../core/runbook.ts'
import type { Content } from '../../ports/catalog.ts'
import { openFolder } from './directory.ts'
import { yamlFile } from './load.ts'
import { scenarioReferences } from './scenario-references.ts'
import { type Scenario, scenarioSchema } from './scenario-schema.ts'
import { readShape } from './schema.ts'
import type { Source } from './yaml-source.ts'

/** A scenario, and the file that it stands in. */
export interface ScenarioFile {
  readonly source: Source
  readonly scenario: Scenario
}

export interface ReadScenarios {
  /** In the order of the files' names; only those without a problem. */
  readonly scenarios: readonly ScenarioFile[]
  readonly problems: readonly CatalogProblem[]
  readonly files: number
}

/**
 * Reads scenarios/*.yaml. They change nothing about how runbot runs, and so are no part of the content. Without the
 * content (it is invalid) their names are not checked.
 */
export function readScenarios(dir: string, content: Content | undefined): ReadScenarios {
  const folder = openFolder(dir)
  const problems: CatalogProblem[] = []
  const scenarios: ScenarioFile[] = []
  for (const file of folder.yamlFiles('scenarios')) {
    const source = yamlFile(folder, file)
    const shape = source.ok ? readShape(source.value, scenarioSchema) : source
    if (!source.ok || !shape.ok) {
      if (!shape.ok) problems.push(...shape.problems)
      continue
    }
    const found = scenarioReferences(source.value, shape.value, content)
    problems.push(...found)
    if (found.length === 0) scenarios.push({ source: source.value, scenario: shape.value })
  }
  return { scenarios, problems, files: folder.filesRead() }
}

/** What is wrong with the scenarios, and how many files there are. */
export function checkScenarios(dir: string, content: Content | undefined): Omit<ReadScenarios, 'scenarios'> {
  const { problems, files } = readScenarios(dir, content)
  return { files, problems }
}
