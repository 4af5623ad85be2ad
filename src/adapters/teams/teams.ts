// Owns the Teams adapter as a whole: the door at POST /api/messages and the channel that runbot speaks through.
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { TurnContext } from 'botbuilder'
import type { Channel } from '../../ports/channel.ts'
import { systemClock } from '../../ports/clock.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import { parseJson } from '../wire/json.ts'
import { refusalLog } from '../wire/refusal-log.ts'
import { plainText } from '../wire/text.ts'
import { activities } from './activities.ts'
import { door } from './authentication.ts'
import { type Connector, teamsChannel } from './channel.ts'
import { cloudOf } from './cloud.ts'
import { replyTokens } from './credentials.ts'
import { replyHosts } from './hosts.ts'
import { tenantSet } from './identity.ts'
import type { Outcome } from './invokes.ts'
import { Activity, type Place } from './schema.ts'
import type { TeamsSettings } from './settings.ts'
import { Unbelieved } from './tokens.ts'
import { transport } from './transport.ts'

export interface Teams {
  /** For restify, after its bodyParser: exactly two parameters, never rejects. */
  handle(req: { headers: IncomingHttpHeaders; body?: unknown }, res: ServerResponse): Promise<void>
  readonly channel: Channel
}

/** Throws an Error where settings contradict each other. */
export function teams(settings: TeamsSettings): Teams {
  if (settings.auth === 'required' && !settings.appId) throw new Error('BOT_AUTH=required needs MicrosoftAppId')
  const { log, clock = systemClock } = settings
  const replyHost = replyHosts(settings.auth, settings.serviceHosts)
  const cloud = cloudOf(settings.openIdMetadata)
  const tokens = replyTokens(settings, cloud.issuer, clock)
  const bot = door(settings, cloud, transport(replyHost, settings.sendTimeoutMs ?? 15_000, tokens), clock)
  // botbuilder takes any app id as proof that tokens are wanted.
  const appId = settings.auth === 'none' ? '' : settings.appId

  const connected = async <T>(place: Place, use: (connector: Connector) => Promise<T>): Promise<T> => {
    let answer: { readonly value: T } | undefined
    const reference = {
      channelId: 'msteams',
      serviceUrl: place.serviceUrl,
      bot: { id: place.bot, name: '' },
      conversation: { id: place.conversation, tenantId: place.tenant } as never,
    }
    if (replyHost(place.serviceUrl) === undefined)
      throw new PortError('denied', 'the reply was not sent: its host is not an allowed one')
    await bot
      .continueConversationAsync(appId, reference, async (context: TurnContext) => {
        const connector: Connector = context.turnState.get(bot.ConnectorClientKey)
        answer = { value: await use(connector) }
      })
      .catch((error: unknown) => {
        throw isPortError(error) ? error : new PortError('malformed', `Teams: ${reasonOf(error)}`)
      })
    if (!answer) throw new PortError('unavailable', 'Teams: the turn ended without an answer')
    return answer.value
  }

  const channel = teamsChannel({ connected, clock })
  const receive = activities({
    inbound: settings.inbound,
    channel,
    tenants: tenantSet(settings.allowedTenants),
    reachable: (serviceUrl) => replyHost(serviceUrl) !== undefined,
    log,
    clock,
    patienceMs: settings.patienceMs ?? 8_000,
  })

  const sayUnbelieved = refusalLog(log, clock.now, 'did not believe the sender of an activity')
  const answer = async (authorization: string, body: unknown): Promise<Outcome> => {
    const activity = activityFrom(body)
    if (!activity) return { status: 400, body: { error: { code: 'BadRequest', message: 'not an activity' } } }
    let outcome: Outcome = { status: 500 }
    try {
      await bot.turn(authorization, activity, async () => {
        outcome = await receive(activity)
      })
      return outcome
    } catch (error) {
      if (error instanceof Unbelieved) {
        sayUnbelieved({ reason: error.message })
        const code = error.unavailable ? 'ServiceUnavailable' : 'Unauthorized'
        return { status: error.unavailable ? 503 : 401, body: { error: { code, message: error.message } } }
      }
      log.error({ problem: reasonOf(error), type: activity.type }, 'an activity failed')
      return { status: 500, body: { error: { code: 'InternalError', message: 'runbot could not handle this' } } }
    }
  }

  return {
    channel,
    async handle(req, res) {
      const { status, body } = await answer(req.headers.authorization ?? '', req.body)
      res.statusCode = status
      if (body) res.setHeader('content-type', 'application/json; charset=utf-8')
      res.end(body ? JSON.stringify(body) : undefined)
    },
  }
}

/** Undefined for what is no activity: wrong types, nested too deep, no conversation. Keys such as `__proto__` fall away. */
function activityFrom(body: unknown): Activity | undefined {
  try {
    const read = Activity.safeParse(parseJson(JSON.stringify(body)))
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}

const reasonOf = (error: unknown): string => plainText(error instanceof Error ? error.message : 'unknown')
