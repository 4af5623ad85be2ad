// Owns a stage on which runbot may die at any moment: it is started again at once, and people try again until it worked.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteStore } from '../../src/adapters/store/sqlite/sqlite.ts'
import { CONTROL_CHAIN } from '../../src/core/control.ts'
import type { RunEvent } from '../../src/core/run.ts'
import type { ChainRecord, Entry, Store } from '../../src/ports/store.ts'
import type { Message } from '../sandbox/teams-channel/threads.ts'
import { startWorld, type World, type WorldOptions } from '../sandbox/world.ts'
import { lives } from './crash-lives.ts'
import { place as newPlace, type Place, until } from './runbot.ts'
import { payloadOf } from './story.ts'

export interface StageOptions {
  /** Where each process dies, in order (kill-at.ts); after the last one, none dies any more. */
  readonly deaths?: readonly string[]
  readonly world?: WorldOptions
  readonly edit?: (place: Place) => void
  /** What happens between a death and the next start. */
  readonly whileDead?: (world: World, place: Place) => Promise<void> | void
  /** Node's compile cache, which makes the many starts quick. */
  readonly cache?: string
}

/** What a process came by: the name of the point, as `append:3`, and what happened there. */
export interface Point {
  readonly name: string
  readonly what: string
}

export interface RunLog {
  readonly record: ChainRecord
  readonly entries: readonly (Entry & { readonly event: RunEvent })[]
}

export interface Stage {
  readonly world: World
  readonly place: Place
  /** How often runbot has died. */
  kills(): number
  /** What all processes came by, in order. */
  points(): readonly Point[]
  /** Everything that they logged. */
  output(): string
  /** The team gets the bot and has it watch the web platform; then the site breaks and a person reports it. Answers the number. */
  raise(): Promise<string>
  /**
   * The approver presses a button of the newest card that asks for this (a card whose post was cut off by a death stands
   * as it was, unknown to runbot), again and again until runbot has answered.
   */
  press(verb: 'approve' | 'reject', scope?: string): Promise<void>
  /** Resolves when it is so; fails when runbot cannot be started any more. */
  until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>>
  /** Resolves when nothing is owed any more, to a run or to whoever is to be told of it. */
  settled(): Promise<unknown>
  runs(): Promise<readonly RunLog[]>
  store(): Promise<Store>
  /** What the bot has posted. */
  posts(): readonly Message[]
  close(): Promise<void>
}

/** How long a person waits for an effect before trying again. */
const PATIENCE_MS = 1_000
const STORY_MS = 120_000

export async function openStage({ deaths = [], world: wanted, edit, whileDead, cache }: StageOptions): Promise<Stage> {
  const world = await startWorld({ retryAfterS: 0, recycleMs: 20, ...wanted })
  const place = newPlace()
  edit?.(place)
  const pointsFile = join(place.dir, 'points')
  const env = {
    ...world.environment(),
    SITE_URL: world.site.url,
    // The rule in ServiceNow announces once and never again: what was missed meanwhile is found by polling.
    SERVICENOW_POLL_MS: '60000',
    RUNBOT_POINTS: pointsFile,
    ...(cache ? { NODE_COMPILE_CACHE: cache } : {}),
  }
  const bot = lives(place, env, deaths, { up: world.connect, dead: async () => whileDead?.(world, place) })
  let reader: Promise<Store> | undefined

  const wait = <T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> => {
    const alive = () => {
      bot.check()
      return look()
    }
    return until(what, alive, STORY_MS)
  }
  /** Acts until it is seen to have worked, whatever becomes of one try. */
  const insist = (what: string, act: () => Promise<unknown>, worked: () => boolean) =>
    wait(what, async () => {
      const done = await act().then(
        () => true,
        () => false,
      )
      return worked() || (done && until(what, worked, PATIENCE_MS).catch(() => false))
    })

  const { teams, people } = world
  const posts = () =>
    teams.threads().flatMap(({ messages }) => messages.filter(({ from }) => from.id === teams.world.bot.id))
  const store = (): Promise<Store> => {
    reader ??= sqliteStore({ path: place.store, openReadOnly: true })
    return reader
  }
  const records = async () => {
    const all = await (await store()).list({ limit: 100 })
    return all.filter(({ chain }) => chain !== CONTROL_CHAIN)
  }

  return {
    world,
    place,
    kills: bot.kills,
    output: bot.output,
    points: () => (existsSync(pointsFile) ? pointsIn(readFileSync(pointsFile, 'utf8')) : []),
    until: wait,
    store,
    posts,

    async raise() {
      const as = people.approver
      let status = 0
      const install = async () => {
        ;({ status } = await teams.install({ as }))
      }
      await insist('the bot is in the team', install, () => status === 200)
      const watch = () => teams.say({ as, text: 'watch Web Platform' })
      await insist('the channel watches', watch, () => posts().some(({ text }) => text.startsWith('This channel now')))
      world.site.break()
      return world.raiseIncident()['number'] ?? ''
    },

    async press(verb, scope = 'run') {
      // Tries again on the very same card: by then another step may ask on a newer one.
      const card = await wait(`a card with ${verb}`, () =>
        posts().findLast((message) => payloadOf(message, verb)?.['scope'] === scope),
      )
      const data = payloadOf(card, verb) ?? {}
      let answered = false
      const click = async () => {
        const press = { as: people.approver, message: card.id, verb, data, inputs: { note: 'go' } }
        const { status, body } = await teams.click(press)
        answered = status === 200 && isAnswer(body)
      }
      await insist(`the answer to ${verb}`, click, () => answered)
    },

    settled: () =>
      wait('nothing is owed any more', async () => {
        const all = await records()
        const quiet = all.every(({ dueAt, lease }) => dueAt === null && lease === null)
        return all.length > 0 && quiet && (await (await store()).backlog()) === 0
      }),

    async runs() {
      const from = await store()
      const logs = (await records()).map(async (record) => ({ record, entries: await from.entries(record.chain) }))
      return (await Promise.all(logs)) as unknown as readonly RunLog[]
    },

    async close() {
      await bot.end()
      await (await reader)?.close()
      await world.stop()
      place.remove()
    },
  }
}

const pointsIn = (text: string): readonly Point[] =>
  text
    .split('\n')
    .map((line) => line.split('\t'))
    .flatMap(([name, what]) => (name && what !== undefined ? [{ name, what }] : []))

/** The card as it stands now, or that this was decided before: what a person is told whose first click got through. */
function isAnswer(body: unknown): boolean {
  const { type, value } = body as { type?: string; value?: unknown }
  return type === 'application/vnd.microsoft.card.adaptive' || /\balready\b/.test(String(value))
}
