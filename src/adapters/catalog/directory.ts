// Owns reading the files of a runbooks folder: sizes, text encoding, and that no path leads out of it.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, normalize } from 'node:path'

/** The largest file that is read. */
const MAX_FILE = 1024 * 1024

export interface Folder {
  /** The text of a file, or why there is none. Every file that is read counts for `version`. */
  readonly text: (file: string) => { ok: true; text: string } | { ok: false; reason: string }
  readonly exists: (file: string) => boolean
  /** The YAML files of a sub-folder in the order of their names; empty where there is no such folder. */
  readonly yamlFiles: (sub: string) => readonly string[]
  readonly filesRead: () => number
  /** SHA-256 over the names and bytes of what was read. */
  readonly version: () => string
}

/** Opens a folder; reads happen when they are asked for. */
export function openFolder(dir: string): Folder {
  const read = new Map<string, string>()
  return {
    text: (file) => {
      const inside = normalize(file)
      if (inside.startsWith('..') || inside.startsWith('/') || inside.includes('\0'))
        return { ok: false, reason: 'the file must lie in the runbooks folder' }
      try {
        const path = join(dir, inside)
        if (statSync(path).size > MAX_FILE) return { ok: false, reason: 'the file is larger than 1 MiB' }
        const bytes = readFileSync(path)
        const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
        read.set(inside, createHash('sha256').update(bytes).digest('hex'))
        return { ok: true, text }
      } catch (error) {
        return { ok: false, reason: readReason(error) }
      }
    },
    exists: (file) => statSync(join(dir, file), { throwIfNoEntry: false })?.isFile() ?? false,
    yamlFiles: (sub) => {
      try {
        return readdirSync(join(dir, sub))
          .filter((name) => /^[^.].*\.ya?ml$/.test(name))
          .toSorted()
          .map((name) => `${sub}/${name}`)
      } catch {
        return []
      }
    },
    filesRead: () => read.size,
    version: () => {
      const hash = createHash('sha256')
      for (const file of [...read.keys()].toSorted()) hash.update(`${file}\0${read.get(file)}\n`)
      return hash.digest('hex')
    },
  }
}

function readReason(error: unknown): string {
  const code = (error as { code?: string }).code
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'the file is not UTF-8 text'
  return `the file cannot be read${code ? ` (${code})` : ''}`
}
