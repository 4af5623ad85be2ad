// Owns a stage with several replicas: one world, one store that all share, and whoever speaks chooses the replica that hears it.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cosmosStore } from '../../src/adapters/store/cosmos/cosmos.ts'
import { audit } from '../../src/cli/audit.ts'
import { CONTAINERS } from '../adapters/store/cosmos/account.ts'
import { type SandboxCosmos, sandboxCosmos } from '../sandbox/cosmos.ts'
import { signWebhook } from '../sandbox/webhooks.ts'
import { SERVICENOW_WEBHOOK_SECRET } from '../sandbox/world.ts'
import { type Runbot, startRunbot, until } from './runbot.ts'
import { type Story, type StoryOptions, stage } from './story.ts'

export interface Replicas extends Story {
  /** Those that live, in the order in which they were started. */
  replicas(): readonly Runbot[]
  /** One more, with runbook files of its own where told. */
  join(more?: { readonly runbooks?: string; readonly env?: Record<string, string> }): Promise<Runbot>
  /** Does it while Teams and ServiceNow reach this replica; what it asks of them at once goes there, what follows may not. */
  at<T>(replica: Runbot, act: () => Promise<T>): Promise<T>
  /** The replica that holds the lease of a run, once one does. */
  holder(run: string): Promise<Runbot>
  /** A replica that is none of these. */
  other(...not: readonly Runbot[]): Runbot
  /** Delivers a signed event of ServiceNow to this replica's door; answers the status. */
  announce(replica: Runbot, sysId: string, id?: string): Promise<number>
  /** Raises an incident of which ServiceNow tells nobody. */
  silently(incident?: { readonly host?: string }): ReturnType<Story['raise']>
  /** The account that they share. */
  cosmos(): SandboxCosmos
  /** The next replica that is about to launch something stands still (SIGSTOP) right before; resolves with it once it does. */
  pauseAtLaunch(): Promise<Runbot>
  /** `audit verify` finds nothing wrong in the whole store (P4). */
  auditHolds(): Promise<void>
}

export interface ReplicasOptions extends StoryOptions {
  /** What they share: an account of Cosmos DB, strict, or one SQLite file. */
  readonly on?: 'cosmos' | 'sqlite'
  /** How many there are when the first test begins; three unless told. */
  readonly size?: number
}

/** Beyond what a busy machine holds a renewal up, and still short for whoever waits for a take-over. */
const LEASE_MS = '2500'
const DATABASE = 'runbot'
const PRELOAD = new URL('replicas-pause.ts', import.meta.url).href
/** In the working directory of the replicas. */
const PAUSE = 'pause'

/** A stage for the tests of one describe; it is empty until the first of them. */
export function replicas({ on = 'cosmos', size = 3, env: more = {}, ...options }: ReplicasOptions = {}): Replicas {
  let cosmos: SandboxCosmos | undefined
  // The story reads it when it begins, and by then the account is there.
  const env: Record<string, string> = {
    RUNBOT_LEASE_MS: LEASE_MS,
    RUNBOT_IMPORT: PRELOAD,
    RUNBOT_PAUSE: PAUSE,
    ...more,
  }
  if (on === 'cosmos')
    before(async () => {
      cosmos = await sandboxCosmos()
      cosmos.provision({ database: DATABASE, containers: CONTAINERS })
      const { endpoint, key } = cosmos
      Object.assign(env, { RUNBOT_STORE: 'cosmos', COSMOS_ENDPOINT: endpoint, COSMOS_KEY: key })
    })
  const readCosmos = async () => {
    const { endpoint = '', key = '' } = cosmos ?? {}
    return (await cosmosStore({ endpoint, key, database: DATABASE })).store
  }
  const story = stage({ ...options, env, ...(on === 'cosmos' ? { read: readCosmos } : {}) })
  const living: Runbot[] = []
  const enter = (bot: Runbot): Runbot => {
    living.push(bot)
    void bot.gone.then(() => living.splice(living.indexOf(bot), 1))
    return bot
  }
  before(async function () {
    this.timeout(120_000)
    enter(story.bot())
    await Promise.all(Array.from({ length: size - 1 }, () => own.join()))
  })
  after(async () => {
    // One that a test stopped by a signal hears no other one.
    for (const { pid } of living) process.kill(pid, 'SIGCONT')
    await Promise.all([...living].map((bot) => bot.stop()))
    await cosmos?.stop()
  })

  const own: Omit<Replicas, keyof Story> = {
    replicas: () => [...living],
    async join({ runbooks = story.place.runbooks, env: its = {} } = {}) {
      const { dir, store } = story.place
      return enter(await startRunbot({ dir, store, runbooks }, { ...story.world.environment(), ...env, ...its }))
    },
    at(replica, act) {
      story.world.connect(replica.url)
      return act()
    },
    holder: (run) =>
      until(`a replica that holds ${run}`, async () => {
        const owner = (await (await story.store()).record(run))?.lease?.owner
        return living.find(({ pid }) => owner?.split('/')[1] === String(pid))
      }),
    other(...not) {
      const found = living.find((each) => !not.includes(each))
      assert(found, 'another replica')
      return found
    },
    async announce({ url }, sysId, id = `msg_${randomUUID()}`) {
      const body = JSON.stringify({ type: 'incident.created', data: { sys_id: sysId, number: 'INC0000001' } })
      const timestampS = Math.floor(Date.now() / 1000)
      const answer = await fetch(`${url}/api/events/servicenow`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(timestampS),
          'webhook-signature': signWebhook(SERVICENOW_WEBHOOK_SECRET, id, timestampS, body),
        },
        body,
      })
      await answer.arrayBuffer()
      return answer.status
    },
    silently(incident) {
      story.world.servicenow.setBusinessRule(null)
      return story.raise(incident)
    },
    cosmos() {
      assert(cosmos, 'they share an account')
      return cosmos
    },
    async pauseAtLaunch() {
      const file = join(story.place.dir, PAUSE)
      writeFileSync(file, '')
      return until('a replica that stands still', () => living.find(({ pid }) => existsSync(`${file}.${pid}`)))
    },
    async auditHolds() {
      const said: string[] = []
      const say = (line: string) => void said.push(line)
      const named = { RUNBOT_STORE: `sqlite:${story.place.store}`, COSMOS_DATABASE: DATABASE, ...env }
      assert.equal(await audit(['verify'], named, { out: say, err: say }), 0, said.join('; '))
    },
  }
  return Object.assign(story, own)
}
