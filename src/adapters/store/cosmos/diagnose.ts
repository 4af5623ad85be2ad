// Owns what an account must be for the store, and what is wrong where it is not: each point with how to mend it.
import type { Clock } from '../../../ports/clock.ts'
import type { PortError, PortErrorKind } from '../../../ports/errors.ts'
import type { Account } from './account.ts'
import { type Failure, failureOfThrown } from './errors.ts'
import type { ServerClock } from './server-clock.ts'

/** One point that was looked at. `wrong` and `mend` are for a person, and absent where it is in order. */
export interface Finding {
  readonly what: string
  readonly ok: boolean
  readonly wrong?: string
  readonly mend?: string
  /** Of what the store answered. */
  readonly kind?: PortErrorKind
}

export const CONTAINERS = ['runs', 'intake', 'control'] as const
export type ContainerName = (typeof CONTAINERS)[number]

/** What is only a warning. */
export const CLOCK = 'clock'
const PARTITION_KEY = '/pk'
/** More than that and leases of replicas that use their own clock would mean different things. */
const SKEW_MS = 10_000

const fine = (what: string): Finding => ({ what, ok: true })
const wrong = (what: string, why: string, mend: string): Finding => ({ what, ok: false, wrong: why, mend })

/** Looks at everything with a request each; writes nothing. The clock's offset is known afterwards. */
export async function diagnose(
  { client, database, isLocal }: Account,
  { time, local }: { readonly time: ServerClock; readonly local: Pick<Clock, 'now'> },
  attemptMs: number,
): Promise<readonly Finding[]> {
  const asked = async <T extends { readonly headers: object }>(
    send: (options: { abortSignal: AbortSignal }) => Promise<T>,
  ) => {
    const sentAt = local.now()
    try {
      const answer = await send({ abortSignal: AbortSignal.timeout(attemptMs) })
      const { date } = answer.headers as { readonly date?: string }
      time.heard(date, sentAt, local.now())
      return { answer }
    } catch (error) {
      return { failure: failureOfThrown(error) }
    }
  }
  const { answer, failure } = await asked((options) => client.getDatabaseAccount(options))
  if (failure) return [{ ...unreachable(failure), kind: failure.error.kind }]
  const findings: Finding[] = [fine('reachable and signed in')]

  if (!isLocal) {
    const { consistencyPolicy, enableMultipleWritableLocations: isMultiWrite } = answer.resource ?? {}
    findings.push(
      String(consistencyPolicy) === 'Strong'
        ? fine('consistency')
        : wrong(
            'consistency',
            `the account's default consistency is ${String(consistencyPolicy)}: a replica could act on an old record`,
            'set the default consistency level of the account to Strong',
          ),
      isMultiWrite
        ? wrong(
            'write regions',
            'the account accepts writes in more than one region: two replicas could both win a race',
            'turn multi-region writes off (enableMultipleWriteLocations: false)',
          )
        : fine('write regions'),
    )
  }
  for (const name of CONTAINERS) {
    const looked = await asked((options) => database.container(name).read(options))
    const paths = looked.answer?.resource?.partitionKey?.paths
    findings.push(
      looked.failure
        ? { ...containerFailure(name, database.id, looked.failure), kind: looked.failure.error.kind }
        : paths?.join() === PARTITION_KEY
          ? fine(`container ${name}`)
          : wrong(
              `container ${name}`,
              `its partition key is ${paths?.join() ?? 'unknown'}, not ${PARTITION_KEY}`,
              'the key of a container cannot be changed: deploy infra/main.bicep into an empty database',
            ),
    )
  }
  findings.push(skew(time, local))
  return findings
}

const PORTAL = 'deploy infra/main.bicep, or look at the address, firewall and private endpoint of the account'
const ROLE =
  'give the identity of this process the role Cosmos DB Built-in Data Contributor on the database (az cosmosdb sql role assignment create)'

function unreachable({ error }: Failure): Finding {
  if (error.kind === 'denied' && error.message.includes('(403'))
    return wrong('permission', 'the store knows the identity, and allows it nothing (403)', ROLE)
  if (error.kind === 'denied')
    return wrong(
      'credential',
      error.message,
      'check the managed identity (AZURE_CLIENT_ID names a user-assigned one) and its tenant; on an emulator, COSMOS_KEY',
    )
  if (error.kind === 'throttled') return throttled('account', error)
  return wrong('reachable', `COSMOS_ENDPOINT does not answer: ${error.message}`, PORTAL)
}

function containerFailure(name: ContainerName, database: string, { meaning, error }: Failure): Finding {
  const what = `container ${name}`
  if (meaning === 'absent' || error.kind === 'notFound')
    return wrong(
      what,
      `the database ${database} or its container ${name} is missing`,
      'deploy infra/main.bicep: runbot never makes them itself',
    )
  if (error.kind === 'denied') return wrong(what, error.message, ROLE)
  if (error.kind === 'throttled') return throttled(what, error)
  return wrong(what, error.message, PORTAL)
}

const throttled = (what: string, error: PortError): Finding =>
  wrong(what, error.message, 'raise the throughput of the database (RU/s), or its autoscale maximum')

function skew(time: ServerClock, { now }: Pick<Clock, 'now'>): Finding {
  const what = CLOCK
  const offset = time.offset()
  if (!offset) return wrong(what, 'the answers of the store have no date', 'a proxy between removes it: let it through')
  // The local clock of the store may be one that cannot be set; what people see is the wall clock.
  const aheadMs = now() + offset.ms - Date.now()
  if (Math.abs(aheadMs) <= SKEW_MS) return fine(what)
  const seconds = Math.round(Math.abs(aheadMs) / 1000)
  const side = aheadMs > 0 ? 'behind' : 'ahead of'
  return wrong(
    what,
    `the clock of this machine is ${seconds} s ${side} the store's`,
    'turn on time synchronisation (NTP)',
  )
}
