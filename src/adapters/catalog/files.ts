// Owns the files while runbot runs: the newest valid content, read again when something changed.
import { readdirSync, statSync, watch } from 'node:fs'
import { join } from 'node:path'
import type { CatalogProblem } from '../../core/runbook.ts'
import type { Content, Files } from '../../ports/catalog.ts'
import { type LoadOptions, loadContent } from './load.ts'

export interface WatchOptions extends Omit<LoadOptions, 'unset'> {
  /** A reload that failed: the old content stays (DESIGN §9 "Files"). */
  readonly onProblem: (problems: readonly CatalogProblem[]) => void
  /** How long the folder must be quiet before it is read again. 200 ms unless given. */
  readonly debounceMs?: number
  /** How often the folder is looked at where no change is announced, as on network file systems. 5 s unless given. */
  readonly pollMs?: number
}

/** governance.yaml or connectors.yaml is invalid: there is nothing to start with. */
export class InvalidFiles extends Error {
  readonly problems: readonly CatalogProblem[]
  constructor(problems: readonly CatalogProblem[]) {
    super(`the runbook files are invalid:\n${problems.map(problemLine).join('\n')}`)
    this.name = 'InvalidFiles'
    this.problems = problems
  }
}

/** `file:line:column message` */
export const problemLine = ({ file, line, column, message }: CatalogProblem): string =>
  `${file}:${line}:${column} ${message}`

/**
 * Loads the folder and follows it. Throws InvalidFiles when the first load fails; later it never throws: what goes
 * wrong then is handed to `onProblem`, once per change.
 */
export function watchFiles(options: WatchOptions): Files {
  const { dir, onProblem, debounceMs = 200, pollMs = 5000 } = options
  let stamp = stampOf(dir)
  const first = loadContent(options)
  if (!first.ok) throw new InvalidFiles(first.problems)
  let content = first.content
  const listeners = new Set<(content: Content) => void>()
  let pending: NodeJS.Timeout | undefined

  /** Whoever listens must not be able to stop the watching. */
  const guarded = (act: () => void, otherwise?: (error: unknown) => void) => {
    try {
      act()
    } catch (error) {
      otherwise?.(error)
    }
  }
  const failed = (error: unknown) => {
    const message = `cannot be taken over: ${error instanceof Error ? error.message : String(error)}`
    guarded(() => onProblem([{ file: dir, line: 1, column: 1, message }]))
  }
  const reload = () =>
    guarded(() => {
      stamp = stampOf(dir)
      const loaded = loadContent(options)
      if (!loaded.ok) return guarded(() => onProblem(loaded.problems))
      if (loaded.content.version === content.version) return
      content = loaded.content
      for (const listener of listeners) guarded(() => listener(loaded.content), failed)
    }, failed)
  const changed = () => {
    clearTimeout(pending)
    pending = setTimeout(reload, debounceMs)
    pending.unref()
  }
  const watcher = watching(dir, changed)
  const poll = setInterval(() => {
    if (stampOf(dir) !== stamp) changed()
  }, pollMs)
  poll.unref()
  return {
    current: () => content,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => {
      clearTimeout(pending)
      clearInterval(poll)
      watcher?.close()
      listeners.clear()
    },
  }
}

/** Where the system cannot announce changes, the slow look alone must do. */
function watching(dir: string, changed: () => void): { close: () => void } | undefined {
  try {
    const watcher = watch(dir, { recursive: true, persistent: false }, changed)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}

/** Names, sizes and times of all files; links are followed, so that a swapped mount counts as a change. */
function stampOf(dir: string): string {
  const parts: string[] = []
  const visit = (path: string, depth: number) => {
    for (const name of list(path)) {
      const full = join(path, name)
      const stat = name.startsWith('.') ? undefined : statOf(full)
      if (stat?.isDirectory() && depth < 3) visit(full, depth + 1)
      else if (stat?.isFile()) parts.push(`${full}:${stat.size}:${stat.mtimeMs}:${stat.ino}`)
    }
  }
  visit(dir, 0)
  return parts.join('\n')
}

const list = (path: string): readonly string[] => {
  try {
    return readdirSync(path).toSorted()
  } catch {
    return []
  }
}

const statOf = (path: string) => {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
