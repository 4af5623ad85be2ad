// Owns reading the log of an ended run, page by page, up to a size.
import { PortError } from '../../../ports/errors.ts'
import { portErrorOf, type Wire } from '../../wire/http.ts'
import { cappedText, maxLogBytes } from '../capped.ts'
import { logsFrom } from './schema.ts'

const maxPages = 100

/** The log as text, one entry per line. A log that cannot be read says so in its place: the outcome stands without it. */
export async function readLog(wire: Wire, runUrl: string): Promise<string> {
  const lines: string[] = []
  try {
    const complete = await eachPage(wire, `${runUrl}/logs`, lines)
    if (!complete) lines.push('[the log was not complete]')
  } catch (error) {
    if (!(error instanceof PortError)) throw error
    lines.push(`[the log could not be read: ${error.message}]`)
  }
  return cappedText(lines.join('\n'), maxLogBytes)
}

/** Whether all of it was read, or as much as is kept. */
async function eachPage(wire: Wire, url: string, lines: string[]): Promise<boolean> {
  let after: string | undefined
  let bytes = 0
  for (let page = 0; page < maxPages && bytes <= maxLogBytes; page++) {
    const response = await wire.send({ method: 'GET', url, query: { after, limit: '500' } })
    if (response.status !== 200) throw portErrorOf(response, 'reading the log')
    const { entries, next, complete } = logsFrom(response)
    for (const { time, stream, text } of entries) {
      const line = [time, stream, text].filter(Boolean).join(' ')
      bytes += Buffer.byteLength(line) + 1
      lines.push(line)
    }
    // `next` may always be there, `complete` says that nothing follows (CONTRACTS §8.4); the same `next` leads nowhere.
    if (complete || !next || next === after) return complete !== false
    after = next
  }
  return bytes > maxLogBytes
}
