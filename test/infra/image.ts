// Owns what a Dockerfile says, and the folder that an image made by it would hold.
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export interface Instruction {
  readonly does: string
  readonly rest: string
}
export interface Stage {
  readonly from: string
  readonly name: string | undefined
  readonly instructions: readonly Instruction[]
}

/** The stages of a Dockerfile; continued lines are one, comments are none. What stands before FROM is left out. */
export function stagesOf(text: string): readonly Stage[] {
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const stages: { from: string; name: string | undefined; instructions: Instruction[] }[] = []
  for (const line of lines) {
    const [, does = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line.trim()) ?? []
    const [, from, name] = /^(\S+)(?:\s+AS\s+(\w+))?$/i.exec(rest) ?? []
    if (does === 'FROM') stages.push({ from: from ?? rest, name, instructions: [] })
    else stages.at(-1)?.instructions.push({ does, rest })
  }
  return stages
}

/** What a stage copies out of the build's folder, not out of another stage: paths from the repository's root. */
export const copiedBy = ({ instructions }: Stage): readonly string[] =>
  instructions
    .filter(({ does, rest }) => does === 'COPY' && !rest.includes('--from='))
    .flatMap(({ rest }) =>
      rest
        .split(/\s+/)
        .filter((word) => !word.startsWith('--'))
        .slice(0, -1),
    )

interface Locked {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>
}

/**
 * Lays out in `dir` what the stage's image holds under /app: the copied files, and of node_modules what
 * `npm ci --omit=dev` would install, as links into this checkout (start Node with --preserve-symlinks).
 */
export function layOut(stage: Stage, dir: string): void {
  for (const path of copiedBy(stage)) cpSync(path, join(dir, path), { recursive: true })
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Locked
  for (const [path, { dev, devOptional }] of Object.entries(packages)) {
    // Nested ones come along with the package that they are in.
    const isTop = /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path)
    if (!isTop || dev || devOptional || !existsSync(path)) continue
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    symlinkSync(resolve(path), join(dir, path), 'dir')
  }
}
