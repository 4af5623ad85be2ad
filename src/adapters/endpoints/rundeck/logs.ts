// Owns reading the output of an ended execution, from offset to offset, up to a size.
import { isTransient, PortError } from '../../../ports/errors.ts'
import type { Wire } from '../../wire/http.ts'
import { cappedText, maxLogBytes } from '../capped.ts'
import { refusalOf } from './client.ts'
import { outputFrom } from './schema.ts'

const maxPages = 100

interface Output {
  readonly log: string
  /** False where more of it may come a moment later. */
  readonly complete: boolean
}

/** The output as text, one entry per line. What cannot be read says so in its place: the outcome stands without it. */
export async function readOutput(wire: Wire, executionUrl: string): Promise<Output> {
  const lines: string[] = []
  const noted = (note: string) => cappedText(lines.join('\n'), maxLogBytes - Buffer.byteLength(note)) + note
  try {
    const complete = await eachPage(wire, `${executionUrl}/output`, lines)
    return { complete, log: noted(complete ? '' : '\n[the log was not complete]') }
  } catch (error) {
    if (!(error instanceof PortError)) throw error
    return { complete: !isTransient(error), log: noted(`\n[the log could not be read: ${error.message}]`) }
  }
}

/** Whether all of it was read, or as much as is kept. */
async function eachPage(wire: Wire, url: string, lines: string[]): Promise<boolean> {
  let offset = '0'
  let bytes = 0
  for (let page = 0; page < maxPages; page++) {
    const response = await wire.send({ method: 'GET', url, query: { offset, maxlines: '500' } })
    if (response.status !== 200) throw refusalOf(response, 'reading the log')
    const output = outputFrom(response)
    for (const { absolute_time: at, time, node, level, log } of output.entries) {
      const line = [at ?? time, node, level, log].filter(Boolean).join(' ')
      bytes += Buffer.byteLength(line) + 1
      lines.push(line)
    }
    if (output.completed === true || bytes > maxLogBytes) return true
    // The same offset leads nowhere: the log is still on its way from where it is stored.
    if (output.offset === offset) return false
    offset = output.offset
  }
  return false
}
