// Owns a stage on which runbot may die at any moment: it is started again at once, and people try again until it worked.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteStore } from '../../src/adapters/store/sqlite/sqlite.ts'
import { CONTROL_CHAIN } from '../../src/core/control.ts'
import type { RunEvent } from '../../src/core/run.ts'
import type { ChainRecord, Entry, Store } from '../../src/ports/store.ts'
import type { Row } from '../sandbox/servicenow/records.ts'
import type { Message } from '../sandbox/teams-channel/threads.ts'
import { startWorld, type World } from '../sandbox/world.ts'
import { type Place, place as newPlace, type Runbot, startRunbot, until } from './runbot.ts'

export interface StageOptions {
  /** Where the first process dies (kill-at.ts); without it nothing dies. */
  readonly killAt?: string
  readonly edit?: (place: Place) => void
  /** What happens between the death and the next start. */
  readonly whileDead?: (world: World) => Promise<void>
  /** Node's compile cache, which makes the many starts quick. */
  readonly cache?: string
}

/** A line of the points file: where the first process came by, and what it did there. */
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
  /** How often runbot died. */
  deaths(): number
  /** What the first process came by, in order. */
  points(): readonly Point[]
  /** Everything that any of the processes logged. */
  log(): string
  /** The team gets the bot and watches the web platform; then the site breaks and a person reports it. */
  raise(): Promise<Row>
  /** The approver presses a button of the newest card that has it, again and again until runbot has answered. */
  press(verb: 'approve' | 'reject'): Promise<void>
  /** Resolves when nothing is owed any more, to the run and to whoever is to be told of it. */
  settled(ms?: number): Promise<void>
  /** Every run there is. */
  runs(): Promise<readonly RunLog[]>
  store(): Promise<Store>
  /** What the bot has posted, in order. */
  posts(): readonly Message[]
  close(): Promise<void>
}

const PRELOAD = new URL('kill-at.ts', import.meta.url).href
/** How long a person waits for an effect before trying again. */
const PATIENCE_MS = 1_000
const STORY_MS = 60_000

export async function openStage({ killAt, edit, whileDead, cache }: StageOptions = {}): Promise<Stage> {
  const world = await startWorld({ retryAfterS: 0, recycleMs: 20 })
  const place = newPlace()
  edit?.(place)
  const pointsFile = join(place.dir, 'points')
  const settings = {
    ...world.environment(),
    SITE_URL: world.site.url,
    // The rule in ServiceNow announces once and never again: what was missed meanwhile is found by polling.
    SERVICENOW_POLL_MS: '60000',
    ...(cache ? { NODE_COMPILE_CACHE: cache } : {}),
  }
  let dying: Record<string, string> = {
    RUNBOT_IMPORT: PRELOAD,
    RUNBOT_POINTS: pointsFile,
    ...(killAt ? { RUNBOT_KILL_AT: killAt } : {}),
  }
  let bot: Runbot | undefined
  let deaths = 0
  let output = ''
  let closing = false
  let reader: Promise<Store> | undefined

  const live = async (): Promise<void> => {
    while (!closing) {
      try {
        bot = await startRunbot(place, { ...settings, ...dying })
        world.connect(bot.url)
        await bot.gone
        output += bot.log()
      } catch (error) {
        // The first process may die while it starts; any other has to come up.
        if (!dying['RUNBOT_KILL_AT']) throw error
      }
      if (closing) return
      deaths += 1
      dying = {}
      await whileDead?.(world)
    }
  }
  let broken: unknown
  const life = live().catch((error: unknown) => {
    broken = error
  })

  const wait: typeof until = (what, look, ms = STORY_MS) =>
    until(
      what,
      () => {
        if (broken) throw broken
        return look()
      },
      ms,
    )
  /** Acts until it is seen to have worked; whatever becomes of one try. */
  const insist = (what: string, act: () => Promise<unknown>, worked: () => boolean) =>
    wait(what, async () => {
      const done = await act().then(
        () => true,
        () => false,
      )
      return worked() || (done && until(what, worked, PATIENCE_MS).catch(() => false))
    })

  const { teams, people } = world
  const posts = () => teams.threads().flatMap(({ messages }) => messages.filter(({ from }) => from.id === teams.world.bot.id))
  const store = (): Promise<Store> => {
    reader ??= sqliteStore({ path: place.store, openReadOnly: true })
    return reader
  }
  const records = async () =>
    (await (await store()).list({ limit: 100 })).filter(({ chain }) => chain !== CONTROL_CHAIN)

  return {
    world,
    place,
    deaths: () => deaths,
    log: () => output + (closing ? '' : (bot?.log() ?? '')),
    points: () =>
      (existsSync(pointsFile) ? readFileSync(pointsFile, 'utf8') : '')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => ({ name: line.slice(0, line.indexOf('\t')), what: line.slice(line.indexOf('\t') + 1) })),

    async raise() {
      const as = people.approver
      let installed = 0
      await insist(
        'the bot is installed',
        async () => {
          installed = (await teams.install({ as })).status
        },
        () => installed === 200,
      )
      await insist(
        'the channel watches the web platform',
        () => teams.say({ as, text: 'watch Web Platform' }),
        () => posts().some(({ text }) => text.startsWith('This channel now gets')),
      )
      world.site.break()
      return world.raiseIncident()
    },

    async press(verb) {
      const button = `"verb":"${verb}"`
      let answered = false
      const card = () => posts().findLast((message) => JSON.stringify(message.card ?? '').includes(button))
      await insist(
        `the answer to ${verb}`,
        async () => {
          const message = await wait(`a card with ${verb}`, card)
          const { status, body } = await teams.click({ as: people.approver, message: message.id, verb, inputs: { note: 'go' } })
          answered = status === 200 && isAnswer(body)
        },
        () => answered,
      )
    },

    async settled(ms) {
      await wait(
        'nothing is owed any more',
        async () => {
          const all = await records()
          const quiet = all.every(({ dueAt, lease }) => dueAt === null && lease === null)
          return all.length > 0 && quiet && (await (await store()).backlog()) === 0
        },
        ms,
      )
    },

    async runs() {
      const from = await store()
      const logs = (await records()).map(async (record) => ({ record, entries: await from.entries(record.chain) }))
      return (await Promise.all(logs)) as unknown as readonly RunLog[]
    },
    store,
    posts,

    async close() {
      closing = true
      await bot?.stop()
      await life
      await (await reader)?.close()
      await world.stop()
      place.remove()
    },
  }
}

/** The card as it stands now, or that this was decided before: what a person whose first click got through is told. */
function isAnswer(body: unknown): boolean {
  const { type, value } = body as { type?: string; value?: unknown }
  return type === 'application/vnd.microsoft.card.adaptive' || /\balready\b/.test(String(value))
}
