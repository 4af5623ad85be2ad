// Owns one request to Azure Resource Manager: the token, the version, and what a refusal says.
import type { TokenCredential } from '@azure/identity'
import { PortError } from '../../../ports/errors.ts'
import { originOf } from '../../wire/allow.ts'
import { portErrorOf, type Wire, type WireRequest, type WireResponse } from '../../wire/http.ts'
import { type RetryOptions, retried } from '../../wire/retry.ts'
import { plainText } from '../../wire/text.ts'
import { tokens } from '../azure-tokens.ts'
import type { System } from '../system.ts'
import { errorFrom } from './schema.ts'

export const version = { 'api-version': '2023-11-01' }

export interface Arm {
  /** Sends once, with any outcome. */
  readonly once: Wire
  /** The same for a launch: asks `mayLeave` with the token at hand, and sends nothing where it rejects. */
  launch(request: WireRequest, mayLeave: () => Promise<void>): Promise<WireResponse>
  /** Repeats reads that failed for a while. */
  readonly reads: Wire
}

/** The identity's token goes to the system's own origin alone; `auth` in connectors.yaml takes its place. */
export function arm({ wire, settings }: System, credential?: TokenCredential): Arm {
  const source = settings.auth ? undefined : tokens(`${originOf(settings.url) ?? ''}/.default`, credential)
  const launch: Arm['launch'] = async (request, mayLeave) => {
    const headers = { ...request.headers, ...(await source?.headers()) }
    await mayLeave()
    const response = await wire.send({ ...request, headers })
    if (response.status === 401) source?.drop()
    return response
  }
  const once: Wire = { send: (request) => launch(request, async () => {}) }
  const options: RetryOptions = { withinMs: settings.timeoutMs }
  return { once, launch, reads: retried(once, options) }
}

/** The PortError of an answer that is not the expected one, with Azure's own word and sentence. */
export function refusalOf(response: WireResponse, what: string, options: { mutating?: boolean } = {}): PortError {
  const plain = portErrorOf(response, what, options)
  const error = errorFrom(response)
  if (!error) return plain
  const { kind, retryAfterMs, mayHaveHappened } = plain
  const said = [error.code, error.message ?? ''].filter(Boolean).join(': ')
  return new PortError(kind, `${plain.message}, ${plainText(said)}`, { retryAfterMs, mayHaveHappened })
}
