// Owns what the chaos test sees of its replicas at the shared store: who writes what, who takes over, when a freeze holds.
import { gunzipSync } from 'node:zlib'
import type { Doc, Kept } from '../sandbox/cosmos/package.ts'
import type { Request } from '../sandbox/cosmos/request.ts'
import type { SandboxCosmos } from '../sandbox/cosmos.ts'

export const DATABASE = 'runbot'

/** A write of a run by who holds its lease, right before it is done. */
export interface HeldWrite {
  /** The process of its holder. */
  readonly pid: number
  /** Whether it records the start of a change. */
  readonly isStart: boolean
}

/** Who holds a run, and whether it has recorded under this lease that something is sent. */
export interface Holder {
  readonly pid: number
  readonly hasSent: boolean
}

export interface StoreWatch {
  /** Undefined where nobody holds it. */
  holderOf(run: string): Holder | undefined
  /** How often a replica took a run over from one that had not given it back. */
  takeOvers(): number
  /** When the freeze was there, and when it was gone, in real time. */
  readonly frozen: { from: number | null; to: number | null }
}

/** Calls `wrote` before each write is done: what is killed of it, is killed after it has left. */
export function watchStore(
  cosmos: SandboxCosmos,
  isOurs: (request: Request) => boolean,
  wrote: (write: HeldWrite) => void,
): StoreWatch {
  const stored = (container: string): readonly Kept[] => cosmos.look(DATABASE, container).all()
  const runDocument = (run: unknown) => stored('runs').find(({ pk, id }) => pk === run && id === 'run')
  const frozen: StoreWatch['frozen'] = { from: null, to: null }
  let takeOvers = 0
  /** Leases, as run and fence, under which something was recorded to be sent. */
  const senders = new Set<string>()
  const leaseOf = ({ pk, fence }: Doc): string => `${pk} ${fence}`

  const onRun = (request: Request, documents: readonly Doc[]): void => {
    const next = documents.find(({ id }) => id === 'run')
    const pid = pidOf(next?.['leaseOwner'])
    if (!next || pid === undefined) return
    if (request.kind === 'replace') {
      const before = runDocument(next['pk'])
      const isClaim = before?.['fence'] !== next['fence'] && before?._etag === request.ifMatch
      const owner = before?.['leaseOwner'] ?? null
      if (isClaim && owner !== null && owner !== next['leaseOwner']) takeOvers += 1
    }
    const told = documents.map(textOf).join('\n')
    const isStart = /"(?:action|rollback)Started"/.test(told)
    if (isStart || told.includes('the same key is sent again')) senders.add(leaseOf(next))
    wrote({ pid, isStart })
  }
  /** Whether it came to be written shows right after. */
  const onFreeze = (): void => {
    const at = Date.now()
    setImmediate(() => {
      const document = stored('control').find(({ kind }) => kind === 'freeze')
      const isFrozen = document !== undefined && /"scope"/.test(textOf(document))
      if (isFrozen) frozen.from ??= at
      else if (frozen.from !== null) frozen.to ??= at
    })
  }
  cosmos.faults.add({
    fault: {
      before(request) {
        if (!isOurs(request)) return
        const documents = documentsOf(request)
        if (request.container === 'runs') onRun(request, documents)
        else if (documents.some(({ kind }) => kind === 'freeze')) onFreeze()
      },
    },
    on: { kind: ['batch', 'create', 'upsert', 'replace'] },
    times: Number.POSITIVE_INFINITY,
  })

  return {
    holderOf(run) {
      const document = runDocument(run)
      const pid = pidOf(document?.['leaseOwner'])
      return document && pid !== undefined ? { pid, hasSent: senders.has(leaseOf(document)) } : undefined
    },
    takeOvers: () => takeOvers,
    frozen,
  }
}

const documentsOf = ({ kind, body }: Request): readonly Doc[] =>
  kind === 'batch'
    ? (body as { resourceBody?: Doc }[]).flatMap(({ resourceBody }) => resourceBody ?? [])
    : [body as Doc]

/** What is long is compressed. */
function textOf({ text, gz }: { readonly [name: string]: unknown }): string {
  if (typeof gz === 'string') return gunzipSync(Buffer.from(gz, 'base64')).toString('utf8')
  return typeof text === 'string' ? text : ''
}

/** An owner is `<host>/<pid>/<more>` (src/main.ts). */
const pidOf = (owner: unknown): number | undefined =>
  typeof owner === 'string' ? Number(owner.split('/').at(-2)) : undefined
