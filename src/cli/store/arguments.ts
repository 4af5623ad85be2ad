// Owns the arguments of `npm run store`, and which two stores a copy is between.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs, parseEnv } from 'node:util'
import type { StoreConfig } from '../../config.ts'
import { Complaint, storeOf } from '../terminal.ts'

export interface CopyCommand {
  readonly do: 'copy'
  readonly from: StoreConfig
  readonly to: StoreConfig
  /** The person vouches that nothing works on the source and will, so that it need not be frozen. */
  readonly isStopped: boolean
}

export type StoreCommand = CopyCommand | { readonly do: 'info'; readonly store: StoreConfig; readonly asJson: boolean }

const USAGE =
  'usage: npm run store -- copy --from <sqlite:path | cosmos> --to <sqlite:path | cosmos> [--while-stopped] ' +
  '[--from-env-file FILE] | npm run store -- info [--store <sqlite:path | cosmos>] [--json]'

const options = {
  from: { type: 'string' },
  to: { type: 'string' },
  store: { type: 'string' },
  'from-env-file': { type: 'string' },
  'while-stopped': { type: 'boolean' },
  json: { type: 'boolean' },
} as const

/** The command, or a Complaint with what would make it one. COSMOS_* come from `env`, those of the source also from a file. */
export function readStoreCommand(args: readonly string[], env: NodeJS.ProcessEnv): StoreCommand {
  const { values, positionals } = parsed(args)
  const [command, ...rest] = positionals
  if (rest.length > 0) throw new Complaint(USAGE)
  const { from, to, store, json = false, 'while-stopped': isStopped = false, 'from-env-file': file } = values
  if (command === 'info' && !from && !to && !isStopped && !file)
    return { do: 'info', store: storeOf(named(env, store)), asJson: json }
  if (command !== 'copy' || !from || !to || store || json) throw new Complaint(USAGE)
  const source = storeOf(named(file === undefined ? env : { ...env, ...fromFile(file) }, from))
  const target = storeOf(named(env, to))
  if (identityOf(source) === identityOf(target))
    throw new Complaint(
      source.kind === 'cosmos'
        ? 'both are the same Cosmos database: --from-env-file names a file with the COSMOS_* of the source'
        : 'both are the same file: a store is copied into another one',
    )
  return { do: 'copy', from: source, to: target, isStopped }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch {
    throw new Complaint(USAGE)
  }
}

const named = (env: NodeJS.ProcessEnv, store: string | undefined): NodeJS.ProcessEnv =>
  store === undefined ? env : { ...env, RUNBOT_STORE: store }

/** Only what names a Cosmos account; whatever else stands in the file stays there. */
function fromFile(file: string): NodeJS.ProcessEnv {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Complaint(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  const all = Object.entries(parseEnv(text)).filter(([name]) => name.startsWith('COSMOS_'))
  return { COSMOS_ENDPOINT: '', COSMOS_DATABASE: '', COSMOS_KEY: '', ...Object.fromEntries(all) }
}

const identityOf = (store: StoreConfig): string => {
  if (store.kind === 'cosmos') return `cosmos ${store.endpoint} ${store.database}`
  const path = resolve(store.path)
  return `sqlite ${existsSync(path) ? realpathSync(path) : path}`
}

/** What a person calls this store. */
export const nameOf = (store: StoreConfig): string =>
  store.kind === 'cosmos' ? `cosmos (${store.endpoint}, database ${store.database})` : `sqlite:${store.path}`
