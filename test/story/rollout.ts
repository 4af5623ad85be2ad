// Owns what the stories of many targets share: a short runbook, runs on several hosts, and what the log and the far side say of each.
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, asking, begin, click, GOVERNANCE, RUNBOOK } from './governance.ts'
import { type Place, until } from './runbot.ts'
import type { Payload, Shown, Story, StoryOptions } from './story.ts'

export const CONNECTORS = 'connectors.yaml'

const look = (every: string, within: string): Payload => ({
  do: 'http.get',
  with: { url: '${ci.health_url}' },
  expect: 'result.status == 200',
  every,
  within,
})

/** Recycles the pool and looks at the health page; undone by starting the pool. Soon done, and soon given up. */
export const recycle = (more: Payload = {}): Payload => ({
  id: 'recycle',
  tier: 1,
  preflight: { do: 'ops.pool_status', with: { host: '${target}' }, expect: 'result.state in ["Started", "Degraded"]' },
  action: { do: 'ops.recycle_pool', with: { host: '${target}' }, timeout: '2m' },
  verify: look('100ms', '400ms'),
  rollback: { do: 'ops.start_pool', with: { host: '${target}' } },
  ...more,
})

/** The riskier rung: asked for when the recycle failed. */
export const reset = (more: Payload = {}): Payload => ({
  id: 'reset',
  when: 'steps["recycle"].failed',
  tier: 2,
  approval: 'always',
  action: { do: 'ops.iisreset', with: { host: '${target}' } },
  verify: look('100ms', '400ms'),
  rollback: { do: 'ops.start_pool', with: { host: '${target}' } },
  ...more,
})

/** The alarm of a rollout: fewer than half of the requests fail, as the sandbox Prometheus measures it. */
export const ALARM: Payload = {
  do: 'prometheus.error_ratio',
  with: { balancer: 'edge-lb' },
  expect: 'result.value != null && result.value < 0.5',
}

const PAGERS: Payload = {
  primary: { kind: 'pagerduty', url: '${env:PAGERDUTY_URL}', routingKey: '${env:PAGERDUTY_KEY}' },
}

/** A story whose only runbook is `restart-iis` with these parts in place of its own. */
export const withRunbook = (runbook: Payload, options: StoryOptions = {}): StoryOptions => ({
  count: 18,
  ...options,
  edit: (place) => {
    amend(place, CONNECTORS, { pagers: PAGERS })
    // Everything here hangs together in the CMDB, and how far it reaches is not what these stories are about.
    const wide = { users: 5000, cis: 100 }
    amend(place, GOVERNANCE, { limits: { blastRadius: wide }, raise: [] })
    amend(place, RUNBOOK, { limits: { blastRadius: wide }, evidence: [], steps: [recycle()] })
    amend(place, RUNBOOK, runbook)
    options.edit?.(place)
  },
})

/** Operations that the ops API of this story has besides those for its sites. */
export const operations = (place: Place, declared: Payload): void =>
  amend(place, CONNECTORS, { systems: { ops: { operations: declared } } })

export interface Rollout {
  readonly run: string
  readonly hosts: readonly string[]
  /** The card as it asked for the run. */
  readonly shown: Shown
}

/** Has the runbook run on so many fresh hosts, and what it asks first approved by Maya Lind. */
export async function rollOut(
  story: Story,
  count: number,
  prepare = (_hosts: readonly string[]): void => {},
  scope = 'run',
) {
  const hosts = Array.from({ length: count }, () => story.host())
  prepare(hosts)
  return approved(story, hosts, `restart-iis ${hosts.join(' ')}`, scope)
}

/** From now on the alarm measures this. */
export const measure = ({ world }: Story, ratio: () => number | null): void => {
  world.estate.measurements['lb_responses_total'] = ratio
}

/** An incident that starts nothing by itself, for runs that people begin for it. */
export const incidentOn = ({ world }: Story, host: string): string =>
  world.raiseIncident({ ci: host, fields: { u_runbook_candidate: 'false' } })['number'] ?? ''

export async function approved(story: Story, hosts: readonly string[], what: string, scope = 'run'): Promise<Rollout> {
  const run = await begin(story, PEOPLE.requester, what)
  const shown = await asking(story, run, scope)
  await click(story, shown, { as: PEOPLE.approver })
  return { run, hosts, shown }
}

/** From now on the site of a host answers 503, and no recycle mends it. */
export function breakForGood({ world }: Story, host = ''): void {
  world.sites[host]?.break()
  world.sites[host]?.setRecycleOutcome('broken')
}

/** What happened on a host, in the order of the log: `actionStarted recycle` and so on. */
export const storyOf = async (story: Story, run: string, host: string): Promise<readonly string[]> =>
  (await story.log(run)).flatMap((event) =>
    'target' in event && 'step' in event && event.target === host ? [`${event.type} ${event.step}`] : [],
  )

/** Resolves when an operation is under way over there on exactly these hosts. */
export const underWay = ({ world }: Story, operation: string, ...hosts: readonly string[]): Promise<boolean> =>
  until(`${operation} to be under way on ${hosts.join(', ')}`, () => same(world.ops.orders.underWay(operation), hosts))

const same = (some: readonly string[], others: readonly string[]): boolean =>
  some.toSorted().join() === others.toSorted().join()

/** The hosts that something was really done to, of these. */
export const touched = (story: Story, hosts: readonly string[]): readonly string[] =>
  hosts.filter((host) => story.effects(host).length > 0)
