// Owns reading what a job said: its output, whether it wrote errors, and its streams as a log, up to a size.
import type { Json } from '../../../core/values.ts'
import { isPortError, PortError } from '../../../ports/errors.ts'
import type { Wire } from '../../wire/http.ts'
import { cappedJson, cappedText, maxLogBytes } from '../capped.ts'
import { refusalOf, version } from './arm.ts'
import { type Stream, streamFrom, streamsFrom } from './schema.ts'

const maxPages = 20
/** The whole text of a record is one request each. */
const maxRecords = 100

/** The output as text. What cannot be kept or read is an object that says so: an `expect` on it is unknown, not true. */
export async function outputOf(reads: Wire, jobUrl: string): Promise<Json> {
  try {
    const url = `${jobUrl}/output`
    const response = await reads.send({ method: 'GET', url, query: version, headers: { Accept: 'text/plain' } })
    const { status, bytes, headers } = response
    if (status === 204 || (status === 200 && bytes.length === 0)) return ''
    if (status !== 200) throw refusalOf(response, 'reading the output')
    if (!/^text\/plain/i.test(headers['content-type'] ?? ''))
      throw new PortError('malformed', 'reading the output: it is not text')
    return cappedJson(response.text())
  } catch (error) {
    if (!isPortError(error)) throw error
    return { unreadable: error.message }
  }
}

/** The first error that a job wrote, '' where it said nothing; undefined where it wrote none. PortError where that cannot be told. */
export async function firstError(reads: Wire, jobUrl: string): Promise<string | undefined> {
  for await (const stream of streamsOf(reads, jobUrl, "properties/streamType eq 'Error'"))
    if (isError(stream)) return stream.summary ?? ''
  return undefined
}

/** The log as text, one record per line. Where it cannot be read further it says so: the outcome stands without it. */
export async function readLog(reads: Wire, jobUrl: string): Promise<string> {
  const lines: string[] = []
  let bytes = 0
  try {
    for await (const stream of streamsOf(reads, jobUrl)) {
      if (stream.streamType === 'Progress') continue
      if (lines.length >= maxRecords || bytes > maxLogBytes) {
        lines.push('… cut here')
        break
      }
      const line = [stream.time, stream.streamType, await wholeText(reads, jobUrl, stream)].filter(Boolean).join(' ')
      bytes += Buffer.byteLength(line) + 1
      lines.push(line)
    }
  } catch (error) {
    if (!isPortError(error)) throw error
    lines.push(`[the log could not be read: ${error.message}]`)
  }
  return cappedText(lines.join('\n'), maxLogBytes)
}

/** A list holds summaries only (CONTRACTS §5). */
async function wholeText(reads: Wire, jobUrl: string, { jobStreamId, summary }: Stream): Promise<string> {
  const url = `${jobUrl}/streams/${encodeURIComponent(jobStreamId)}`
  const response = await reads.send({ method: 'GET', url, query: version })
  if (response.status !== 200) throw refusalOf(response, 'reading the log')
  return streamFrom(response).streamText || summary || ''
}

async function* streamsOf(reads: Wire, jobUrl: string, filter?: string): AsyncGenerator<Stream> {
  const own = `${jobUrl}/streams`
  let next: Readonly<{ url: string; query?: Record<string, string | undefined> }> | undefined = {
    url: own,
    query: { ...version, $filter: filter },
  }
  for (let page = 0; next; page++) {
    if (page === maxPages) throw new PortError('malformed', `it wrote more than ${maxPages} pages of streams`)
    const response = await reads.send({ method: 'GET', ...next })
    if (response.status !== 200) throw refusalOf(response, 'reading the streams')
    const { streams, nextLink } = streamsFrom(response)
    yield* streams
    next = nextLink ? { url: followable(nextLink, own) } : undefined
  }
}

/** The next page lies where this one does, or the token would go elsewhere. */
function followable(nextLink: string, own: string): string {
  const [next, here] = [URL.parse(nextLink), new URL(own)]
  if (next?.origin === here.origin && next.pathname.toLowerCase() === here.pathname.toLowerCase()) return nextLink
  throw new PortError('malformed', 'the next page of streams lies elsewhere: it is not followed')
}

const isError = ({ streamType }: Stream): boolean => streamType.toLowerCase() === 'error'
