// Owns what fills the placeholders of the app package: where each value comes from, and whether it can be one at all.
import { domainProblem, hostOf } from './domain.ts'

export const placeholders = ['TEAMS_APP_ID', 'BOT_ID', 'BOT_DOMAIN'] as const
export type Placeholder = (typeof placeholders)[number]
export type Values = { readonly [name in Placeholder]: string }

/** Variables from one place: an environment or a file. */
export interface Source {
  /** As it reads after "in": `the environment`, `env/.env.prod`. */
  readonly name: string
  readonly variables: NodeJS.Dict<string>
}

export interface Asked {
  /** What the command line says. */
  readonly given: { readonly [name in Placeholder]: string | undefined }
  /** The nearest first. */
  readonly sources: readonly Source[]
  /** Where a person would set what is missing. */
  readonly home: string
  /** The name after `--env`; null without one. */
  readonly env: string | null
}

export type ValuesResult =
  | { readonly ok: true; readonly values: Values; readonly notes: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] }

interface Found {
  readonly value: string
  /** Names the variable and its place, never the value: somebody may have pasted a secret. */
  readonly from: string
}

const options = { TEAMS_APP_ID: '--app-id', BOT_ID: '--bot-id', BOT_DOMAIN: '--domain' } as const
const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/**
 * Finds every value: the command line's, else the variable of that name, else what runbot itself is configured with
 * (MicrosoftAppId, the host of PUBLIC_URL). An empty variable counts as unset. Each problem says what to set where.
 * Without `--env` an app without an id of its own gets the bot's; the toolkit's environments know theirs.
 */
export function findValues(asked: Asked): ValuesResult {
  const { env, home } = asked
  const app = firstOf(asked, 'TEAMS_APP_ID')
  const bot = firstOf(asked, 'BOT_ID') ?? named(asked.sources, 'MicrosoftAppId')
  const domain = firstOf(asked, 'BOT_DOMAIN') ?? fromUrl(named(asked.sources, 'PUBLIC_URL'))
  const appOrBot = app ?? (env === null ? bot : undefined)
  const problems = [
    appOrBot
      ? idProblem(appOrBot)
      : `TEAMS_APP_ID is not set: the app needs an id (a GUID); set it in ${home} or give ${options.TEAMS_APP_ID}`,
    bot ? idProblem(bot) : `BOT_ID is not set: set it or MicrosoftAppId in ${home}, or give ${options.BOT_ID}`,
    domain
      ? domainSentence(domain, env === 'local')
      : `BOT_DOMAIN is not set: set it or PUBLIC_URL in ${home}, or give ${options.BOT_DOMAIN}`,
  ].filter((problem) => problem !== undefined)
  if (!appOrBot || !bot || !domain || problems.length > 0) return { ok: false, problems: [...new Set(problems)] }
  const values = {
    TEAMS_APP_ID: appOrBot.value.toLowerCase(),
    BOT_ID: bot.value.toLowerCase(),
    BOT_DOMAIN: domain.value.toLowerCase(),
  }
  const notes = app ? [] : [`TEAMS_APP_ID is not set: the app bears the bot's id. Keep it so, or Teams shows two apps.`]
  return { ok: true, values, notes }
}

function firstOf({ given, sources }: Asked, name: Placeholder): Found | undefined {
  const value = given[name]?.trim()
  // An option without a value is a mistake of its own: it must not fall through to a variable.
  if (value !== undefined) return { value, from: options[name] }
  return named(sources, name)
}

function named(sources: readonly Source[], name: string): Found | undefined {
  for (const source of sources) {
    const value = source.variables[name]?.trim()
    if (value) return { value, from: `${name} in ${source.name}` }
  }
  return undefined
}

const fromUrl = (url: Found | undefined): Found | undefined => url && { ...url, value: hostOf(url.value) ?? '' }

function idProblem({ value, from }: Found): string | undefined {
  if (!guid.test(value))
    return `${from} is no GUID: it looks like 8 hex digits, three times 4, and 12, with dashes between`
  return /^[0-]+$/.test(value) ? `${from} holds zeros only: set the real id` : undefined
}

function domainSentence({ value, from }: Found, isLocal: boolean): string | undefined {
  const problem = domainProblem(value, isLocal)
  return problem && `${from} ${problem}`
}
