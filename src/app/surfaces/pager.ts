// Owns who is woken for a run: reminders, asks that go to whoever stands in, a broken glass, a failure, each one page (P6).
import type { EndStatus, Run, RunEvent } from '../../core/run.ts'
import { isObject, type JsonObject, own } from '../../core/values.ts'
import { isPortError } from '../../ports/errors.ts'
import type { Page, Pager } from '../../ports/pager.ts'
import type { Deps } from '../deps.ts'
import type { Journal } from '../journal.ts'
import { openAsk } from '../views/asks.ts'
import { clean } from '../views/escape.ts'
import { inText } from '../views/figures.ts'
import { type Surface, surface, type Telling } from './surface.ts'

/** A page that was raised and not quieted yet. */
interface Raised {
  readonly pager: string
  readonly key: string
  readonly scope: string
}

const GLASS = 'glass'
const FAILURE = 'failure'
/** Ends that want somebody now: what is broken, or what nobody can tell. */
const CALLS = new Set<EndStatus>(['failed', 'rollbackFailed', 'needsHuman'])

export function pagerSurface(deps: Deps, journal: Journal): Surface {
  const { log, pagers } = deps

  /** What a pager will not take, however often it is asked, is said in the log and delays nothing. */
  const taken = async (run: Run, name: string, act: (pager: Pager) => Promise<void>): Promise<boolean> => {
    const pager = pagers(name)
    if (!pager) {
      log.error({ run: run.id, pager: name }, 'governance.yaml names a pager that connectors.yaml does not')
      return false
    }
    try {
      await act(pager)
      return true
    } catch (error) {
      if (!isPortError(error, 'malformed') && !isPortError(error, 'denied')) throw error
      log.error({ run: run.id, pager: name, reason: error.message }, 'the pager refuses the page, or to quiet it')
      return false
    }
  }

  const tell = async ({ run, newest, entry, cursor, attempt }: Telling): Promise<JsonObject> => {
    const event = entry.event as unknown as RunEvent
    const wanted = pageFor(deps, run, newest, event)
    if (!wanted) return cursor.data
    const { pager, page, scope } = wanted
    const others = raisedIn(cursor.data).filter(({ key }) => key !== page.key)
    const raised = keep([...others, { pager, key: page.key, scope }])
    // On disk before it is sent: only then is it quieted after a crash, also where it was decided meanwhile.
    await attempt(raised)
    return (await taken(run, pager, (each) => each.raise(page))) ? raised : cursor.data
  }

  return surface(deps, journal, {
    name: 'pager',
    isFinal: () => false,
    tell,
    /** What is decided, or over, wants nobody any more. */
    settle: async (run, { data }, still) => {
      const asked = openAsk(run)?.scope
      const over = raisedIn(data).filter(({ scope }) =>
        scope === FAILURE ? !wantsSomebody(run) : run.finished !== null || (scope !== GLASS && scope !== asked),
      )
      const why = run.finished?.reason ?? 'it was decided'
      for (const { pager, key } of over) {
        still()
        await taken(run, pager, (each) => each.quiet(key, why))
      }
      return { data: over.length === 0 ? data : keep(raisedIn(data).filter((each) => !over.includes(each))) }
    },
  })
}

interface Wanted {
  readonly pager: string
  readonly page: Page
  readonly scope: string
}

/** The page that an event calls for; null where nobody need be woken, or nobody waits any more. */
function pageFor(deps: Deps, run: Run, newest: Run, event: RunEvent): Wanted | null {
  if (event.type === 'finished') {
    const pager = newest.draft?.onFailure.page
    if (pager === undefined || !CALLS.has(event.status) || !wantsSomebody(newest)) return null
    const summary = `${subjectOf(newest)}: ${event.reason}`
    const severity = event.status === 'rollbackFailed' ? 'critical' : 'error'
    return { pager, scope: FAILURE, page: pageOf(deps, newest, FAILURE, severity, summary) }
  }
  if (newest.finished) return null
  if (event.type === 'glassBroken') {
    const pager = deps.files.current().governance.breakGlass?.page
    if (pager === undefined) return null
    const summary = `BREAK-GLASS by ${event.by.name}: ${subjectOf(newest)}: ${event.reason}`
    return { pager, scope: GLASS, page: pageOf(deps, newest, GLASS, 'critical', summary) }
  }
  if (event.type !== 'reminded' && event.type !== 'escalated') return null
  const ask = own(run.asks, event.scope)
  if (!ask?.rule.page || openAsk(newest)?.scope !== event.scope) return null
  const summary = `Approval needed until ${inText(ask.expiresAt)}: ${subjectOf(newest)}`
  const severity = event.type === 'escalated' ? 'error' : 'warning'
  return { pager: ask.rule.page, scope: event.scope, page: pageOf(deps, newest, event.scope, severity, summary) }
}

/** It failed, and nobody has taken it in hand yet. */
const wantsSomebody = (run: Run): boolean =>
  run.startedAt !== null && run.finished !== null && CALLS.has(run.finished.status) && run.takenOver === null

function pageOf(deps: Deps, run: Run, scope: string, severity: Page['severity'], summary: string): Page {
  const { incident, ci } = run.context
  return {
    key: `runbot-${run.id}-${deps.hash.digest(scope).slice(0, 12)}`,
    summary: clean(summary, 500),
    severity,
    about: clean(run.draft?.targets[0]?.name ?? ci?.name ?? run.id, 100),
    incident: incident ? { sysId: incident.sysId, number: incident.number } : null,
    details: { run: run.id, runbook: run.runbook?.id ?? '', plan: run.plan ?? '', scope },
  }
}

function subjectOf(run: Run): string {
  const targets = run.draft?.targets.map(({ name }) => name) ?? []
  const parts = [run.runbook?.title ?? '', targets.slice(0, 3).join(', '), run.context.incident?.number ?? '']
  return parts.filter((part) => part !== '').join(', ')
}

const keep = (raised: readonly Raised[]): JsonObject => ({ raised }) as unknown as JsonObject

function raisedIn(data: JsonObject): readonly Raised[] {
  const raised = data['raised']
  return Array.isArray(raised) ? raised.filter(isObject).map((each) => each as unknown as Raised) : []
}
