// Owns what the commands at a terminal share: where their lines go, complaints in words, and which store is meant.
import { existsSync } from 'node:fs'

/** Where the lines go: results to `out`, complaints to `err`. */
export interface Output {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

/** What the person at the terminal can put right, in their words. */
export class Complaint extends Error {}

/** The file of the store that RUNBOT_STORE names. Throws a Complaint where it names none. */
export function storePath(env: NodeJS.ProcessEnv): string {
  const name = env['RUNBOT_STORE'] || 'sqlite:data/runbot.db'
  if (name === 'cosmos') throw new Complaint('this version of runbot has no Cosmos store: there is nothing to open')
  const path = /^sqlite:(?<path>.+)$/.exec(name)?.groups?.['path']
  if (path === undefined) throw new Complaint('RUNBOT_STORE must be sqlite:<file> or cosmos')
  return path
}

/** Names in a tampered store may hold terminal commands; one message is one line. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '\ufffd')

/** Reads `.env` of the working directory, as runbot itself does: else a command could open another store than runbot's. */
export function loadEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) process.loadEnvFile('.env')
  return process.env
}
