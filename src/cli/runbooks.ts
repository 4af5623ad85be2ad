// Owns `npm run runbooks -- check|explain-governance|test [dir]`, `replay <file>` and `draft <notes.md>`: what is wrong with the runbook files, what they say and do.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { problemLine } from '../adapters/catalog/files.ts'
import { loadContent, sorted } from '../adapters/catalog/load.ts'
import { checkScenarios } from '../adapters/catalog/scenarios.ts'
import type { CatalogProblem } from '../core/runbook.ts'
import { systemClock } from '../ports/clock.ts'
import { draftCommand } from './draft/draft-command.ts'
import { explainGovernance } from './explain-governance.ts'
import { replayCommand } from './replay/replay-command.ts'
import { testScenarios } from './scenarios/test-command.ts'
import { loadEnvironment } from './terminal.ts'

const USAGE =
  'usage: npm run runbooks -- check|explain-governance [dir], test [dir] [words…], replay <file> [--dir folder] [--against ref] [--map name=column]… [--json], or draft <notes.md> [dir] (dir: RUNBOOKS_DIR, else runbooks)'

/** Prints to stdout, a misuse to stderr. 0: all well · 1: problems · 2: not a command. */
async function main(args: readonly string[]): Promise<number> {
  const [command, ...given] = args
  const usual = process.env['RUNBOOKS_DIR'] || 'runbooks'
  if (command === 'replay') return replayCommand(given, usual, { out: console.log, err: console.error })
  if (command === 'draft')
    return draftCommand(given, usual, loadEnvironment(), { out: console.log, err: console.error })
  // A word is no folder: `test spooler` plays what is about the spooler.
  const words = command === 'test' && given[0] !== undefined && !existsSync(given[0]) && !given[0].includes('/')
  const [dir = usual, ...rest] = words ? [usual, ...given] : given
  const isKnown = command === 'test' || ((command === 'check' || command === 'explain-governance') && rest.length === 0)
  if (!isKnown || [dir, ...rest].some((each) => each.startsWith('-'))) {
    console.error(USAGE)
    return 2
  }
  if (!existsSync(dir)) {
    console.error(`there is no folder ${dir}`)
    return 1
  }
  if (command === 'test') return testScenarios(dir, rest, { out: console.log })
  // Only the store is named in there: a check is the same with and without it.
  return command === 'check' ? check(dir) : explainGovernance(dir, loadEnvironment(), { out: console.log })
}

/** An unset `${env:NAME}` is a warning here: the files are checked where the secrets are not. */
function check(dir: string): number {
  const loaded = loadContent({ dir, env: process.env, clock: systemClock, unset: 'warning' })
  const content = loaded.ok ? loaded.content : undefined
  const scenarios = checkScenarios(dir, content)
  const problems = sorted([...(loaded.ok ? loaded.content.catalog.problems : loaded.problems), ...scenarios.problems])
  const warnings = sorted((content?.warnings ?? []) as unknown as readonly CatalogProblem[])
  const placed = (problem: CatalogProblem, prefix = '') =>
    problemLine({ ...problem, file: join(dir, problem.file), message: `${prefix}${problem.message}` })
  for (const warning of warnings) console.log(placed(warning, 'warning: '))
  for (const problem of problems) console.log(placed(problem))
  const files = counted(loaded.filesRead + scenarios.files, 'file')
  const runbooks = counted(content?.catalog.runbooks.size ?? 0, 'runbook')
  console.log(`${files}, ${runbooks}: ${problems.length === 0 ? 'ok' : counted(problems.length, 'problem')}`)
  return problems.length === 0 ? 0 : 1
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`runbooks: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
