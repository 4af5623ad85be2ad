// Owns /api/sn_chg_rest/change: standard changes from templates, updates, next states, conflict checks. CONTRACTS 1.6
import { type Answer, type Call, objectOf } from '../server.ts'
import type { Acl } from './acl.ts'
import { failure, noRecord, refused, result } from './answers.ts'
import { createConflicts } from './change-conflicts.ts'
import { createChangeModel } from './change-model.ts'
import { createEncoder } from './encoding.ts'
import { parseQuery, runQuery } from './query.ts'
import type { Records, Row } from './records.ts'
import type { Schema } from './schema.ts'
import { columnAt, createWalk } from './walk.ts'
import type { createWriter } from './writes.ts'

export type ChangeApiOptions = {
  schema: Schema
  records: Records
  write: ReturnType<typeof createWriter>
  acl: Acl
  now: () => Date
  timeZone: string
  origin: () => string
}

/** Ignored when a standard change is created, whatever the template holds. */
const FIXED = ['description', 'backout_plan', 'test_plan', 'implementation_plan']

export const createChangeApi = ({ schema, records, write, acl, now, timeZone, origin }: ChangeApiOptions) => {
  const model = createChangeModel()
  const conflicts = createConflicts(now)
  const ignored = new Set(FIXED)

  /** Every column as {display_value, value}, numbers and flags as such. */
  const show = (table: string, row: Row): Record<string, unknown> => {
    const options = { mode: 'all' as const, excludeLink: true, fields: null, timeZone, origin: origin() }
    const encoded = createEncoder(schema, records, table, { ...options, hidden: acl.columnHidden })(row)
    return Object.fromEntries(
      Object.entries(encoded).map(([element, cell]) => {
        const { display_value = '', value = '' } = cell as Record<string, string>
        const type = element === 'state' ? 'integer' : schema.column(table, element)?.type
        const native =
          value === '' ? value : type === 'integer' ? Number(value) : type === 'boolean' ? value === 'true' : value
        return [element, { display_value, value: native }]
      }),
    )
  }

  const closeCodes = (): string[] =>
    records
      .all('sys_choice')
      .filter(({ name, element }) => name === 'change_request' && element === 'close_code')
      .map(({ value = '' }) => value)

  const textsOf = (call: Call): Row =>
    Object.fromEntries(Object.entries(objectOf(call) ?? {}).map(([element, value]) => [element, String(value)]))

  const createStandard = (call: Call, template: Row, user: string): Answer => {
    const input = textsOf(call)
    const dropped = Object.keys(input).filter(
      (element) => ignored.has(element) || !schema.column('change_request', element),
    )
    for (const element of dropped) delete input[element]
    const fromTemplate = {
      type: 'standard',
      state: '-5',
      short_description: template.short_description ?? '',
      description: template.description ?? '',
      on_hold: 'false',
      active: 'true',
    }
    const written = write({ table: 'change_request', row: null, input: { ...fromTemplate, ...input }, user })
    if ('denied' in written) return refused(written.denied)
    return result([{ ...show('change_request', written.row), __meta: { ignoredFields: dropped } }])
  }

  const templates = (call: Call): Answer => {
    const table = 'std_change_record_producer'
    const query = parseQuery(call.query.sysparm_query ?? '', (path) => columnAt(schema, table, path) !== null)
    const rows = runQuery(query, records.all(table), createWalk(schema, records, table))
    const page = rows.slice(0, Number(call.query.sysparm_limit ?? 500)).filter((row) => acl.rowVisible(table, row))
    return result(page.map((row) => show(table, row)))
  }

  const update = (call: Call, row: Row, user: string): Answer => {
    const input = textsOf(call)
    const denied = model.refusal(row, input, closeCodes())
    if (denied) return refused(denied)
    const written = write({ table: 'change_request', row, input, user })
    return 'denied' in written ? refused(written.denied) : result(show('change_request', written.row))
  }

  /** `rest` is what follows /change. */
  const handle = (call: Call, rest: string[], user: string): Answer => {
    const [first = '', second = ''] = rest
    const asked = `${call.method} ${second}`
    if (first === 'standard' && asked === 'GET template') return templates(call)
    if (first === 'standard' && call.method === 'POST') {
      const template = records.find('std_change_record_producer', second)
      return template && acl.rowVisible('std_change_record_producer', template)
        ? createStandard(call, template, user)
        : noRecord()
    }
    const row = records.find('change_request', first)
    if (!row || !acl.rowVisible('change_request', row)) return noRecord()
    if (asked === 'PATCH ') return update(call, row, user)
    if (asked === 'GET ') return result(show('change_request', row))
    if (asked === 'GET nextstates') return result(model.nextStates(row))
    if (asked === 'POST conflict') return result(conflicts.start(first))
    if (asked === 'GET conflict') return result(conflicts.read(first))
    return failure(400, `Requested URI does not represent any resource: ${call.path}`, null)
  }

  return {
    handle,
    /** What tests hold of it. */
    handles: {
      define: model.define,
      block: model.block,
      conflicts: { set: conflicts.set, pace: conflicts.pace },
      /** Further columns that are ignored when a standard change is created, since its template lacks them. */
      ignore: (element: string): void => void ignored.add(element),
    },
  }
}

export type ChangeApi = ReturnType<typeof createChangeApi>
