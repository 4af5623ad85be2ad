// Owns `npm run bench -- replay`: updates a minute through the whole of a replay, over the 500 real incidents told many times.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadContent } from '../src/adapters/catalog/load.ts'
import { historyOf } from '../src/cli/replay/history.ts'
import { replay as replayed } from '../src/cli/replay/play.ts'
import { systemClock } from '../src/ports/clock.ts'
import { HISTORY_CSV } from '../test/sandbox/servicenow/history.ts'
import { machine, table } from './figures.ts'

const CATALOG = fileURLToPath(new URL('../test/replay/catalog', import.meta.url))
const TIMES = [1, 10, 50]

/** Prints the figures; throws where the catalogue is invalid. */
export async function replay(): Promise<void> {
  const loaded = loadContent({ dir: CATALOG, env: {}, clock: systemClock, unset: 'warning' })
  if (!loaded.ok) throw new Error('the catalogue is invalid')
  console.log(`replay: ${machine()}, ${loaded.content.catalog.runbooks.size} runbooks`)
  const folder = mkdtempSync(join(tmpdir(), 'runbot-bench-'))
  const rows: string[][] = []
  try {
    for (const times of TIMES) {
      const file = join(folder, `${times}.csv`)
      writeFileSync(file, toldAgain(times))
      const began = performance.now()
      const history = await historyOf(file, new Map())
      const read = performance.now()
      await replayed(loaded.content, history, new Map())
      const ended = performance.now()
      const aMinute = (from: number) => Math.round((history.updates / (ended - from)) * 60_000).toLocaleString('en')
      const megabytes = `${Math.round(process.memoryUsage().rss / 1_048_576)} MB`
      rows.push([`${history.updates}`, aMinute(began), aMinute(read), megabytes])
      history.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  console.log(table([['updates', 'a minute, file included', 'a minute, replay alone', 'memory'], ...rows]))
}

/** The same incidents under other numbers. */
function toldAgain(times: number): string {
  const [head = '', ...lines] = readFileSync(HISTORY_CSV, 'utf8').trimEnd().split('\n')
  const all = Array.from({ length: times }, (_, n) => lines.map((line) => line.replace(/^INC/, `INC${n + 1}`))).flat()
  return `${[head, ...all].join('\n')}\n`
}
