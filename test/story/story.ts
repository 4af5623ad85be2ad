// Owns one story's stage: a sandbox world, runbot beside it as a process of its own, and what can be seen from outside.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { sqliteStore } from '../../src/adapters/store/sqlite/sqlite.ts'
import type { ControlEvent } from '../../src/core/control.ts'
import type { RunEvent } from '../../src/core/run.ts'
import type { ListQuery, Store } from '../../src/ports/store.ts'
import type { Row } from '../sandbox/servicenow/records.ts'
import type { Message } from '../sandbox/teams-channel/threads.ts'
import { signWebhook } from '../sandbox/webhooks.ts'
import type { Inhabitant } from '../sandbox/world/people.ts'
import { SERVICENOW_WEBHOOK_SECRET, startWorld, type World, type WorldOptions } from '../sandbox/world.ts'
import { place as newPlace, type Place, type Runbot, startRunbot, until } from './runbot.ts'

/** What a click carries. */
export type Payload = Record<string, unknown>

/** A card as it stood in a thread when it was found. */
export interface Shown {
  readonly message: Message
  readonly run: string
  /** What its approve and reject buttons carry. */
  readonly data: Payload
}

/** An event as a sender made it; what is not given is right. */
export interface Delivery {
  readonly id?: string
  /** Text goes out as it is. */
  readonly body: unknown
  readonly at?: Date
  readonly headers?: Record<string, string>
}

export interface Heard {
  /** The bot's last text in the thread; '' where it said none. */
  readonly text: string
  /** The words of its last card there; '' where there is none. */
  readonly card: string
  readonly conversation: string
}

export interface Story {
  readonly world: World
  readonly place: Place
  /** The process that runs now. */
  bot(): Runbot
  /** Starts runbot again in the same place, after it was stopped or killed. */
  restart(env?: Record<string, string>): Promise<Runbot>
  /** A host that no other test of this story has used. */
  host(): string
  /** Sends a signed event to ServiceNow's door as it stands; answers what the door said. */
  deliver(event: Delivery): Promise<{ readonly status: number; readonly body: { readonly id?: string } }>
  /** Breaks a fresh host's site and reports an incident on it. */
  raise(incident?: { host?: string; fields?: Row }): { host: string; number: string; sysId: string }
  /** Says something to the bot in a new thread, or where told, and answers what it replied there. */
  say(as: Inhabitant, text: string, where?: string): Promise<Heard>
  /** The newest card that asks for approval of a run of this incident. */
  asked(number: string): Promise<Shown>
  /** The newest run's id of an incident. */
  runOf(number: string): Promise<string>
  /** Ids of all runs of an incident, newest first. */
  runsOf(number: string): Promise<readonly string[]>
  runs(query?: Partial<ListQuery>): Promise<readonly string[]>
  /** The run log. */
  log(run: string): Promise<readonly RunEvent[]>
  control(): Promise<readonly ControlEvent[]>
  /** How a run ended, once it has. */
  ended(run: string, ms?: number): Promise<Extract<RunEvent, { type: 'finished' }>>
  /** The work notes of an incident, oldest first. */
  notes(number: string): readonly string[]
  /** What the ops API really did to a host. */
  effects(host: string): readonly string[]
  /** The newest card of a run, wherever it stands. */
  cardOf(run: string): Message | undefined
  /** The texts in the thread of a run's card, without the card itself. */
  thread(run: string): readonly string[]
  store(): Promise<Store>
  end(): Promise<void>
}

export interface StoryOptions extends WorldOptions {
  /** How many hosts there are; each test takes a fresh one. */
  readonly count?: number
  /** Changes the runbook files before runbot starts. */
  readonly edit?: (place: Place) => void
  readonly env?: Record<string, string>
  /** How many times faster time passes, for runbot and its world; their waits only, not their work. */
  readonly speed?: number
  /** Whether a channel watches the web platform's incidents; true unless told. */
  readonly watched?: boolean
  /** Opens the store that `env` names, to read in it; the place's own file unless told. */
  readonly read?: () => Promise<Store>
}

