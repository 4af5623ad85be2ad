// Owns small projects on disk for the tests of `npm run package`: this project's app package, changed as a test needs it.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { packageApp } from '../../src/cli/package.ts'

export const APP = '55555555-5555-4555-8555-555555555555'
export const BOT = '33333333-3333-4333-8333-333333333333'
export const FILLED = ['--app-id', APP, '--bot-id', BOT, '--domain', 'runbot.example.com']

const appPackage = join(import.meta.dirname, '../../appPackage')

export interface Ran {
  readonly code: number
  readonly out: readonly string[]
  readonly err: readonly string[]
}

export interface Project {
  readonly root: string
  path(name: string): string
  write(name: string, content: string | Uint8Array): void
  remove(name: string): void
  /** Changes a JSON file of the app package. */
  change(name: string, edit: (content: any) => void): void
  run(args?: readonly string[], env?: Record<string, string>): Promise<Ran>
}

/** Lends a project to a test and removes it afterwards. */
export async function withProject(body: (project: Project) => Promise<void> | void): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'runbot-package-'))
  const path = (name: string) => join(root, name)
  const write = (name: string, content: string | Uint8Array) => {
    mkdirSync(dirname(path(name)), { recursive: true })
    writeFileSync(path(name), content)
  }
  try {
    for (const name of ['manifest.json', 'color.png', 'outline.png', 'de.json', 'es.json'])
      cpSync(join(appPackage, name), path(`appPackage/${name}`))
    await body({
      root,
      path,
      write,
      remove: (name) => rmSync(path(name)),
      change: (name, edit) => {
        const content: unknown = JSON.parse(readFileSync(path(`appPackage/${name}`), 'utf8'))
        edit(content)
        write(`appPackage/${name}`, JSON.stringify(content))
      },
      run: async (args = FILLED, env = {}) => {
        const [out, err]: [string[], string[]] = [[], []]
        const output = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) }
        return { code: await packageApp(args, env, output, root), out, err }
      },
    })
  } finally {
    rmSync(root, { recursive: true })
  }
}
