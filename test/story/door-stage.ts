// Owns the stage of the door's stories: runbot as a process that asks for tokens, an authority, Teams, and a stranger.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { APP_ID, APP_PASSWORD, type OpenId, startOpenId } from '../sandbox/openid.ts'
import { addForgersKeys } from '../sandbox/openid-forgeries.ts'
import { startTeamsChannel, TENANT, type TeamsChannel } from '../sandbox/teams-channel.ts'
import { PEOPLE } from '../sandbox/world/people.ts'
import { place as newPlace, type Runbot, startRunbot } from './runbot.ts'

/** A host that is none of Teams': it takes every connection, keeps what it is sent first, and hangs up. */
export interface Stranger {
  readonly port: number
  /** What each connection brought; '' for one that brought nothing. */
  readonly heard: readonly string[]
}

export interface Door {
  readonly openid: OpenId
  readonly teams: TeamsChannel
  readonly stranger: Stranger
  bot(): Runbot
  /** Speaks to the bot as Teams does, in a personal chat; without an Authorization where none is given. */
  post(authorization: string | undefined, over?: object, query?: string): Promise<{ status: number; text: string }>
  /** A right token in an Authorization header, for this service URL. */
  right(serviceUrl?: string): Promise<string>
}

/** Nothing listens there: the door needs none of them. */
const SYSTEMS = {
  OPS_URL: 'http://127.0.0.1:1',
  OPS_TOKEN: 'ops-token',
  OPS_CALLBACK_SECRET: 'whsec_b3BzLWNhbGxiYWNrLXNlY3JldC0wMTIzNDU2Nzg5YWI=',
  SITE_URL: 'http://127.0.0.1:2',
  PROMETHEUS_URL: 'http://127.0.0.1:3',
}

/** A door for the tests of one describe. `hosts`: BOT_SERVICE_HOSTS, from Teams' own address; null leaves it unset. */
export function doorStage(hosts: (teams: string) => string | null = (teams) => teams): Door {
  const door = {} as Door
  const ends: (() => unknown)[] = []
  before(async () => {
    const teams = await startTeamsChannel({ people: Object.values(PEOPLE) })
    ends.push(teams.stop)
    const openid = await startOpenId({ serviceUrl: () => teams.serviceUrl })
    ends.push(openid.stop)
    addForgersKeys(openid)
    const stranger = await startStranger()
    ends.push(stranger.stop)
    const place = newPlace()
    ends.push(place.remove)
    const allowed = hosts(`127.0.0.1:${teams.port}`)
    const bot = await startRunbot(place, {
      ...SYSTEMS,
      HOST: '127.0.0.1',
      BOT_AUTH: 'required',
      MicrosoftAppId: APP_ID,
      MicrosoftAppPassword: APP_PASSWORD,
      MicrosoftAppTenantId: TENANT,
      BOT_OPENID_METADATA: openid.metadata,
      BOT_LOGIN_URL: openid.loginUrl,
      ...(allowed === null ? {} : { BOT_SERVICE_HOSTS: allowed }),
    })
    ends.push(bot.stop)
    teams.setBotEndpoint(`${bot.url}/api/messages`)
    Object.assign(door, { openid, teams, stranger, bot: () => bot, post: postTo(bot, teams), right: rightFrom(openid) })
  })
  after(async () => {
    for (const end of ends.toReversed()) await end()
  })
  return door
}

const rightFrom =
  (openid: OpenId): Door['right'] =>
  async (serviceUrl) =>
    `Bearer ${await openid.token(serviceUrl === undefined ? {} : { claims: { serviceurl: serviceUrl } })}`

const postTo =
  (bot: Runbot, { serviceUrl, world }: TeamsChannel): Door['post'] =>
  async (authorization, over = {}, query = '') => {
    const { id, name, aadObjectId } = PEOPLE.approver
    const activity = {
      type: 'message',
      id: randomUUID(),
      channelId: 'msteams',
      serviceUrl,
      from: { id, name, aadObjectId },
      recipient: world.bot,
      conversation: { id: `a:${id}`, conversationType: 'personal', tenantId: TENANT },
      channelData: { tenant: { id: TENANT } },
      text: 'whoami',
      ...over,
    }
    const answer = await fetch(`${bot.url}/api/messages${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
      body: JSON.stringify(activity),
    })
    return { status: answer.status, text: await answer.text() }
  }

async function startStranger(): Promise<Stranger & { stop(): Promise<void> }> {
  const heard: string[] = []
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    const index = heard.push('') - 1
    open.add(socket.on('error', () => {}).on('close', () => open.delete(socket)))
    socket.on('data', (bytes) => {
      heard[index] += bytes.toString('latin1')
      socket.destroy()
    })
  })
  // Every address of this machine, so that no way of writing it leads nowhere.
  server.listen(0)
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    port,
    heard,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
