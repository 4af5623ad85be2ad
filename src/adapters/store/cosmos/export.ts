// Owns reading everything out of a Cosmos store, for a copy of it: key after key, so that no answer holds a whole container.
import type { Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import type { Document } from '../../../ports/store.ts'
import type { StoreExport } from '../../../ports/store-transfer.ts'
import type { CosmosOptions } from './cosmos.ts'
import { type IntakeDocument, toEvent } from './intake-documents.ts'
import { idOf } from './keys.ts'
import type { Requests, Stored } from './requests.ts'
import { transfer } from './transfer.ts'

interface ControlDocument extends Stored {
  readonly kind: string
  readonly text: string
  readonly version: number
}

const PAGE = 200
const SCHEMA = 1
const EVENTS = 'SELECT TOP @limit * FROM c WHERE c.event > @after ORDER BY c.event'
const DOCUMENTS = 'SELECT TOP @limit * FROM c WHERE c.pk > @after ORDER BY c.pk'
const OF_PARTITION = 'SELECT * FROM c WHERE c.pk = @pk'
const EVIDENCE = "SELECT c.name FROM c WHERE c.pk = @pk AND STARTSWITH(c.id, 'x:')"

/** Sends nothing yet. Rejects an endpoint or a key that cannot be right, as `cosmosStore` does. */
export async function cosmosExport(options: CosmosOptions): Promise<StoreExport> {
  const { requestsOf, dispose } = transfer(options)
  const [runs, intake, control] = [requestsOf('runs'), requestsOf('intake'), requestsOf('control')]
  return {
    schema: SCHEMA,
    async evidenceIds(chain) {
      const ids: string[] = []
      for await (const page of runs.pages<{ readonly name: string }>(chain, EVIDENCE, {}))
        ids.push(...page.map(({ name }) => name))
      return ids.toSorted()
    },
    async *events() {
      for (let after = ''; ; ) {
        const page = await intake.query<IntakeDocument>(EVENTS, { '@limit': PAGE, '@after': after })
        if (page.length === 0) return
        after = page.at(-1)?.event ?? ''
        yield await Promise.all(
          page.map(async (document) => {
            const { heldUntil: _, ...event } = await toEvent(intake, document)
            return { ...event, isDone: !document.open }
          }),
        )
      }
    },
    documents: () => documentsOf(control),
    async close() {
      dispose()
    },
  }
}

/** Some kinds share a partition: its last documents may be cut off by the page, so each such partition is read whole. */
async function* documentsOf(control: Requests): AsyncGenerator<readonly Document[]> {
  for (let after = ''; ; ) {
    const page = await control.query<ControlDocument>(DOCUMENTS, { '@limit': PAGE, '@after': after })
    if (page.length === 0) return
    after = page.at(-1)?.pk ?? ''
    const isShared = page.length === PAGE
    const whole = isShared ? page.filter(({ pk }) => pk !== after) : page
    yield whole.map(toDocument)
    if (isShared)
      for await (const rest of control.pages<ControlDocument>(after, OF_PARTITION, {})) yield rest.map(toDocument)
  }
}

function toDocument({ kind: id, text, version }: ControlDocument): Document {
  const [key, value] = JSON.parse(text) as [string, Json]
  return { kind: nameOf(id), key, value, version }
}

/** The name that `idOf` made an id of. Kinds are names that runbot itself gives, so none is so long that it was hashed. */
function nameOf(id: string): string {
  const name = id === '=' ? '' : decodeURIComponent(id.replaceAll('=', '%'))
  if (idOf(name) !== id) throw new PortError('malformed', `there are documents of a kind that cannot be read: ${id}`)
  return name
}
