// Owns reading the log of an ended build, piece by piece, up to a size.
import { isPortError } from '../../../ports/errors.ts'
import { portErrorOf, type Wire } from '../../wire/http.ts'
import { cappedText, maxLogBytes } from '../capped.ts'

const maxPieces = 100

/** The log as text. A log that cannot be read says so in its place: the outcome stands without it. */
export async function readLog(reads: Wire, buildUrl: string): Promise<string> {
  const pieces: string[] = []
  try {
    const complete = await eachPiece(reads, `${buildUrl}/logText/progressiveText`, pieces)
    if (!complete) pieces.push('\n[the log was not complete]')
  } catch (error) {
    if (!isPortError(error)) throw error
    pieces.push(`[the log could not be read: ${error.message}]`)
  }
  return cappedText(pieces.join(''), maxLogBytes)
}

/** Whether all of it was read. `X-Text-Size` is where the next piece starts, not the length of this one; a start beyond the end begins anew (CONTRACTS §3). */
async function eachPiece(reads: Wire, url: string, pieces: string[]): Promise<boolean> {
  let start = 0
  let bytes = 0
  for (let piece = 0; piece < maxPieces && bytes <= maxLogBytes; piece++) {
    const query = { start: String(start) }
    const response = await reads.send({ method: 'GET', url, query, headers: { Accept: 'text/plain' } })
    if (response.status !== 200 || !/^text\/plain/i.test(response.headers['content-type'] ?? ''))
      throw portErrorOf(response, 'reading the log')
    pieces.push(response.text())
    bytes += response.bytes.length
    const next = Number(response.headers['x-text-size'])
    if (response.headers['x-more-data'] !== 'true') return true
    if (!(next > start)) return false
    start = next
  }
  // As much as is kept.
  return bytes > maxLogBytes
}
