// Owns the checks of who runbot is at Microsoft: the bot's credential, its tenants, and what it may ask of Graph.
import { credentialOf } from '../../adapters/directory/graph/credential.ts'
import { entraGroups } from '../../adapters/directory/graph/groups.ts'
import { tokens } from '../../adapters/directory/graph/tokens.ts'
import { cloudOf } from '../../adapters/teams/cloud.ts'
import { replyTokens } from '../../adapters/teams/credentials.ts'
import { originOf } from '../../adapters/wire/allow.ts'
import type { Config } from '../../config.ts'
import type { Content } from '../../ports/catalog.ts'
import { systemClock as clock } from '../../ports/clock.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import { teamsSettings } from '../../teams-settings.ts'
import { claimsOf, refused } from './entra.ts'
import { type Finding, failed, ok, reasonOf, skipped } from './finding.ts'
import type { Installation } from './installation.ts'

const credential = 'bot credential'
const permissions = 'Graph permissions'
const groups = 'Graph groups'
const waitMs = 10_000

/** The bot's token first: without it Graph's would fail for the same reason. */
export async function identity({ config, content }: Installation): Promise<readonly Finding[]> {
  const bot = await botToken(config)
  if (bot.state === 'FAILED')
    return [bot, tenants(config), skipped(permissions, 'the bot credential has to be mended first')]
  return [bot, tenants(config), ...(await graph(config, content))]
}

async function botToken(config: Config): Promise<Finding> {
  const { bot } = config
  if (bot.auth === 'none') return skipped(credential, 'BOT_AUTH is none: no token is asked for')
  try {
    await tokensOfBot(config).headers()
    return ok(credential, 'Microsoft Entra gives a token for the Bot Framework')
  } catch (error) {
    if (!isPortError(error)) throw error
    return bot.type === 'UserAssignedMSI'
      ? failed(
          credential,
          'the managed identity gives no token',
          'assign the identity MicrosoftAppId to where runbot runs',
        )
      : refused(credential, error.message, 'BOT_LOGIN_URL')
  }
}

/** As replies get theirs. */
function tokensOfBot(config: Config): { headers(): Promise<unknown> } {
  const { bot } = config
  const scope = cloudOf(bot.openIdMetadata).issuer
  const settings = {
    ...teamsSettings(config),
    inbound: () => {
      throw new Error('the doctor takes no messages')
    },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  }
  const replies = replyTokens(settings, scope, clock)
  if (replies) return replies
  const login = credentialOf(bot, bot.loginUrl)
  if ('missing' in login) throw new PortError('denied', login.missing)
  return tokens({ credential: login.credential, scope: `${scope}/.default`, waitMs })
}

function tenants({ bot }: Config): Finding {
  const { tenantId, allowedTenants, type } = bot
  if (type === 'MultiTenant' || tenantId === undefined || allowedTenants.includes(tenantId.toLowerCase()))
    return ok('tenant', `people of these tenants may use the bot: ${allowedTenants.join(', ')}`)
  const mend = 'add MicrosoftAppTenantId to ALLOWED_TENANTS, or remove ALLOWED_TENANTS'
  return failed('tenant', 'ALLOWED_TENANTS does not hold the bot’s own tenant, so that nobody there may use it', mend)
}

async function graph(config: Config, content: Content | undefined): Promise<readonly Finding[]> {
  if (!content) return [skipped(permissions, 'the runbook files are invalid')]
  const named = Object.entries(content.governance.groups).flatMap(([name, group]) =>
    group.kind === 'entra' ? [{ name, id: group.id }] : [],
  )
  if (named.length === 0) return [skipped(permissions, 'governance.yaml names no Entra group: Graph is not asked')]
  const login = credentialOf(config.bot, config.graph.loginUrl)
  if ('missing' in login)
    return [failed(permissions, 'governance.yaml names Entra groups, and nobody may ask Graph', login.missing)]
  const scope = `${originOf(config.graph.url) ?? config.graph.url}/.default`
  try {
    const { Authorization = '' } = await tokens({ credential: login.credential, scope, waitMs }).headers()
    const granted = rolesFinding(claimsOf(Authorization)?.roles)
    return granted.state === 'FAILED' ? [granted] : [granted, ...(await groupFindings(config, named))]
  } catch (error) {
    if (!isPortError(error)) throw error
    return [refused(permissions, error.message, 'GRAPH_LOGIN_URL')]
  }
}

/** Either of each line will do (CONTRACTS 7.1). */
const needed: readonly (readonly [role: string, ...instead: string[]])[] = [
  ['User.Read.All', 'Directory.Read.All'],
  ['GroupMember.Read.All', 'Group.Read.All', 'Directory.Read.All'],
]

function rolesFinding(roles: readonly string[] | undefined): Finding {
  if (roles === undefined) return skipped(permissions, 'the token for Graph does not say what it allows')
  const lacking = needed.filter((any) => !any.some((role) => roles.includes(role))).map(([role]) => role)
  if (lacking.length === 0) return ok(permissions, 'the application may read users and members of groups')
  const mend = `add ${lacking.join(' and ')} as application permission in the app registration and grant admin consent`
  return failed(permissions, `the bot’s application lacks ${lacking.join(' and ')}`, mend)
}

async function groupFindings(
  { bot, graph: { url, loginUrl } }: Config,
  named: readonly { readonly name: string; readonly id: string }[],
): Promise<readonly Finding[]> {
  const source = entraGroups({ url, loginUrl, registration: bot, proxyFromEnv: true, callMs: waitMs, wholeMs: waitMs })
  const found = await Promise.all(
    named.map(({ name, id }) =>
      source.people(id).then(
        () => undefined,
        (error: unknown) =>
          failed(
            groups,
            `group ${name}: ${reasonOf(error)}`,
            `mend "${name}" in governance.yaml, or what the sentence names`,
          ),
      ),
    ),
  )
  const wrong = found.filter((each) => each !== undefined)
  return wrong.length > 0
    ? wrong
    : [ok(groups, `the Entra groups of governance.yaml (${named.length}) exist and can be read`)]
}
