// Owns the files that runbot reads in the chaos test: the far side in connectors.yaml, and a runbook that changes two things.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Farm } from './chaos-farm.ts'
import type { Far, Kind } from './chaos-kinds.ts'
import type { Place } from './runbot.ts'

export const RUNBOOK = 'change-things'
export const STEPS = ['first', 'second'] as const

/** The step's time limit, on runbot's clock: with its margin the longest time for which a lost launch is not known to be lost. */
export const TIMEOUT_MS = 60_000

/** `rollback`: what a failure undoes, its own step or all of them. Nothing of the project's own runbooks stays. */
export function writeFiles({ runbooks }: Place, kind: Kind, far: Far, farm: Farm, rollback: 'step' | 'all'): void {
  for (const folder of ['catalog', 'scenarios', 'calendars']) rmSync(join(runbooks, folder), { recursive: true })
  mkdirSync(join(runbooks, 'catalog'))
  // JSON is YAML.
  const write = (file: string, content: object) => writeFileSync(join(runbooks, file), JSON.stringify(content))
  write('connectors.yaml', connectors(far, farm))
  write('governance.yaml', governance)
  write(`catalog/${RUNBOOK}.yaml`, runbook(kind, farm, rollback))
}

const connectors = ({ settings, operation }: Far, farm: Farm) => ({
  connectors: 1,
  servicenow: {
    trigger: 'u_runbook_candidate=true^stateIN1,2',
    ci: { environment: 'environment', tags: 'u_tags', users: 'u_user_count' },
    person: 'u_entra_object_id',
    resolve: { closeCode: 'Solution provided' },
    failed: { state: 2, assign: 'Web Platform L2' },
  },
  systems: {
    far: { ...settings, operations: { change: { tier: 1, ...operation } } },
    farm: { kind: 'http', allow: [farm.url], operations: { look: { tier: 0, method: 'GET' } } },
  },
})

const governance = {
  governance: 1,
  groups: { 'web-platform': { servicenow: 'Web Platform' } },
  environments: [
    { name: 'test', when: 'ci.environment == "Test"' },
    { name: 'prod', when: 'true', production: true },
  ],
  matrix: { test: { 1: 'auto' }, prod: { 1: 'one-approver' } },
  defaultRule: 'one-approver',
  rules: { 'one-approver': { from: ['owner'], quorum: 1, expires: '24h', not: ['requester'] } },
  limits: { antiFlap: { max: 1, within: '24h' } },
  autonomy: [{ level: 'auto' }],
  requesters: { default: ['everyone'] },
  freeze: { may: ['web-platform'] },
}

function runbook({ name }: Kind, farm: Farm, rollback: 'step' | 'all') {
  const change = (step: string, what: 'action' | 'rollback') => {
    const of = { run: '${run.id}', step, what }
    const given =
      name === 'http'
        ? { url: `${farm.url}/things`, body: { ...of, target: '${target}' } }
        : { ...of, host: '${target}' }
    return { do: 'far.change', with: given, timeout: `${TIMEOUT_MS}ms` }
  }
  const look = (step: string) => ({ do: 'farm.look', with: { url: `${farm.url}/things/\${target}/${step}` } })
  return {
    runbook: RUNBOOK,
    title: 'Change the things of a farm',
    owner: 'web-platform',
    match: { when: 'incident.text.matches("stale things")' },
    targets: { from: 'ci.tags', max: 3, waves: [1, '100%'], stopAfterFailures: 3, concurrency: 2 },
    steps: STEPS.map((step) => ({
      id: step,
      tier: 1,
      // It says nothing of changes made before: it must not be what keeps a second one from being made.
      preflight: { ...look(step), expect: 'result.status == 200' },
      action: change(step, 'action'),
      verify: { ...look(step), expect: 'result.body.good', every: '1s', within: '4s' },
      rollback: change(step, 'rollback'),
    })),
    onSuccess: { resolve: true },
    onFailure: { rollback },
  }
}
