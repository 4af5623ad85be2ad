// Owns loading a runbooks folder: all files, checked against each other, become the content that runbot works with.
import type { Calendar } from '../../core/governance.ts'
import type { Catalog, CatalogProblem, Runbook } from '../../core/runbook.ts'
import { isObject } from '../../core/values.ts'
import type { Content } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import { readCalendar } from './calendar.ts'
import { readConnectors } from './connectors.ts'
import { type Folder, openFolder } from './directory.ts'
import type { Environment } from './environment.ts'
import { readGovernance } from './governance.ts'
import { governanceWarnings } from './governance-warnings.ts'
import { readProvenance } from './provenance-schema.ts'
import { type Known, readRunbook } from './runbook.ts'
import { withSecrets } from './with-secrets.ts'
import { type Read, readYaml, type Source } from './yaml-source.ts'

export interface LoadOptions {
  readonly dir: string
  readonly env: Environment
  readonly clock: Pick<Clock, 'now'>
  /** A `${env:NAME}` that is not set: an error (the default, for a start) or a warning (for a check of the files). */
  readonly unset?: 'error' | 'warning'
}

export type Loaded =
  | { readonly ok: true; readonly content: Content; readonly filesRead: number }
  | { readonly ok: false; readonly problems: readonly CatalogProblem[]; readonly filesRead: number }

/**
 * Reads everything. governance.yaml or connectors.yaml invalid: not ok, with every problem of every file, sorted.
 * A file of the catalogue invalid: that runbook is off, and the problem stands in `content.catalog.problems`.
 */
export function loadContent({ dir, env, clock, unset = 'error' }: LoadOptions): Loaded {
  const folder = openFolder(dir)
  const fatal: CatalogProblem[] = []
  const kept = <T>(read: Read<T>): T | undefined => {
    if (read.ok) return read.value
    fatal.push(...read.problems)
    return undefined
  }
  const source = (file: string) => kept(yamlFile(folder, file))
  const connectorsFile = source('connectors.yaml')
  const connectors = connectorsFile && kept(readConnectors(connectorsFile, env, folder.text))
  const governanceFile = source('governance.yaml')
  const governance =
    governanceFile &&
    kept(
      readGovernance(governanceFile, {
        facts: connectors?.facts,
        operations: connectors?.operations,
        pagers: connectors && new Set(Object.keys(connectors.pagers)),
        calendar: (name, file, defaultIs, note) => calendarFile(folder, name, file, defaultIs, note, fatal),
      }),
    )
  const provenance = folder.exists('provenance.yaml') ? source('provenance.yaml') : undefined
  const authors = (provenance && kept(readProvenance(provenance))) ?? {}
  if (connectors && unset === 'error') fatal.push(...connectors.unset)
  const { declared, warnings, ...catalog } = readCatalog(folder, {
    governance,
    authors,
    operations: connectors?.operations,
    facts: connectors?.facts,
    pagers: connectors && new Set(Object.keys(connectors.pagers)),
    commander: connectors && connectors.servicenow.context.commander !== null,
  })
  const filesRead = folder.filesRead()
  if (!connectors || !governanceFile || !governance || fatal.length > 0)
    return { ok: false, problems: sorted([...fatal, ...catalog.problems]), filesRead }
  return {
    ok: true,
    filesRead,
    content: {
      version: folder.version(),
      catalog: { ...catalog, operations: connectors.operations, loadedAt: clock.now() },
      governance,
      servicenow: connectors.servicenow,
      systems: connectors.systems,
      pagers: connectors.pagers,
      inbound: connectors.inbound,
      planner: connectors.planner,
      secrets: connectors.secrets,
      masks: connectors.masks,
      warnings: [
        ...connectors.unset,
        ...connectors.warnings,
        ...warnings,
        ...governanceWarnings(governanceFile, governance, declared),
      ].map(({ file, line, column, message }) => ({ file, line, column, message })),
    },
  }
}

/** Problems in the order in which a person would walk through the files. */
export const sorted = (problems: readonly CatalogProblem[]): readonly CatalogProblem[] =>
  problems.toSorted(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  )

/** A YAML file of the folder; a file that cannot be read is a problem at its beginning. */
export function yamlFile(folder: Folder, file: string): Read<Source> {
  const read = folder.text(file)
  return read.ok
    ? readYaml(file, read.text)
    : { ok: false, problems: [{ file, line: 1, column: 1, message: read.reason }] }
}

function calendarFile(
  folder: Folder,
  name: string,
  file: string,
  defaultIs: 'open' | 'closed',
  note: (message: string) => void,
  problems: CatalogProblem[],
): Calendar | undefined {
  const read = file.endsWith('.ics') ? folder.text(file) : ({ ok: false, reason: 'expected an .ics file' } as const)
  if (!read.ok) {
    note(`calendar ${file}: ${read.reason}`)
    return undefined
  }
  const calendar = readCalendar(name, read.text, defaultIs)
  if (calendar.ok) return calendar.calendar
  problems.push({ file, line: calendar.line, column: 1, message: calendar.message })
  return undefined
}

type ReadFiles = Pick<Catalog, 'runbooks' | 'problems'> & {
  readonly declared: ReadonlySet<string>
  readonly warnings: readonly CatalogProblem[]
}

function readCatalog(folder: Folder, known: Known): ReadFiles {
  const problems: CatalogProblem[] = []
  const runbooks = new Map<string, Runbook>()
  const declaredIn = new Map<string, Source[]>()
  const warnings: CatalogProblem[] = []
  for (const file of folder.yamlFiles('catalog')) {
    const source = yamlFile(folder, file)
    if (!source.ok) {
      problems.push(...source.problems)
      continue
    }
    const id = (source.value.value as { runbook?: unknown } | null)?.runbook
    if (typeof id === 'string') declaredIn.set(id, [...(declaredIn.get(id) ?? []), source.value])
    warnings.push(...withSecrets(source.value))
    const draft = draftProblem(source.value)
    if (draft) {
      problems.push(draft)
      continue
    }
    const runbook = readRunbook(source.value, known)
    if (runbook.ok) runbooks.set(runbook.value.id, runbook.value)
    else problems.push(...runbook.problems)
  }
  // Which of two files is meant cannot be told: neither is.
  for (const [id, sources] of declaredIn) {
    if (sources.length < 2) continue
    runbooks.delete(id)
    for (const source of sources) {
      const others = sources.filter((each) => each !== source).map((each) => each.file)
      problems.push(source.problem(['runbook'], `runbook "${id}" stands in ${others.join(' and ')} too`))
    }
  }
  return { runbooks, problems: sorted(problems), declared: new Set(declaredIn.keys()), warnings }
}

/** A draft never runs, wherever it lies (`npm run runbooks -- draft`). */
function draftProblem(source: Source): CatalogProblem | undefined {
  const { value } = source
  return isObject(value) && Object.hasOwn(value, 'draft')
    ? source.problem(['draft'], 'this is a draft, which never runs: finish it, and take "draft" out', 'key')
    : undefined
}
