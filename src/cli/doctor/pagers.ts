// Owns the checks of what wakes people: the form of the keys; whether a page arrives only a page would tell.
import { type Finding, failed, ok, skipped } from './finding.ts'
import type { Installation } from './installation.ts'

/** An integration key of the Events API v2: https://developer.pagerduty.com/docs/events-api-v2-overview */
const routingKey = /^[A-Za-z0-9]{32}$/

/** Nothing is sent. Pagers that are tasks in ServiceNow are looked at there. */
export async function pagers({ content }: Installation): Promise<readonly Finding[]> {
  if (!content) return [skipped('pagers', 'the runbook files are invalid')]
  const all = Object.entries(content.pagers)
  if (all.length === 0) return [skipped('pagers', 'connectors.yaml names none')]
  return all.flatMap(([name, settings]) => {
    if (settings.kind !== 'pagerduty') return []
    if (routingKey.test(settings.routingKey))
      return [ok(`pager ${name}`, 'its routing key has the right form; nobody was paged to try it')]
    const mend = 'set routingKey to the 32 letters and digits of an Events API v2 integration of the service'
    return [failed(`pager ${name}`, 'its routing key is not a PagerDuty integration key', mend)]
  })
}
