// Owns `npm run runbooks -- draft <notes.md> [dir]`: prose becomes a draft beside the catalogue, for a person to finish.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { loadContent } from '../../adapters/catalog/load.ts'
import { outliner } from '../../adapters/planner/outliner.ts'
import { systemClock } from '../../ports/clock.ts'
import { isPortError } from '../../ports/errors.ts'
import type { Outline } from '../../ports/planner.ts'
import { type Output, printable } from '../terminal.ts'
import { outlineOf } from './outline.ts'
import { draftText, idOf } from './render.ts'

const MOST_BYTES = 256 * 1024
const USAGE = 'usage: npm run runbooks -- draft <notes.md> [dir]'

/** 0: written · 1: it cannot be · 2: not a command. `env` fills connectors.yaml in, where it names a model. */
export async function draftCommand(
  args: readonly string[],
  usual: string,
  env: NodeJS.ProcessEnv,
  { out, err }: Output,
): Promise<0 | 1 | 2> {
  const [notes, dir = usual, ...rest] = args
  if (notes === undefined || rest.length > 0 || args.some((each) => each.startsWith('-'))) {
    err(USAGE)
    return 2
  }
  const no = (reason: string): 1 => {
    err(printable(reason))
    return 1
  }
  if (!existsSync(notes)) return no(`there is no file ${notes}`)
  if (!existsSync(dir)) return no(`there is no folder ${dir}`)
  if (statSync(notes).size > MOST_BYTES) return no(`${notes} is larger than 256 KiB`)
  const prose = proseIn(notes)
  if (prose === undefined) return no(`${notes} is not UTF-8 text`)
  if (prose.trim() === '') return no(`${notes} is empty`)

  const loaded = loadContent({ dir, env, clock: systemClock, unset: 'warning' })
  const settings = loaded.ok ? loaded.content.planner : null
  const { outline, by } = await sorted(prose, settings && outliner({ settings, proxyFromEnv: true }), out)
  const file = join(dir, 'drafts', `${idOf(outline.title)}.yaml`)
  if (existsSync(file)) return no(`${file} is there already: finish it, or take it away`)
  const operations = loaded.ok ? loaded.content.catalog.operations.values() : []
  mkdirSync(join(dir, 'drafts'), { recursive: true })
  writeFileSync(file, draftText(outline, `${basename(notes)} ${by}`, operations), { flag: 'wx' })
  const count = outline.steps.length
  out(
    printable(
      `${file}: a draft of ${count} step${count === 1 ? '' : 's'}, ${by}. It never runs: finish it, and move it to ${join(dir, 'catalog')}`,
    ),
  )
  return 0
}

/** By the model where one is configured; the rules do it where it is none, or fails. */
async function sorted(
  prose: string,
  model: ReturnType<typeof outliner> | null,
  out: Output['out'],
): Promise<{ readonly outline: Outline; readonly by: string }> {
  if (!model) return { outline: outlineOf(prose), by: 'by rules' }
  try {
    return { outline: await model.outline(prose), by: `with the model ${model.model}` }
  } catch (error) {
    if (!isPortError(error)) throw error
    out(`the model ${model.model} was not heard: ${error.message}`)
    return { outline: outlineOf(prose), by: 'by rules' }
  }
}

function proseIn(path: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch {
    return undefined
  }
}
