// Owns the standard change that runbot opens for a pre-approved class and closes at the end, once per run.
import { isPortError, PortError } from '../../ports/errors.ts'
import type { StandardChange, Tickets } from '../../ports/tickets.ts'
import { plainText } from '../wire/text.ts'
import { changeSchema } from './change-schema.ts'
import { changeState, patchChange, type Route, readChange, uphill, valueOf, walk } from './change-states.ts'
import { templateNamed } from './change-templates.ts'
import { choicesOf } from './choices.ts'
import type { Client } from './client.ts'
import { insert } from './insert.ts'
import { noteText } from './notes.ts'
import type { TableApi } from './table.ts'
import { dateTimeOf, queryName, sysId } from './values.ts'

/** Of correlation_id and of description as documented; of short_description as most instances have it. */
const lengths = { key: 100, text: 4000, title: 160 }

/**
 * openChange: the key is the change's correlation_id, which is looked for before anything is created and again where
 * the answer of the creation was lost. The API documents that it ignores some columns of a standard change (description
 * among them) and any that the template does not have, and lists no others: so what counts is read back and written
 * again where it did not stay, and the text becomes a work note where the description did not. A change without its key
 * is left behind, in state New, where runbot dies between these two requests.
 * Throws PortError: as the client; `malformed` for a template that is none or several, or several changes of this key;
 * `denied` where Implement is not offered, the change of this key is over, or something cannot be written or seen.
 *
 * closeChange: Review, then Closed, with close_code `successful` or `unsuccessful` (the first as documented, the second
 * as most instances have it). Nothing where this key has no change. A change that never reached Implement is canceled. One that is over is left as it is.
 * Throws PortError: as the client, and `malformed` with the names of mandatory columns that are missing.
 */
export function standardChange(parts: {
  client: Client
  table: TableApi
}): Pick<Tickets, 'openChange' | 'closeChange'> {
  const { client, table } = parts

  const byKey = async (key: string): Promise<string | undefined> => {
    const query = `correlation_id=${key}`
    const { rows, complete, hidden } = await table.list('change_request', query, ['number', 'correlation_id'], {
      max: 50,
    })
    const [only, ...others] = rows.filter((row) => row['correlation_id']?.value === key)
    const unseen = rows.some((row) => row['correlation_id'] === undefined)
    if (only && others.length === 0) return sysId(only['sys_id']?.value ?? '')
    if (only) {
      const numbers = [only, ...others].map((row) => row['number']?.value ?? '').join(', ')
      const text = `ServiceNow has several changes of this run: ${numbers}; cancel all but one and clear their correlation id`
      throw new PortError('malformed', plainText(text))
    }
    if (complete && hidden === 0 && !unseen) return undefined
    throw new PortError(
      'denied',
      'ServiceNow hides changes, or their correlation id, from this account: whether this run has one cannot be told',
    )
  }

  const create = async (order: StandardChange, fields: Readonly<Record<string, string>>): Promise<string> => {
    const template = await templateNamed(client, order.template)
    const text = { short_description: cut(order.shortDescription, lengths.title), description: textOf(order) }
    const path = `/api/sn_chg_rest/change/standard/${template}`
    try {
      const { body } = await client.ask(
        { method: 'POST', path, what: 'opening a standard change', json: { ...fields, ...text } },
        changeSchema,
      )
      return sysId(body.result['sys_id']?.value ?? '')
    } catch (error) {
      if (!isPortError(error) || !error.mayHaveHappened) throw error
      const there = await byKey(order.key)
      if (there === undefined) throw error
      return there
    }
  }

  /** Writes again what did not stay, and throws where it still does not. */
  const complete = async (id: string, fields: Readonly<Record<string, string>>): Promise<void> => {
    const before = await readChange(table, id)
    const lacking = Object.entries(fields).filter(([column, value]) => valueOf(before, column) !== value)
    if (lacking.length === 0) return
    await patchChange(client, id, Object.fromEntries(lacking))
    const after = await readChange(table, id)
    const left = lacking.filter(([column, value]) => valueOf(after, column) !== value).map(([column]) => column)
    if (left.length > 0)
      throw new PortError('denied', `ServiceNow keeps ${left.join(', ')} of ${valueOf(after, 'number')} as it was`)
  }

  /** Further CIs as affected CIs: written into task_ci itself, since the documented call does it later, unseen. */
  const affect = async (id: string, cis: readonly string[]): Promise<void> => {
    if (cis.length === 0) return
    const { rows } = await table.list('task_ci', `task=${id}`, ['task', 'ci_item'])
    const there = rows.filter((row) => row['task']?.value === id).map((row) => row['ci_item']?.value)
    for (const ci of cis)
      if (!there.includes(ci)) await insert(client, 'task_ci', { task: id, ci_item: ci }, ['task', 'ci_item'])
  }

  return {
    async openChange(order) {
      const key = queryName(order.key)
      const [ci, ...others] = [...new Set(order.ciIds.map(sysId))]
      if (key.length > lengths.key || ci === undefined)
        throw new PortError('malformed', 'a standard change needs a key of at most 100 characters and a CI')
      const [start, end] = [dateTimeOf(order.start), dateTimeOf(order.end)]
      const fields = { correlation_id: key, cmdb_ci: ci, start_date: start, end_date: end }
      const id = (await byKey(key)) ?? (await create(order, fields))
      const found = await readChange(table, id)
      if (isUphill(valueOf(found, 'state'))) {
        await complete(id, fields)
        await affect(id, others)
      }
      const described = found['description']?.value === textOf(order)
      const row = await walk(parts, id, opening(described ? {} : { work_notes: noteText(order.text, '') }))
      return { sysId: id, number: valueOf(row, 'number') }
    },

    async closeChange(key, end) {
      const change = await byKey(queryName(key))
      if (change === undefined) return
      const fields = {
        close_code: end.successful ? 'successful' : 'unsuccessful',
        close_notes: cut(end.notes, lengths.text),
      }
      try {
        await walk(parts, change, closing(fields))
      } catch (error) {
        throw await explained(table, error, fields.close_code)
      }
    },
  }
}

