// Owns what every test of the Jenkins endpoint starts from: a sandbox Jenkins, the adapter before it, and a build that began.
import assert from 'node:assert/strict'
import type { Progress } from '../../../src/ports/endpoint.ts'
import { launchOf } from '../../contracts/endpoint.suite.ts'
import { requestTo } from '../../sandbox/faults.ts'
import type { ParameterDefinition } from '../../sandbox/jenkins/model.ts'
import { JENKINS_USER, type JenkinsOptions, startJenkins } from '../../sandbox/jenkins.ts'
import { endpointOf, requestOf, settingsOf } from './settings.ts'

export const job = 'ops/restart-worker'
export const key: ParameterDefinition = { name: 'RUNBOT_KEY' }
export const parameters: ParameterDefinition[] = [
  { name: 'worker' },
  { name: 'mode', type: 'ChoiceParameterDefinition', choices: ['soft', 'hard'] },
  { name: 'drain', type: 'BooleanParameterDefinition', default: 'true' },
  { name: 'pin', type: 'PasswordParameterDefinition' },
  key,
]
export const given = { worker: 'w 1/ä', mode: 'hard', drain: false, pin: '1234' }
export const launches = requestTo('POST', /buildWithParameters$/)
export const reads = requestTo('GET', /\/api\/json$/)

export async function makeWorld(options: Partial<JenkinsOptions> = {}, secret = JENKINS_USER.token) {
  const system = await startJenkins({ jobs: { [job]: { parameters, log: 'restarting\nrestarted\n' } }, ...options })
  opened.push(system.stop)
  const auth = { basic: [JENKINS_USER.user, secret] } as const
  const settings = settingsOf({ name: 'jenkins', kind: 'jenkins', url: system.url, auth })
  const request = requestOf(settings, { detail: { job, keyParameter: 'RUNBOT_KEY' }, with: given })
  return { system, settings, request, endpoint: endpointOf(settings, request) }
}

/** Whatever a test opened is closed after it. */
export async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((stop) => stop()))
}
const opened: (() => Promise<void>)[] = []

export type World = Awaited<ReturnType<typeof makeWorld>>

/** The item that the last launch made. */
export const lastItem = ({ system }: World) => system.items.at(-1) ?? assert.fail('nothing is queued')
export const noted = (progress: Progress) => (progress as { readonly note?: string }).note ?? ''
export const ended = (progress: Progress) => (progress.state === 'ended' ? progress : assert.fail('it still runs'))

/** Items stay queued and builds go on until the test moves them. */
export function held(name: string, tests: (current: () => World) => void): void {
  describe(name, () => {
    let world: World
    beforeEach(async () => {
      world = await makeWorld()
    })
    afterEach(closeAll)
    tests(() => world)
  })
}

/** Launches, and lets the build begin. */
export async function begun(world: World) {
  const launched = await world.endpoint.launch(launchOf(world.request))
  world.system.leave(lastItem(world))
  const build = world.system.begin(lastItem(world))
  return { build, progress: await world.endpoint.progress(world.request, launched.handle) }
}

export const queuedByOther = ({ system }: World) =>
  system.enqueue(system.job(job), [{ name: 'RUNBOT_KEY', value: 'other', hidden: false }])
