// Owns the runbook files as they stood at a git ref: taken out of git into a folder of their own, nothing is checked out.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { unzipSync } from 'fflate'
import { Complaint } from '../terminal.ts'

export interface Folder {
  readonly dir: string
  remove(): void
}

/** The folder as the ref has it. Throws a Complaint where there is no git, no such ref, or no such folder in it. */
export function folderAt(dir: string, ref: string): Folder {
  const commit = git(
    dir,
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
    `there is no ref ${ref}`,
  )
  const prefix = git(dir, ['rev-parse', '--show-prefix'], `${dir} is not in a git repository`).toString().trim()
  const tree = `${commit.toString().trim()}:${prefix}`
  const zip = git(dir, ['archive', '--format=zip', tree], `${ref} has no folder ${prefix || dir}`)
  const folder = mkdtempSync(join(tmpdir(), 'runbot-replay-'))
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    const path = normalize(name)
    if (name.endsWith('/') || path.startsWith('..') || path.startsWith('/')) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
  return { dir: folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

const MOST = 256 * 1024 * 1024

function git(dir: string, args: readonly string[], complaint: string): Buffer {
  try {
    // `archive` of a subtree is refused where git stands in the subtree itself, so it is told the top.
    const top = args[0] === 'archive' ? ['-C', topOf(dir)] : ['-C', dir]
    return execFileSync('git', [...top, ...args], { maxBuffer: MOST, stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    throw new Complaint(complaint)
  }
}

const topOf = (dir: string): string =>
  git(dir, ['rev-parse', '--show-toplevel'], `${dir} is not in a git repository`).toString().trim()
