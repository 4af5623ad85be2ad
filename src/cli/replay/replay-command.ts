// Owns `npm run runbooks -- replay <file>`: history under today's files, and what the files of a git ref would have made of it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { problemLine } from '../../adapters/catalog/files.ts'
import { loadContent } from '../../adapters/catalog/load.ts'
import type { Content } from '../../ports/catalog.ts'
import { systemClock } from '../../ports/clock.ts'
import { Complaint, type Output, printable } from '../terminal.ts'
import { folderAt } from './against.ts'
import { type Map, mapOf } from './columns.ts'
import { type History, historyOf } from './history.ts'
import { type Replayed, replay } from './play.ts'
import { differenceLines, historyLines, monthsOf, replayJson, replayLines } from './report.ts'

const REPLAY_USAGE =
  'usage: npm run runbooks -- replay <file.csv|file.jsonl> [--dir folder] [--against ref] [--map name=column]… [--json]'

/** 0: replayed · 1: nothing could be read, or the files are invalid · 2: not a command. Throws a Complaint. */
export async function replayCommand(args: readonly string[], usual: string, { out, err }: Output): Promise<0 | 1 | 2> {
  const given = argumentsOf(args)
  if (!given) {
    err(REPLAY_USAGE)
    return 2
  }
  const { file, map, json, against, dir = usual } = given
  if (!existsSync(file)) throw new Complaint(`there is no file ${file}`)
  const now = contentOf(dir, dir, err)
  if (!now) return 1
  const history = await historyOf(file, map)
  try {
    if (history.updates === 0) {
      for (const { line, reason } of history.bad.first) err(printable(`${file}:${line} ${reason}`))
      err(`no update could be read from ${file}`)
      return 1
    }
    const before = against === undefined ? null : await replayedAt(dir, against, history, map, err)
    if (before === undefined) return 1
    const replayed = await timed(now, history, map, err)
    const ref = against ?? ''
    if (json) out(JSON.stringify(replayJson(history, replayed, before && { ref, before }), null, 2))
    else
      for (const each of [
        ...historyLines(history),
        ...replayLines(replayed, monthsOf([replayed])),
        ...(before ? differenceLines(ref, before, replayed) : []),
      ])
        out(printable(each))
    return 0
  } finally {
    history.close()
  }
}

function argumentsOf(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        dir: { type: 'string' },
        against: { type: 'string' },
        map: { type: 'string', multiple: true },
        json: { type: 'boolean' },
      },
    })
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0 || values.against?.startsWith('-')) return undefined
    const { dir, against, json = false, map = [] } = values
    return { file, json, map: mapOf(map), ...(dir ? { dir } : {}), ...(against ? { against } : {}) }
  } catch (error) {
    if (error instanceof Complaint) throw error
    return undefined
  }
}

/** A runbook with a problem is off, as it would be; ground files with a problem end it. `shown`: how people know the folder. */
function contentOf(dir: string, shown: string, err: Output['err']): Content | undefined {
  if (!existsSync(dir)) throw new Complaint(`there is no folder ${dir}`)
  const loaded = loadContent({ dir, env: {}, clock: systemClock, unset: 'warning' })
  const problems = loaded.ok ? loaded.content.catalog.problems : loaded.problems
  for (const problem of problems) err(printable(problemLine({ ...problem, file: join(shown, problem.file) })))
  return loaded.ok ? loaded.content : undefined
}

/** undefined: the files of that ref are invalid, and every problem was printed. */
async function replayedAt(
  dir: string,
  ref: string,
  history: History,
  map: Map,
  err: Output['err'],
): Promise<Replayed | undefined> {
  const folder = folderAt(dir, ref)
  try {
    const content = contentOf(folder.dir, `${ref}:${dir}`, err)
    return content && (await replay(content, history, map))
  } finally {
    folder.remove()
  }
}

async function timed(content: Content, history: History, map: Map, err: Output['err']): Promise<Replayed> {
  const began = performance.now()
  const replayed = await replay(content, history, map)
  const seconds = (performance.now() - began) / 1000
  err(`${history.updates} updates in ${seconds.toFixed(1)} s: ${Math.round((history.updates / seconds) * 60)} a minute`)
  return replayed
}
