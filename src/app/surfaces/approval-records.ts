// Owns the asks that ServiceNow shows as approval records: the same ask, rule and hash, for when Teams is down.
import type { Ask, Run, RunEvent } from '../../core/run.ts'
import { type Instant, isObject, type JsonObject, type Millis } from '../../core/values.ts'
import type { AnsweredRecord, ApprovalRecord, ApprovalRecords } from '../../ports/approval-records.ts'
import { isPortError, type PortError } from '../../ports/errors.ts'
import type { Answers } from '../answers.ts'
import type { Approvers } from '../approvers.ts'
import type { Deps } from '../deps.ts'
import { exactFor } from '../exact.ts'
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
  /** When it was asked: the same may be asked again under a stricter rule. */
  readonly at: Instant
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
    approvalText(run, ask, (request) => deps.endpoints(request)?.describe(request) ?? request.do, exactFor(deps, run))

  const tell = async ({ run, newest, entry, cursor, maybeTold, attempt }: Telling): Promise<JsonObject> => {
    const event = entry.event as unknown as RunEvent
    const { incident } = run.context
    if (!incident || !deps.files.current().servicenow.approvals) return cursor.data
    if (event.type !== 'decided' && event.type !== 'stepAsked' && event.type !== 'escalated') return cursor.data
    // Records that may stand are known to nobody yet: they are asked for again, and withdrawn where it was decided meanwhile.
    const ask = (maybeTold ? openAsk(run) : undefined) ?? openAsk(newest)
    if (!ask) return cursor.data
    const people = await approvers.of(newest, ask)
    await attempt()
    const records = await approvalRecords.request({
      key: `${run.id}:${ask.scope}:${ask.plan.slice(0, 16)}:${ask.at}`,
      incident: incident.sysId,
      people: people.map(({ id }) => id),
      text: describe(newest, ask),
      dueAt: ask.expiresAt,
    })
    const all = asksIn(cursor.data)
    const known = all.find((each) => isOf(each, ask) && each.open)
    const asked: Asked = {
      scope: ask.scope,
      plan: ask.plan,
      at: ask.at,
      records,
      handled: known?.handled ?? [],
      open: true,
    }
    return keep([...all.filter((each) => each !== known), asked])
  }

  /** Whether it is done with; a refused one is open again, and its next answer is looked at anew. */
  const handle = async (run: Run, asked: Asked, record: AnsweredRecord): Promise<boolean> => {
    if (record.by === null) {
      const why = 'runbot cannot tell that the approver answered in person, so it does not count'
      await approvalRecords.refuse(record.sysId, why)
      return false
    }
    const done = await answers(run, {
      verb: record.answer === 'approved' ? 'approve' : 'reject',
      by: { ...record.by, tenant: 'servicenow' },
      scope: asked.scope,
      plan: asked.plan,
      note: record.note.slice(0, 500),
      via: 'servicenow',
    })
    if (done.ok || isOwn(done.run, asked, record)) return true
    const { reason, fix } = done.refusal
    await approvalRecords.refuse(record.sysId, `Not done: ${reason}.${fix ? ` What helps: ${fix}.` : ''}`)
    return false
  }

  const settle = async (run: Run, data: JsonObject): Promise<{ data: JsonObject; at?: Instant }> => {
    const ask = openAsk(run)
    let changed = false
    const next: Asked[] = []
    for (const asked of asksIn(data)) {
      const current = ask !== undefined && isOf(asked, ask)
      if (!asked.open) next.push(asked)
      else if (current) {
        const waiting = asked.records.map(({ sysId }) => sysId).filter((sysId) => !asked.handled.includes(sysId))
        const answered = await approvalRecords.answered(waiting)
        const counted: string[] = []
        for (const record of answered) if (await handle(run, asked, record)) counted.push(record.sysId)
        changed ||= counted.length > 0
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
  return surface(deps, journal, {
    name: 'approvals',
    oneAtATime: true,
    isFinal,
    tell,
    settle: (run, { data }) => settle(run, data),
  })
}

const isOf = (asked: Asked, ask: Ask): boolean =>
  asked.scope === ask.scope && asked.plan === ask.plan && asked.at === ask.at

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
