// Owns Azure Monitor logs as an endpoint: a vetted KQL query of one workspace whose one number is the result.
import type { TokenCredential } from '@azure/identity'
import type { PlannedRequest } from '../../../core/plan.ts'
import type { Endpoint } from '../../../ports/endpoint.ts'
import { isPortError, PortError } from '../../../ports/errors.ts'
import { describedBy } from '../declared.ts'
import { endsAtOnce } from '../ends-at-once.ts'
import { measuredEnd } from '../measured.ts'
import { spanOf } from '../span.ts'
import { baseUrl, type System, timeLeft } from '../system.ts'
import { logsClient } from './client.ts'
import { queryOf } from './query.ts'
import { measuredIn } from './table.ts'

const workspace = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/**
 * `result` is `{value, series}`, with `points` where the query gives a time series; `value` is null where it gives not
 * exactly one finite number. `credential` stands in for the machine's own identity.
 */
export function azureLogs(system: System, credential?: TokenCredential): Endpoint {
  const client = logsClient(system, credential)
  const { settings, clock } = system
  const where = (request: PlannedRequest) => `${baseUrl(request.url)}/v1/workspaces/${settings.base ?? ''}/query`
  return {
    ...endsAtOnce('a query'),
    idempotent: true,
    describe: (request) =>
      `POST ${where(request)} ${oneLine(describedBy(request, String(request.detail['query']), () => queryOf(request)))}`,
    async launch(launch) {
      const { request, key } = launch
      const { base } = settings
      if (base === null || !workspace.test(base))
        throw new PortError('malformed', `${request.do}: base in connectors.yaml is not the id of a workspace`)
      const to = clock.now()
      const span = { startTime: new Date(to - spanOf(request)), endTime: new Date(to) }
      const withinMs = Math.min(timeLeft(system, launch), request.timeoutMs)
      try {
        const result = await client.queryWorkspace(base, queryOf(request), span, {
          abortSignal: AbortSignal.timeout(withinMs),
          serverTimeoutInSeconds: Math.max(1, Math.ceil(withinMs / 1000)),
        })
        return measuredEnd(key, measuredIn(result))
      } catch (error) {
        throw refused(error, request)
      }
    },
  }
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

/** What is not runbot's own refusal is the SDK's, of an answer that is not a table. */
function refused(error: unknown, request: PlannedRequest): PortError {
  if (isPortError(error)) {
    const { kind, message, retryAfterMs } = error
    return new PortError(kind, message.replace(/^the query/, request.do), { retryAfterMs })
  }
  if (error instanceof Error && error.name === 'AbortError')
    return new PortError('timeout', `${request.do}: Azure Monitor did not answer in time`)
  return new PortError('malformed', `${request.do}: the answer is not a table of Azure Monitor logs`)
}
