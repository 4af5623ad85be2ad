// Owns `npm run package`: the Teams app zip of one environment, whole or not at all.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs, parseEnv } from 'node:util'
import { readContents } from './package/contents.ts'
import { writeMenus } from './package/menus.ts'
import { findValues, type Source } from './package/values.ts'
import { zipOf } from './package/zip.ts'
import { Complaint, type Output, printable } from './terminal.ts'

const FOLDER = 'appPackage'
const USAGE = [
  'usage: npm run package -- [--env NAME] [--out FILE.zip] [--app-id GUID] [--bot-id GUID] [--domain HOST]',
  '       npm run package -- menus     writes the command menus of appPackage anew from the list of commands',
].join('\n')

/**
 * Runs one command line (its arguments alone) in the project at `root` and answers the exit code: 0 the zip is written,
 * 1 nothing is. Values come from the options, the environment, then `env/.env.NAME` (the toolkit's file), or `.env`
 * without `--env`: another environment's `.env` never fills a package of this one. Never rejects.
 */
export async function packageApp(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  output: Output,
  root: string = process.cwd(),
): Promise<0 | 1> {
  try {
    const asked = parsed(args)
    if (asked.command === 'menus') return menus(join(root, FOLDER), output)
    return await write(asked, env, output, root)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    for (const line of (error instanceof Complaint ? reason : `the package failed: ${reason}`).split('\n'))
      output.err(printable(line))
    return 1
  }
}

type Parsed = ReturnType<typeof parsed>

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const
  const options = { env: text, out: text, 'app-id': text, 'bot-id': text, domain: text }
  const { values, positionals } = attempt(() => parseArgs({ args: [...args], options, allowPositionals: true }))
  const [command, ...rest] = positionals
  const isMenus = command === 'menus' && rest.length === 0 && Object.keys(values).length === 0
  if (command !== undefined && !isMenus) throw new Complaint(USAGE)
  if (values.env !== undefined && !/^[\w-]{1,64}$/.test(values.env))
    throw new Complaint('--env takes the name of an environment: letters, digits, - and _')
  if (values.out !== undefined && !values.out.endsWith('.zip'))
    throw new Complaint('--out takes a file that ends in .zip')
  return { command, ...values }
}

function attempt<T>(parse: () => T): T {
  try {
    return parse()
  } catch {
    throw new Complaint(USAGE)
  }
}

async function write(asked: Parsed, env: NodeJS.ProcessEnv, output: Output, root: string): Promise<0 | 1> {
  const name = asked.env ?? null
  const home = name === null ? '.env' : `env/.env.${name}`
  const found = findValues({
    given: { TEAMS_APP_ID: asked['app-id'], BOT_ID: asked['bot-id'], BOT_DOMAIN: asked.domain },
    sources: [{ name: 'the environment', variables: env }, ...fileOf(root, home)],
    home,
    env: name,
  })
  if (!found.ok) return refuse(found.problems, output)
  const read = await readContents(join(root, FOLDER), found.values)
  if (!read.ok) return refuse(read.problems, output)
  const { files, languages, version } = read.contents
  const zip = zipOf(files)
  const file = asked.out ?? `build/appPackage${name === null ? '' : `.${name}`}.zip`
  save(resolve(root, file), zip, file)
  const { TEAMS_APP_ID, BOT_ID, BOT_DOMAIN } = found.values
  output.out(`${file}: ${[...files.keys()].join(', ')}`)
  output.out(`app ${TEAMS_APP_ID}, bot ${BOT_ID}, ${BOT_DOMAIN}, version ${version}, languages ${languages.join(', ')}`)
  output.out(`${zip.length} bytes, SHA-256 ${createHash('sha256').update(zip).digest('hex')}`)
  for (const note of found.notes) output.out(note)
  return 0
}

/** A file that is not there has nothing to say: what is missing names it. */
const fileOf = (root: string, name: string): readonly Source[] =>
  existsSync(join(root, name)) ? [{ name, variables: parseEnv(readFileSync(join(root, name), 'utf8')) }] : []

function refuse(problems: readonly string[], { err }: Output): 1 {
  for (const problem of problems) err(printable(problem))
  return 1
}

function save(path: string, bytes: Uint8Array, name: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
  } catch (error) {
    throw new Complaint(`${name} cannot be written (${(error as NodeJS.ErrnoException).code})`)
  }
}

function menus(folder: string, { out }: Output): 0 {
  const written = writeMenus(folder)
  out(written.length > 0 ? `written anew: ${written.join(', ')}` : 'the menus are as the list of commands has them')
  return 0
}

if (import.meta.main)
  process.exitCode = await packageApp(process.argv.slice(2), process.env, { out: console.log, err: console.error })
