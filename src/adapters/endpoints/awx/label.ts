// Owns the label that bears a key: created, or looked up where it is there already.
import { PortError } from '../../../ports/errors.ts'
import type { Wire } from '../../wire/http.ts'
import { refusalOf } from './refusal.ts'
import { labelFrom, labelsFrom, templateFrom } from './schema.ts'

/** The id of the label with this name in the template's organisation. A label starts nothing, so this may be repeated. */
export async function labelFor(
  wire: Wire,
  { root, template, name, signal }: Readonly<{ root: string; template: string; name: string; signal: AbortSignal }>,
): Promise<number> {
  const detail = await wire.send({ method: 'GET', url: template, signal })
  if (detail.status !== 200) throw refusalOf(detail, 'reading the template')
  const { organization } = templateFrom(detail)
  if (typeof organization !== 'number')
    throw new PortError('denied', 'the template has no organisation to make a label in: set correlate to extra_vars')
  const url = `${root}/labels/`
  const made = await wire.send({ method: 'POST', url, json: { name, organization }, signal, mutating: false })
  if (made.status === 201) return labelFrom(made).id
  if (made.status !== 400) throw refusalOf(made, 'making the label')
  // A name is unique in its organisation: 400 where the label is there (CONTRACTS §2).
  const query = { name, organization: String(organization) }
  const found = await wire.send({ method: 'GET', url, query, signal })
  if (found.status !== 200) throw refusalOf(found, 'looking up the label')
  const label = labelsFrom(found).results.find((each) => each.name === name)
  if (!label) throw refusalOf(made, 'making the label')
  return label.id
}
