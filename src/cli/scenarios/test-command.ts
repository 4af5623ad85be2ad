// Owns `npm run runbooks -- test [dir] [words…]`: every scenario that the words fit, one line each, then the sum.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { problemLine } from '../../adapters/catalog/files.ts'
import { loadContent } from '../../adapters/catalog/load.ts'
import { readScenarios, type ScenarioFile } from '../../adapters/catalog/scenarios.ts'
import { cardRenderer } from '../../adapters/teams/cards.ts'
import type { Content } from '../../ports/catalog.ts'
import { systemClock } from '../../ports/clock.ts'
import { type Output, printable } from '../terminal.ts'
import { differences } from './expectations.ts'
import { play } from './play.ts'
import { broken, failed, passed } from './report.ts'
import { type CardRenderer, worldOf } from './world.ts'

const CARDS = fileURLToPath(new URL('../../../cards', import.meta.url))

/** 0: every scenario held · 1: one did not, a file is wrong, or there was nothing to play. */
export async function testScenarios(
  dir: string,
  words: readonly string[],
  { out }: Pick<Output, 'out'>,
): Promise<0 | 1> {
  // No secret is wanted: nothing leaves, and a plan is the same on every machine.
  const loaded = loadContent({ dir, env: {}, clock: systemClock, unset: 'warning' })
  const content = loaded.ok ? loaded.content : undefined
  const { scenarios, problems: wrong } = readScenarios(dir, content)
  const problems = [...(loaded.ok ? loaded.content.catalog.problems : loaded.problems), ...wrong]
  for (const problem of problems) out(printable(problemLine({ ...problem, file: join(dir, problem.file) })))
  if (!content) return 1

  const chosen = scenarios.filter((each) => words.every((word) => isAbout(each, word)))
  const card = cardRenderer({ dir: CARDS })
  let held = 0
  for (const each of chosen) {
    const { ok, lines } = await played(each, content, card, (file) => join(dir, file))
    for (const line of lines) out(line)
    if (ok) held += 1
  }
  const bad = new Set(wrong.map(({ file }) => file)).size
  const sum = [
    `${chosen.length} scenario${chosen.length === 1 ? '' : 's'}: ${held} ok, ${chosen.length - held} failed`,
    ...(bad > 0 ? [`${bad} not played, for they are wrong`] : []),
  ]
  out(sum.join(', '))
  if (chosen.length === 0 && words.length > 0) out('no scenario fits these words')
  else if (chosen.length === 0 && bad === 0) out(`there is no scenario in ${dir}`)
  return held === chosen.length && held > 0 && problems.length === 0 ? 0 : 1
}

const isAbout = ({ source, scenario }: ScenarioFile, word: string): boolean =>
  `${source.file}\n${scenario.scenario}`.toLowerCase().includes(word.toLowerCase())

async function played(
  file: ScenarioFile,
  content: Content,
  card: CardRenderer,
  place: (file: string) => string,
): Promise<{ readonly ok: boolean; readonly lines: readonly string[] }> {
  try {
    const world = await worldOf(file.scenario, content, card)
    const happened = { world, played: await play(world) }
    const found = differences(world, happened.played)
    return found.length === 0
      ? { ok: true, lines: passed(file, place) }
      : { ok: false, lines: failed(file, found, happened, place) }
  } catch (error) {
    return { ok: false, lines: [broken(file, error instanceof Error ? error.message : String(error), place)] }
  }
}
