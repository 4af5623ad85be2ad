// Owns a bot for the adapter's tests: the real door behind restify, an app that records, and the sandbox channel.
import { once } from 'node:events'
import restify from 'restify'
import type { TeamsSettings } from '../../../src/adapters/teams/settings.ts'
import { teams } from '../../../src/adapters/teams/teams.ts'
import type { Channel, Conversation } from '../../../src/ports/channel.ts'
import { type Clock, systemClock } from '../../../src/ports/clock.ts'
import type { ChatMessage, Click, ClickAnswer, Inbound, Reply, TurnedAway } from '../../../src/ports/inbound.ts'
import { startTeamsChannel, TENANT, type TeamsChannel } from '../../sandbox/teams-channel.ts'

export const ada = {
  id: '29:ada',
  name: 'Ada',
  aadObjectId: '0a2b0000-0000-4000-8000-00000000000a',
  email: 'ada@x.example',
}
export const bob = {
  id: '29:bob',
  name: 'Bob',
  aadObjectId: '0a2b0000-0000-4000-8000-00000000000b',
  email: 'bob@x.example',
}

/** A clock whose pauses are a hundred times shorter than asked for, and count in full. */
export function hurried(): Clock {
  let ahead = 0
  return {
    now: () => Date.now() + ahead,
    async sleep(ms, signal) {
      await systemClock.sleep(ms / 100, signal)
      if (!signal?.aborted) ahead += ms
    },
  }
}

/** An app that remembers what it was asked; `onCommand` and `onClick` decide the answers. */
export interface App extends Inbound {
  readonly commands: ChatMessage[]
  readonly clicks: Click[]
  readonly away: TurnedAway[]
  readonly installations: { readonly conversation: Conversation; readonly present: boolean }[]
  onCommand: (message: ChatMessage) => Promise<Reply | undefined>
  onClick: (click: Click) => Promise<ClickAnswer>
}

export function recordingApp(): App {
  const app: App = {
    commands: [],
    clicks: [],
    away: [],
    installations: [],
    onCommand: async ({ text }) => ({ text: `heard ${text}` }),
    onClick: async ({ verb }) => ({ message: `did ${verb}` }),
    accept: async () => ({ id: 'none' }),
    command(message) {
      app.commands.push(message)
      return app.onCommand(message)
    },
    click(click) {
      app.clicks.push(click)
      return app.onClick(click)
    },
    async turnedAway(what) {
      app.away.push(what)
    },
    say: (sentence) => sentence,
    async installed(conversation, present) {
      app.installations.push({ conversation, present })
    },
  }
  return app
}

export interface Bot {
  readonly app: App
  readonly chat: TeamsChannel
  readonly channel: Channel
  readonly url: string
  readonly logged: string[]
  /** Posts a raw body to the bot's endpoint. */
  post(body: string | object, headers?: Record<string, string>): Promise<{ status: number; body: unknown }>
  stop(): Promise<void>
}

/** Starts both; `settings` are over those of a loopback bot without authentication. */
export async function startBot(
  settings: Partial<TeamsSettings> = {},
  chatOptions: Parameters<typeof startTeamsChannel>[0] = {},
): Promise<Bot> {
  const app = recordingApp()
  const logged: string[] = []
  const note = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const { handle, channel } = teams({
    appId: '',
    appPassword: '',
    appType: 'SingleTenant',
    appTenantId: TENANT,
    auth: 'none',
    serviceHosts: [],
    allowedTenants: [TENANT],
    inbound: () => app,
    log: { info: note, warn: note, error: note },
    ...settings,
  })
  const server = restify.createServer()
  server.use(restify.plugins.bodyParser({ maxBodySize: 1024 * 1024 }))
  server.post('/api/messages', handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${server.address().port}/api/messages`
  const chat = await startTeamsChannel({ botEndpoint: url, people: [ada, bob], ...chatOptions })
  return {
    app,
    chat,
    channel,
    url,
    logged,
    async post(body, headers = {}) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      const text = await response.text()
      return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text }
    },
    async stop() {
      await chat.stop()
      server.close()
      await once(server, 'close')
    },
  }
}

export const aCard = (text: string) => ({
  type: 'AdaptiveCard',
  version: '1.5',
  body: [{ type: 'TextBlock', text }],
  actions: [{ type: 'Action.Execute', verb: 'approve', data: { run: 'r-1', scope: 'run', plan: 'abc' } }],
})