/** Not at Implement, and not beyond: what a model calls otherwise is taken for that too. */
const isUphill = (state: string): boolean => !isOver(state) && state !== changeState.implement

const isOver = (state: string): boolean =>
  state === changeState.review || state === changeState.closed || state === changeState.canceled

/** The note goes with the last step, which is taken once, so that it is not repeated after a lost answer. */
const opening = (note: Readonly<Record<string, string>>): Route => ({
  next(state, number) {
    if (state === changeState.implement) return []
    if (isOver(state)) {
      const text = `${number} of this run is over already: a run opens one standard change, so a new run is needed`
      throw new PortError('denied', plainText(text))
    }
    return uphill.slice(Math.max(uphill.indexOf(state), 0) + 1).toReversed()
  },
  fields: (state) => (state === changeState.implement ? note : {}),
})

const closing = (fields: Readonly<Record<'close_code' | 'close_notes', string>>): Route => ({
  next(state) {
    if (state === changeState.closed || state === changeState.canceled) return []
    if (state === changeState.review) return [changeState.closed]
    const before = uphill.includes(state) && state !== changeState.implement
    return before ? [changeState.canceled] : [changeState.review, changeState.closed]
  },
  // Canceling is explained by a work note on the form; a close code would say that something was carried out.
  fields: (state) => (state === changeState.canceled ? { work_notes: noteText(fields.close_notes, '') } : fields),
})

/** An unknown close code is dropped and then reported as missing, as on incidents (CONTRACTS 1.3). */
async function explained(table: TableApi, error: unknown, code: string): Promise<unknown> {
  if (!isPortError(error, 'malformed') || !/mandatory/i.test(error.message)) return error
  const choices = await choicesOf(table, 'change_request', 'close_code').catch((): readonly string[] => [])
  const known = choices.length === 0 || choices.includes(code)
  const hint = known
    ? 'fill it in on the change and close it by hand, or give the template a value for it'
    : `"${code}" is no close code of this instance; it has ${choices.join(', ')}`
  return new PortError('malformed', `${error.message}; ${plainText(hint)}`)
}

const cut = (text: string, max: number): string => [...text.toWellFormed()].slice(0, max).join('')

const textOf = (order: StandardChange): string => cut(order.text, lengths.text)
