// Owns what the commands at a terminal share: where their lines go, complaints in words, and which store is meant.
import { existsSync } from 'node:fs'
import { readStoreConfig, type StoreConfig } from '../config.ts'

/** Where the lines go: results to `out`, complaints to `err`. */
export interface Output {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

/** What the person at the terminal can put right, in their words. */
export class Complaint extends Error {}

/** The store that RUNBOT_STORE names. Throws a Complaint where it names none. */
export function storeOf(env: NodeJS.ProcessEnv): StoreConfig {
  const read = readStoreConfig(env)
  if (!read.ok) throw new Complaint(read.problems.join(' '))
  return read.store
}

/** Names in a tampered store may hold terminal commands; one message is one line. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '\ufffd')

/** Reads `.env` of the working directory, as runbot itself does: else a command could open another store than runbot's. */
export function loadEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) process.loadEnvFile('.env')
  return process.env
}
