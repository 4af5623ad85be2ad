// Owns the first acts: a healthy world, a site that breaks, and the card that asks.
import { CREDENTIALS } from '../../sandbox/servicenow.ts'
import { asking, bindChannel, type Memory, trouble } from '../scene.ts'
import type { Stage } from '../stage.ts'
import { type Act, expect, NotSo } from '../timeline.ts'
import { buttonOf, shortened, statusOf } from './looking.ts'

export function opening(stage: Stage, memory: Memory): readonly Act[] {
  const { world, client, runbot } = stage
  const { site, ops, servicenow } = world
  const recycles = () => ops.effectsOf('recycle-pool').length
  const asks = () => client.messages().filter((message) => asking([message]))

  const before: Act = {
    title: 'A web site, a ServiceNow with a history, and runbot',
    claims: [
      { text: 'the web site answers', check: async () => `HTTP ${expect('GET /', await statusOf(site.url), 200)}` },
      {
        text: 'the sandbox ServiceNow holds the 500 real incidents',
        check: async () => `X-Total-Count ${expect('X-Total-Count', await countIncidents(servicenow.url), '500')}`,
      },
      {
        text: 'runbot is ready, with its embedded store',
        check: async () => `GET /readyz ${expect('GET /readyz', await statusOf(`${runbot.url}/readyz`), 200)}`,
      },
      {
        text: 'the channel gets the incidents of Web Platform',
        check: async () => `“${shortened(await bindChannel(stage), 60)}”`,
      },
    ],
  }
  const breaking: Act = {
    title: 'The site breaks, somebody reports it',
    claims: [
      {
        text: 'the site really serves 5xx',
        async check() {
          memory.incident = trouble(stage)
          return `HTTP ${expect('GET /', await statusOf(site.url), 503)}`
        },
      },
      {
        text: 'ServiceNow announces the incident, signed, and runbot accepts it',
        async check() {
          const [first] = servicenow.deliveries
          return first && `${memory.incident.number}, HTTP ${expect('the webhook', first.status, 202)}`
        },
      },
      {
        text: 'an approval card stands in the channel Incidents',
        async check() {
          const card = asking(client.messages())
          if (card) memory.card = card
          return card && expect('its thread', card.conversationId.split(';')[0], stage.playground.places.channel)
        },
      },
      {
        text: 'the same event once more makes no second one',
        async check() {
          servicenow.redeliver()
          await servicenow.settled()
          expect('the webhook', servicenow.deliveries.at(-1)?.status, 202)
          return `${expect('cards that ask', asks().length, 1)} card`
        },
      },
      {
        text: 'the card says what, where, how far, and what undoes it',
        async check() {
          const shown = JSON.stringify(memory.card.card)
          for (const words of [memory.incident.number ?? '', 'web-01', 'prod', 'ops.recycle_pool', '560 users'])
            if (!shown.includes(words)) throw new NotSo(`expected "${words}" on the card, seen ${shown.slice(0, 300)}`)
          if (!shown.includes('ops.start_pool')) throw new NotSo('the card does not say what undoes it')
          return 'ops.recycle_pool on web-01, 560 users, undone by ops.start_pool'
        },
      },
      {
        text: 'its button names the run, the scope and the plan, nothing else',
        async check() {
          const data = buttonOf(memory.card, 'approve')
          expect('its data', Object.keys(data).toSorted(), ['plan', 'run', 'scope'])
          return `run ${String(data['run'])}, plan ${shortened(String(data['plan']), 12)}`
        },
      },
      {
        text: 'nothing has been changed yet',
        check: async () => `${expect('recycles', recycles(), 0)} recycles`,
      },
    ],
  }
  return [before, breaking]
}

/** Asks as a client of the instance does (CONTRACTS 1.2). */
async function countIncidents(url: string): Promise<string | null> {
  const [user] = CREDENTIALS.users
  const headers = { authorization: `Basic ${btoa(`${user?.name}:${user?.password}`)}`, accept: 'application/json' }
  return (await fetch(`${url}/api/now/table/incident?sysparm_limit=1`, { headers })).headers.get('x-total-count')
}
