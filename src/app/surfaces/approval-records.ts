// Owns the asks that ServiceNow shows as approval records: the same ask, rule and hash, for when Teams is down.
import type { Ask, Run, RunEvent } from '../../core/run.ts'
import { type Instant, isObject, type JsonObject, type Millis } from '../../core/values.ts'
import type { AnsweredRecord, ApprovalRecord, ApprovalRecords } from '../../ports/approval-records.ts'
import { isPortError, type PortError } from '../../ports/errors.ts'
import type { Answers } from '../answers.ts'
import type { Approvers } from '../approvers.ts'
import type { Deps } from '../deps.ts'
import type { Journal } from '../journal.ts'
import { approvalText } from '../views/approval-text.ts'
import { openAsk } from '../views/asks.ts'
import { type Surface, surface, type Telling } from './surface.ts'

/** How often answers are looked for while something is asked. */
const LOOK_EVERY_MS: Millis = 15_000

/** The records of one ask. `handled` were answered, and what came of it was recorded. */
interface Asked {
  readonly scope: string
  readonly plan: string
  readonly records: readonly ApprovalRecord[]
  readonly handled: readonly string[]
  readonly open: boolean
}

export function approvalRecordsSurface(
  deps: Deps,
  journal: Journal,
  answers: Answers,
  approvers: Approvers,
  approvalRecords: ApprovalRecords,
): Surface {
  const { clock, log } = deps
  const describe = (run: Run, ask: Ask) =>
    approvalText(run, ask, (request) => deps.endpoints(request)?.describe(request) ?? request.do)

  const tell = async ({ run, newest, entry, cursor }: Telling): Promise<JsonObject> => {
    const event = entry.event as unknown as RunEvent
    const { incident } = run.context
    if (!incident || !deps.files.current().servicenow.approvals) return cursor.data
    if (event.type !== 'decided' && event.type !== 'stepAsked' && event.type !== 'escalated') return cursor.data
    const ask = openAsk(newest)
    if (!ask) return cursor.data
    const people = await approvers.of(newest, ask)
    const records = await approvalRecords.request({
      key: `${run.id}:${ask.scope}:${ask.plan.slice(0, 16)}:${ask.at}`,
      incident: incident.sysId,
      people: people.map(({ id }) => id),
      text: describe(newest, ask),
      dueAt: ask.expiresAt,
    })
    const all = asksIn(cursor.data)
    const known = all.find((each) => each.scope === ask.scope && each.plan === ask.plan && each.open)
    const asked: Asked = { scope: ask.scope, plan: ask.plan, records, handled: known?.handled ?? [], open: true }
    return keep([...all.filter((each) => each !== known), asked])
  }

  const handle = async (run: Run, asked: Asked, record: AnsweredRecord): Promise<void> => {
    if (record.by === null) {
      const why = 'runbot cannot tell that the approver answered in person, so it does not count'
      return approvalRecords.refuse(record.sysId, why)
    }
    const done = await answers(run, {
      verb: record.answer === 'approved' ? 'approve' : 'reject',
      by: { ...record.by, tenant: 'servicenow' },
      scope: asked.scope,
      plan: asked.plan,
      note: record.note.slice(0, 500),
      via: 'servicenow',
    })
    if (done.ok || isOwn(done.run, asked, record)) return
    const { reason, fix } = done.refusal
    await approvalRecords.refuse(record.sysId, `Not done: ${reason}.${fix ? ` What helps: ${fix}.` : ''}`)
  }

  const settle = async (run: Run, data: JsonObject): Promise<{ data: JsonObject; at?: Instant }> => {
    const ask = openAsk(run)
    let changed = false
    const next: Asked[] = []
    for (const asked of asksIn(data)) {
      const current = ask?.scope === asked.scope && ask.plan === asked.plan
      if (!asked.open) next.push(asked)
      else if (current) {
        const waiting = asked.records.map(({ sysId }) => sysId).filter((sysId) => !asked.handled.includes(sysId))
        const answered = await approvalRecords.answered(waiting)
        for (const record of answered) await handle(run, asked, record)
        changed ||= answered.length > 0
        // A refused record is open again, and its next answer is looked at anew.
        const counted = answered.filter(({ by }) => by !== null).map(({ sysId }) => sysId)
        next.push({ ...asked, handled: [...asked.handled, ...counted] })
      } else {
        await approvalRecords.withdraw(
          asked.records.map(({ sysId }) => sysId),
          run.finished ? `Run ${run.id} has ended: ${run.finished.reason}` : 'it was decided, or the plan has changed',
        )
        changed = true
        next.push({ ...asked, open: false })
      }
    }
    const kept = changed ? keep(next) : data
    return next.some(({ open }) => open) ? { data: kept, at: clock.now() + LOOK_EVERY_MS } : { data: kept }
  }

  const isFinal = (error: PortError, failures: number): boolean => {
    const refused = isPortError(error, 'denied') || isPortError(error, 'malformed') || isPortError(error, 'notFound')
    if (refused && failures === 1)
      log.warn({ reason: error.message }, 'ServiceNow does not take approval records; Teams still asks')
    return refused && failures >= 5
  }
  return surface(deps, journal, { name: 'approvals', isFinal, tell, settle: (run, { data }) => settle(run, data) })
}

/** An answer that was recorded before a crash is not refused the second time. */
const isOwn = (run: Run | null, asked: Asked, { by, answer }: AnsweredRecord): boolean =>
  answer === 'approved' &&
  (run?.approvals.some(
    (each) =>
      each.via === 'servicenow' && each.by.id === by?.id && each.scope === asked.scope && each.plan === asked.plan,
  ) ??
    false)

const keep = (asks: readonly Asked[]): JsonObject => ({ asks }) as unknown as JsonObject

function asksIn(data: JsonObject): readonly Asked[] {
  const asks = data['asks']
  return Array.isArray(asks) ? asks.filter(isObject).map((each) => each as unknown as Asked) : []
}
