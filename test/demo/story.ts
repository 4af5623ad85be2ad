// Owns the story of the demo as checked claims: each line is read at the far side before it is printed.
import { audit } from '../../src/cli/audit.ts'
import type { PlaygroundMessage } from '../playground/client.ts'
import type { Row } from '../sandbox/servicenow/records.ts'
import type { Stage } from './stage.ts'
import { expect, NotSo, type Timeline } from './timeline.ts'

/** How many claims the automatic story makes, for its progress display. */
export const CLAIMS = 23

/** Binds the channel to the incidents of the web team. */
export async function bindChannel({ client }: Stage): Promise<void> {
  await client.installBot()
  await client.say('watch Web Platform')
  await client.waitFor(({ text }) => text.includes('now gets the incidents'), 20_000)
}

/** Breaks the site, and has somebody report it. */
export function trouble({ world }: Stage): Row {
  world.site.break()
  return world.raiseIncident()
}

/** The whole story with a scripted approver. Throws NotSo at the first claim that does not hold. */
export async function play(stage: Stage, line: Timeline): Promise<void> {
  const { world, client, runbot } = stage
  const { people, site, ops, servicenow } = world
  const status = async () => (await fetch(site.healthUrl)).status
  const incidentOf = (row: Row) => servicenow.incident(row['number'] ?? '')
  const recycles = () => ops.effectsOf('recycle-pool').length

  line.chapter('A world with a site, a ServiceNow with a history, and runbot')
  await line.claim('the site is healthy', async () => expect('GET /health', await status(), 200))
  await line.claim('ServiceNow holds 500 real incidents', async () =>
    expect('incidents', servicenow.rows('incident').length, 500),
  )
  await line.claim('runbot lives and is ready', async () =>
    expect('GET /readyz', (await fetch(`${runbot.url}/readyz`)).status, 200),
  )
  await line.claim('the channel gets the incidents of Web Platform', async () => {
    await bindChannel(stage)
    return ''
  })

  line.chapter('The site breaks, somebody reports it')
  const incident = trouble(stage)
  const number = incident['number'] ?? ''
  await line.claim('the site really serves errors', async () => expect('GET /health', await status(), 503))
  let card: PlaygroundMessage | undefined
  await line.claim('one approval card stands in the channel', async () => {
    card = asking(client.messages())
    return card && number
  })
  const shown = JSON.stringify(card?.card)
  await line.claim('it says what, where, how far, and what undoes it', async () => {
    for (const words of [number, 'web-01', 'ops.recycle_pool', 'ops.start_pool', 'Reach', 'prod'])
      if (!shown.includes(words)) throw new NotSo(`the card does not say ${words}`)
    return 'ops.recycle_pool on web-01, undone by ops.start_pool'
  })
  const button = buttonOf(card, 'approve')
  await line.claim('its button names run, scope and plan, and nothing else', async () =>
    expect('keys', Object.keys(button).toSorted(), ['plan', 'run', 'scope']),
  )
  await line.claim('nothing has been changed yet', async () => expect('recycles', recycles(), 0))

  line.chapter('People decide')
  const press = { message: card?.id ?? '' }
  await line.claim('somebody who may not approve is refused, with the reason', async () => {
    const answer = await client.click('approve', {}, { ...press, user: people.outsider })
    const text = String(answer.value)
    if (!text.includes('you are not in')) throw new NotSo(`the answer was ${text}`)
    return text.slice(0, 80)
  })
  await line.claim('an approval of another plan is refused', async () => {
    const answer = await client.click('approve', { plan: '0'.repeat(64) }, { ...press, user: people.approver })
    const text = String(answer.value)
    if (!text.includes('plan has changed')) throw new NotSo(`the answer was ${text}`)
    return 'the plan has changed'
  })
  await line.claim('still nothing has been changed', async () => expect('recycles', recycles(), 0))
  await line.claim('Maya Lind approves', async () => {
    const answer = await client.click('approve', { note: 'errors are real' }, { ...press, user: people.approver })
    return expect('answer', answer.type, 'application/vnd.microsoft.card.adaptive') && 'errors are real'
  })

  line.chapter('runbot does exactly that')
  await line.claim('the pool is recycled, through the ops-runbook API', async () =>
    recycles() > 0 ? expect('recycles', recycles(), 1) : undefined,
  )
  await line.claim('the site is healthy again', async () => ((await status()) === 200 ? 'HTTP 200' : undefined))
  await line.claim(
    'the incident is resolved',
    async () => (incidentOf(incident)?.['state'] === '6' ? (incidentOf(incident)?.['close_code'] ?? '') : undefined),
    60_000,
  )
  await line.claim('exactly one recycle was sent', async () => expect('recycles', recycles(), 1))

  line.chapter('Everybody knows, and it can be proven')
  const notes = servicenow.notes(incident['sys_id'] ?? '').map(String)
  await line.claim('the work notes tell it in order, none twice', async () => {
    const wanted = [
      'waits for approval',
      'Approved by Maya Lind',
      'Automation started',
      ': done',
      ': verified',
      'succeeded',
    ]
    const places = wanted.map((words) => notes.findIndex((note) => note.includes(words)))
    expect(
      'order',
      places,
      places.toSorted((a, b) => a - b),
    )
    if (places.includes(-1)) throw new NotSo(`a note is missing: ${JSON.stringify(notes)}`)
    const markers = notes.flatMap((note) => note.match(/\[runbot \S+\]/g) ?? [])
    return `${expect('markers', new Set(markers).size, notes.length)} notes`
  })
  await line.claim('the evidence is attached', async () =>
    expect('attachments', servicenow.attachments(incident['sys_id'] ?? '').length, 2),
  )
  await line.claim('the thread tells each step', async () => {
    const thread = client.thread(card?.conversationId ?? '').map(({ text }) => text)
    const wanted = ['approved', 'Started', 'done', 'verified', 'Succeeded']
    return wanted.every((words) => thread.some((text) => text.includes(words)))
      ? `${thread.length} messages`
      : undefined
  })
  await line.claim('the card was redrawn in place, without its buttons', async () => {
    const now = JSON.stringify(client.messages().find(({ id }) => id === card?.id)?.card ?? '')
    return now.includes('Succeeded') && !now.includes('"approve"') ? 'Succeeded' : undefined
  })
  let verified = ''
  await line.claim('the run log is whole', async () => {
    const collect = (text: string) => void (verified += `${text}\n`)
    const code = await audit(['verify'], { RUNBOT_STORE: `sqlite:${stage.store}` }, { out: collect, err: collect })
    expect(`exit code (${verified.trim()})`, code, 0)
    return verified.trim().split('\n').at(-1)
  })
  await line.claim('the closing note carries the head of the run log', async () => {
    const head = /Audit chain head: ([0-9a-f]{64})/.exec(notes.at(-1) ?? '')?.[1]
    if (!head) throw new NotSo(`the last note is ${notes.at(-1)}`)
    return head.slice(0, 12)
  })
}

/** The newest card with an Approve button. */
export const asking = (messages: readonly PlaygroundMessage[]): PlaygroundMessage | undefined =>
  messages.findLast(({ card }) => JSON.stringify(card ?? '').includes('"verb":"approve"'))

function buttonOf(message: PlaygroundMessage | undefined, verb: string): Record<string, unknown> {
  const find = (node: unknown): Record<string, unknown> | undefined => {
    if (typeof node !== 'object' || node === null) return undefined
    const { type, verb: own, data } = node as { type?: unknown; verb?: unknown; data?: unknown }
    if (type === 'Action.Execute' && own === verb) return data as Record<string, unknown>
    for (const each of Object.values(node)) {
      const found = find(each)
      if (found) return found
    }
    return undefined
  }
  return find(message?.card) ?? {}
}
