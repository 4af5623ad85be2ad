// Owns the act in which runbot does what was approved: once, seen to work, and told to everybody.
import { createHash } from 'node:crypto'
import type { Memory } from '../scene.ts'
import type { Stage } from '../stage.ts'
import { type Act, expect, NotSo } from '../timeline.ts'
import { NOTE } from './decision.ts'
import { statusOf } from './looking.ts'

const NOTES = [
  'waits for approval',
  `Approved by Maya Lind (1 of 1): ${NOTE}`,
  'Automation started',
  'done',
  'verified',
]
const REPLIES = [`Maya Lind** approved: ${NOTE}`, 'Started', 'done', 'verified', 'Succeeded']

export function repair({ world, client }: Stage, memory: Memory): readonly Act[] {
  const { site, ops, servicenow } = world
  const incident = () => servicenow.incident(memory.incident.number ?? '')
  const notes = () => servicenow.notes(memory.incident.sys_id ?? '')

  const doing: Act = {
    title: 'runbot does exactly that',
    claims: [
      {
        text: 'the ops-runbook API recycles the pool of web-01',
        async check() {
          const [effect] = ops.effectsOf('recycle-pool')
          return effect && expect('its parameters', effect.parameters, { host: 'web-01', pool: 'DefaultAppPool' })
        },
      },
      {
        text: 'the site answers again',
        check: async () => ((await statusOf(site.url)) === 200 ? 'HTTP 200' : undefined),
      },
      {
        text: 'its health is watched for a while, then the incident is resolved',
        withinMs: 60_000,
        async check() {
          if (incident().state !== '6') return undefined
          return `state 6, ${expect('close_code', incident().close_code, 'Solution provided')}`
        },
      },
      {
        text: 'exactly one recycle was made, and the site is healthy',
        async check() {
          expect('recycles of the API', ops.effectsOf('recycle-pool').length, 1)
          expect('recycles of the pool', site.recycles(), 1)
          return `1 recycle, GET /health ${expect('GET /health', await statusOf(site.healthUrl), 200)}`
        },
      },
    ],
  }
  const telling: Act = {
    title: 'Everybody knows',
    claims: [
      {
        text: 'the work notes tell it in order, each with its mark, none twice',
        async check() {
          const marks = notes().map((note) => Number(/\[runbot \w+#(\d+)\]$/.exec(note)?.[1]))
          expect(
            'marks',
            marks,
            [...new Set(marks)].toSorted((a, b) => a - b),
          )
          return `${inOrder(notes(), [...NOTES, 'Automation succeeded'])} notes`
        },
      },
      {
        text: 'the evidence is attached, and its SHA-256 stands in the closing note',
        async check() {
          const all = servicenow.attachments(memory.incident.sys_id ?? '')
          const files = all.filter(({ name }) => name.includes('-evidence-'))
          const hashes = files.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'))
          const missing = hashes.filter((hash) => !notes().at(-1)?.includes(hash))
          expect('hashes that the note lacks', missing, [])
          expect('bundles', all.length - files.length, 1)
          // Both looks before, what the recycle answered, both looks after.
          return `${expect('files', files.length, 5)} files, and a bundle`
        },
      },
      {
        text: 'the thread tells each step in order',
        async check() {
          const texts = client.thread(memory.card.conversationId).map(({ text }) => text)
          return texts.some((text) => text.includes('Succeeded')) ? `${inOrder(texts, REPLIES)} messages` : undefined
        },
      },
      {
        text: 'the card was redrawn in place, and asks no more',
        async check() {
          const now = JSON.stringify(client.messages().find(({ id }) => id === memory.card.id)?.card ?? '')
          return now.includes('Succeeded') && !now.includes('"verb":"approve"') ? 'Succeeded' : undefined
        },
      },
    ],
  }
  return [doing, telling]
}

/** How many texts there are, where all the wanted words stand in them in this order. */
function inOrder(texts: readonly string[], wanted: readonly string[]): number {
  let from = 0
  for (const words of wanted) {
    const at = texts.findIndex((text, index) => index >= from && text.includes(words))
    if (at < 0) throw new NotSo(`expected "${words}" after the first ${from}, seen ${JSON.stringify(texts)}`)
    from = at + 1
  }
  return texts.length
}
