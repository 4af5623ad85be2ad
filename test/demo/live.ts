// Owns what the interactive demo prints while people click: the site, the thread and the ticket, as they change.
import type { Row } from '../sandbox/servicenow/records.ts'
import type { Stage } from './stage.ts'

/** Follows the stage and prints each change once. The returned function ends it. */
export function follow(stage: Stage, incidents: () => readonly Row[], say: (line: string) => void): () => void {
  const { world, client } = stage
  const told = new Set<string>()
  let site = ''
  let ended = false
  const print = (line: string) => ended || say(line)
  const once = (key: string, line: string) => {
    if (told.has(key)) return
    told.add(key)
    print(line)
  }
  const look = async (): Promise<void> => {
    const response = await fetch(world.site.healthUrl).catch(() => undefined)
    const now = response ? `HTTP ${response.status}` : 'no answer'
    if (now !== site) print(`site        ${now}${now === 'HTTP 200' ? ', healthy' : ''}`)
    site = now
    for (const { id, text, card, from } of client.messages()) {
      if (from.includes('29:')) continue
      if (card) once(`card ${id}`, 'Teams       a card stands in the channel "Incidents": open it in the Playground')
      else once(`text ${id}`, `Teams       ${text.replaceAll('**', '').split('\n')[0]}`)
    }
    for (const row of incidents()) {
      const now_ = world.servicenow.incident(row['number'] ?? '')
      const state = { 1: 'New', 2: 'In Progress', 6: 'Resolved' }[Number(now_?.['state'])] ?? now_?.['state']
      once(`${row['number']} ${state}`, `ServiceNow  ${row['number']} is ${state}`)
      for (const note of world.servicenow.notes(row['sys_id'] ?? '').map(String))
        once(`note ${note}`, `ServiceNow  work note: ${note.split('\n')[0]}`)
    }
  }
  void (async () => {
    while (!ended) {
      await look()
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
  })()
  return () => {
    ended = true
  }
}
