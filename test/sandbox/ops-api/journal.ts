// Owns what survives the API's own death: records and effects as JSON lines, written before they count.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { Effect, RunRecord } from './runs.ts'

export type Journal = {
  effect: (effect: Effect) => void
  /** Writes a record as it is now; the newest line of a run is the one that holds. */
  record: (record: RunRecord) => void
  /** What an earlier life left, in the order of acceptance. */
  load: () => { records: RunRecord[]; effects: Effect[] }
}

type Line = { kind: 'effect'; effect: Effect } | { kind: 'record'; record: RunRecord }

/** Without a path nothing is kept. A line torn by a crash is ignored. */
export const openJournal = (path: string | undefined): Journal => {
  const write = (line: Line): void => {
    if (path) appendFileSync(path, `${JSON.stringify(line)}\n`)
  }
  return {
    effect: (effect) => write({ kind: 'effect', effect }),
    record: (record) => write({ kind: 'record', record }),
    load() {
      const text = path && existsSync(path) ? readFileSync(path, 'utf8') : ''
      const lines = text.split('\n').flatMap((line) => parseLine(line))
      const records = new Map<string, RunRecord>()
      for (const line of lines) if (line.kind === 'record') records.set(line.record.run.id, line.record)
      return {
        records: [...records.values()],
        effects: lines.flatMap((line) => (line.kind === 'effect' ? [line.effect] : [])),
      }
    },
  }
}

const parseLine = (text: string): Line[] => {
  try {
    return text ? [JSON.parse(text)] : []
  } catch {
    return []
  }
}
