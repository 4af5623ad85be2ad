// Owns how a change moves from state to state: only where ServiceNow offers it, one step at a time (CONTRACTS 1.6).
import { isPortError, PortError } from '../../ports/errors.ts'
import { plainText } from '../wire/text.ts'
import { changeSchema, nextStatesSchema, type Transition } from './change-schema.ts'
import type { Client } from './client.ts'
import { missing } from './facts.ts'
import type { Row } from './schema.ts'
import type { TableApi } from './table.ts'

/** As documented for the standard states; a change model may have others. */
export const changeState = { implement: '-1', review: '0', closed: '3', canceled: '4' }
/** From New to Implement, in order. */
export const uphill = ['-5', '-4', '-3', '-2', '-1']

export interface Route {
  /** The states to go to next, the best first; none: it has arrived. May throw a PortError where there is no way. */
  readonly next: (state: string, number: string) => readonly string[]
  /** What is written together with the state. */
  readonly fields: (state: string) => Readonly<Record<string, string>>
}

/** More steps than any model has from one end to the other. */
const maxSteps = 8

/**
 * Follows the route by what `nextstates` offers at each step, and never writes a state that is not offered. Answers the
 * record where it arrived. Throws PortError: as the client; `denied` with the conditions that are not met where no
 * state of the route is offered, or where ServiceNow answered 200 and left the state as it was.
 */
export async function walk(parts: { client: Client; table: TableApi }, id: string, route: Route): Promise<Row> {
  const { client, table } = parts
  let row = await readChange(table, id)
  for (let step = 0; step < maxSteps; step += 1) {
    const [state, number] = [valueOf(row, 'state'), valueOf(row, 'number')]
    const wanted = route.next(state, number)
    if (wanted.length === 0) return row
    const to = await offered(client, id, { state, number, wanted })
    const failure = await attemptMove(client, id, { state: to, ...route.fields(to) })
    row = await readChange(table, id)
    if (valueOf(row, 'state') !== state) continue
    throw failure ?? new PortError('denied', `ServiceNow accepted the update of ${number} and left its state as it was`)
  }
  throw new PortError('denied', `ServiceNow: ${valueOf(row, 'number')} does not arrive at the state that is wanted`)
}

const columns = ['number', 'state', 'correlation_id', 'cmdb_ci', 'start_date', 'end_date', 'description']

/** One change with its raw values, read through the Table API. */
export const readChange = (table: TableApi, id: string): Promise<Row> => table.get('change_request', id, columns)

/** Throws PortError `denied` where the column is hidden: it cannot be taken for empty. */
export function valueOf(row: Row, column: string): string {
  const cell = row[column]
  if (cell) return cell.value
  throw new PortError('denied', `ServiceNow, reading change_request: ${missing(column)}`)
}

/** The documented PATCH of the Change Management API: name-value pairs of the columns to update. */
export async function patchChange(client: Client, id: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const path = `/api/sn_chg_rest/change/${id}`
  await client.ask({ method: 'PATCH', path, what: 'writing a change', json: fields }, changeSchema)
}

/** The failure where the answer was lost, so that the record decides what came of it; any other failure is thrown. */
async function attemptMove(
  client: Client,
  id: string,
  fields: Readonly<Record<string, string>>,
): Promise<PortError | undefined> {
  try {
    await patchChange(client, id, fields)
    return undefined
  } catch (error) {
    if (isPortError(error) && error.mayHaveHappened) return error
    throw error
  }
}

interface Step {
  readonly state: string
  readonly number: string
  readonly wanted: readonly string[]
}

/** The first wanted state that is offered now. */
async function offered(client: Client, id: string, { state, number, wanted }: Step): Promise<string> {
  const path = `/api/sn_chg_rest/change/${id}/nextstates`
  const { body } = await client.ask({ method: 'GET', path, what: 'reading the next states' }, nextStatesSchema)
  const { available_states: available, state_label: labels, state_transitions: lists } = body.result
  const transitions = (lists ?? []).flat()
  const to = wanted.find((each) => available.includes(each) && isOpen(transitions, each))
  if (to !== undefined) return to
  const label = (each: string): string => labels?.[each] ?? standardLabels[each] ?? each
  const unmet = transitions.filter((each) => wanted.includes(each.to_state)).flatMap(unmetOf)
  const why = unmet.length > 0 ? `not met: ${[...new Set(unmet)].join(', ')}` : 'its model does not offer it now'
  const sentence = `${number} cannot go from ${label(state)} to ${wanted.map(label).join(' or ')}: ${why}`
  throw new PortError('denied', plainText(`${sentence}; move it by hand, or mend its template or model`, 400))
}

/** A model says per transition whether it may be taken; without a model there is only the list of states. */
function isOpen(transitions: readonly Transition[], to: string): boolean {
  const ours = transitions.filter((each) => each.to_state === to)
  return ours.length === 0 || ours.some((each) => each.transition_available === true)
}

const unmetOf = ({ conditions }: Transition): readonly string[] =>
  (conditions ?? []).filter((each) => each.passed !== true).map((each) => each.condition?.name ?? 'a condition')

const standardLabels: { readonly [state: string]: string } = {
  '-5': 'New',
  '-4': 'Assess',
  '-3': 'Authorize',
  '-2': 'Scheduled',
  '-1': 'Implement',
  0: 'Review',
  3: 'Closed',
  4: 'Canceled',
}