/** Sets everything up; nothing of it is shared with another story. */
async function tell({
  count = 4,
  edit,
  env = {},
  watched = true,
  speed,
  read,
  ...options
}: StoryOptions = {}): Promise<Story> {
  const hosts = Array.from({ length: count }, (_, index) => `web-${String(index + 1).padStart(2, '0')}`)
  const since = Date.now()
  const clock = speed === undefined ? {} : fastClock(since, speed)
  const now = (): Date => new Date(since + (Date.now() - since) * (speed ?? 1))
  const world = await startWorld({ retryAfterS: 0, recycleMs: 20, hosts, now, ...options })
  const place = newPlace()
  const sites = Object.values(world.sites).map((site) => `"${site.url}"`)
  place.edit('connectors.yaml', (text) => text.replace('"${env:SITE_URL}"', sites.join(', ')))
  edit?.(place)
  const free = [...hosts]
  let bot: Runbot
  let reader: Promise<Store> | undefined
  const start = async (more: Record<string, string>): Promise<Runbot> => {
    bot = await startRunbot(place, { ...world.environment(), ...clock, ...env, ...more })
    world.connect(bot.url)
    return bot
  }
  const store = (): Promise<Store> => {
    reader ??= read?.() ?? sqliteStore({ path: place.store, openReadOnly: true })
    return reader
  }
  try {
    await start({})
  } catch (error) {
    await world.stop()
    place.remove()
    throw error
  }
  if (watched) await world.teams.say({ as: world.people.approver, text: 'watch Web Platform' })

  const runs: Story['runs'] = async (query = {}) =>
    (await (await store()).list({ limit: 100, ...query }))
      .map(({ chain }) => chain)
      .filter((chain) => chain !== 'control')
  const runsOf = (number: string) => runs({ label: { name: 'incident', value: number } })
  const entries = async (chain: string) => (await (await store()).entries(chain)).map(({ event }) => event)
  const log = async (run: string) => (await entries(run)) as unknown as readonly RunEvent[]
  const nextHost = (): string => {
    const host = free.shift()
    if (host === undefined) throw new Error('this story needs more hosts')
    return host
  }
  const isBots = ({ from }: Pick<Message, 'from'>): boolean => from.id === world.teams.world.bot.id
  const messages = (): readonly Message[] => world.teams.threads().flatMap((thread) => thread.messages)
  /** The one in its thread; a copy in somebody's personal chat may have been written sooner, or later. */
  const cardOf = (run: string) => {
    const cards = messages().filter(({ card, from }) => isBots({ from }) && card && wordsOf(card).includes(run))
    return cards.findLast(({ conversationId }) => !conversationId.startsWith('a:')) ?? cards.at(-1)
  }

  return {
    world,
    place,
    bot: () => bot,
    restart: (more = {}) => start(more),
    host: nextHost,
    raise({ host = nextHost(), fields = {} } = {}) {
      world.sites[host]?.break()
      const { number = '', sys_id: sysId = '' } = world.raiseIncident({ ci: host, fields })
      return { host, number, sysId }
    },
    async deliver({ id = `msg_${randomUUID()}`, body, at = now(), headers = {} }) {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const timestampS = Math.floor(at.getTime() / 1000)
      const answer = await fetch(`${bot.url}/api/events/servicenow`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(timestampS),
          'webhook-signature': signWebhook(SERVICENOW_WEBHOOK_SECRET, id, timestampS, text),
          ...headers,
        },
        body: text,
      })
      return { status: answer.status, body: (await answer.json()) as { id?: string } }
    },
    async say(as, text, where) {
      const { conversationId } = await world.teams.say({ as, text, ...(where === undefined ? {} : { in: where }) })
      const said = (world.teams.thread(conversationId)?.messages ?? []).filter(isBots)
      return {
        text: said.findLast((message) => message.text !== '')?.text ?? '',
        card: wordsOf(said.findLast(({ card }) => card)?.card),
        conversation: conversationId,
      }
    },
    async asked(number) {
      return until(`a card that asks about ${number}`, async () => {
        const [run] = await runsOf(number)
        const message = run === undefined ? undefined : cardOf(run)
        const data = message && payloadOf(message, 'approve')
        return run !== undefined && message && data ? { message, run, data } : undefined
      })
    },
    runOf: (number) => until(`a run of ${number}`, async () => (await runsOf(number))[0]),
    runsOf,
    runs,
    log,
    control: async () => (await entries('control')) as unknown as readonly ControlEvent[],
    ended: (run, ms) =>
      until(`the end of ${run}`, async () => (await log(run)).findLast((event) => event.type === 'finished'), ms),
    notes: (number) => world.servicenow.notes(world.servicenow.incident(number)['sys_id'] ?? ''),
    effects: (host) =>
      world.ops.effects
        .filter(({ runbook, target }) => target === host && MUTATING.has(runbook))
        .map(({ runbook }) => runbook),
    cardOf,
    thread(run) {
      const card = cardOf(run)
      const thread = card && world.teams.thread(card.conversationId)
      return (thread?.messages ?? []).filter(({ from, card: own }) => isBots({ from }) && !own).map(({ text }) => text)
    },
    store,
    async end() {
      await bot.stop()
      await (await reader)?.close()
      await world.stop()
      place.remove()
    },
  }
}

/** A story for the tests of one describe: told before the first, over after the last. It is empty until then. */
export function stage(options: StoryOptions = {}): Story {
  const story = {} as Story
  before(async () => {
    Object.assign(story, await tell(options))
  })
  after(async () => {
    // Where it could not be told there is nothing to end.
    await (story as Partial<Story>).end?.()
  })
  return story
}

/** Leases are renewed by timers, which a busy machine holds up more the faster time is. */
const fastClock = (since: number, speed: number): Record<string, string> => ({
  RUNBOT_IMPORT: fileURLToPath(new URL('fast-clock.ts', import.meta.url)),
  RUNBOT_CLOCK: `${since}:${speed}`,
  RUNBOT_LEASE_MS: '600000',
})

const MUTATING = new Set(['recycle-pool', 'start-pool', 'iisreset'])

/** Everything in a card that a person or a button can read, as one text. */
export const wordsOf = (node: unknown): string => {
  if (typeof node === 'string') return node
  if (typeof node !== 'object' || node === null) return ''
  return Object.values(node).map(wordsOf).join('\n')
}

/** What a button of a card carries; undefined where there is no such button. */
export function payloadOf({ card }: Pick<Message, 'card'>, verb: string): Payload | undefined {
  const find = (node: unknown): Payload | undefined => {
    if (typeof node !== 'object' || node === null) return undefined
    const item = node as Payload
    if (item['type'] === 'Action.Execute' && item['verb'] === verb) return item['data'] as Payload
    return Object.values(node)
      .map(find)
      .find((found) => found !== undefined)
  }
  return find(card)
}

/** The sentence that a click was answered with; a card as its words. */
export const answerOf = ({ body }: { body: unknown }): string => wordsOf((body as { value?: unknown } | null)?.value)
