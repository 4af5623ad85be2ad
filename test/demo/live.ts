// Owns what the interactive demo prints while people click: the site, the thread, the ops API and the ticket.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Row } from '../sandbox/servicenow/records.ts'
import type { Stage } from './stage.ts'

/** ServiceNow's usual names of the states that the story passes through (CONTRACTS 1.3). */
const STATES: { readonly [value: string]: string } = { 1: 'New', 2: 'In Progress', 6: 'Resolved' }
const EVERY_MS = 300

/** Follows the stage and prints each change once. The returned function ends it. */
export function follow(stage: Stage, incidents: () => readonly Row[], say: (line: string) => void): () => void {
  const { world, client, playground } = stage
  const told = new Set<string>()
  let [site, ended] = ['', false]
  const print = (where: string, line: string) => {
    if (!ended) say(`  ${new Date().toLocaleTimeString('en-GB')}  ${where.padEnd(11)} ${line}`)
  }
  const once = (key: string, where: string, line: string) => {
    if (!told.has(key)) print(where, line)
    told.add(key)
  }

  const lookAtSite = async () => {
    const response = await fetch(world.site.healthUrl).catch(() => undefined)
    const now = response ? `answers ${response.status}` : 'does not answer'
    if (now !== site) print('Web site', `${world.site.name} ${now}`)
    site = now
  }
  const lookAtChannel = () => {
    for (const { id, conversationId, from, text, card } of client.messages()) {
      if (from !== playground.bot.id || conversationId === playground.places.personal) continue
      if (!card) once(`text ${id}`, 'Teams', plain(text))
      else once(`card ${id} ${titleOf(card)}`, 'Teams', `the card says: ${titleOf(card)}`)
    }
  }
  const lookAtServiceNow = () => {
    for (const { number = '', sys_id: sysId = '' } of incidents()) {
      const state = world.servicenow.incident(number).state ?? ''
      once(`${number} ${state}`, 'ServiceNow', `${number} is ${STATES[state] ?? state}`)
      for (const note of world.servicenow.notes(sysId))
        once(`note ${note}`, 'ServiceNow', `${number} work note: ${plain(note)}`)
    }
  }
  const lookAtOps = () => {
    for (const { clientRunId, runbook, target } of world.ops.effects)
      once(clientRunId, 'Ops API', `runs ${runbook} on ${target ?? 'no target'}`)
  }

  void (async () => {
    while (!ended) {
      await lookAtSite()
      lookAtChannel()
      lookAtOps()
      lookAtServiceNow()
      await sleep(EVERY_MS)
    }
  })()
  return () => {
    ended = true
  }
}

const plain = (text: string): string => text.replaceAll('**', '').split('\n')[0] ?? ''

/** The first words of a card: where its run stands. */
function titleOf(card: Record<string, unknown>): string {
  return /"type":"TextBlock","text":"([^"]*)"/.exec(JSON.stringify(card))?.[1] ?? 'a card'
}
