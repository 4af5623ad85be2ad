// Owns how much of an answer becomes a `result` or a log: enough to judge, small enough to keep in a run log.
import type { Json } from '../../core/values.ts'

export const maxResultBytes = 256 * 1024
export const maxLogBytes = 256 * 1024

/** The value, or where it is too large an object that says so: an `expect` on it is then unknown, not true. */
export function cappedJson(value: Json): Json {
  const bytes = Buffer.byteLength(JSON.stringify(value))
  return bytes <= maxResultBytes ? value : { tooLarge: bytes }
}

/** The beginning of a text, at most `maxBytes` of UTF-8, whole characters. */
export function cappedText(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxBytes) return text
  const note = '\n… cut here'
  return new TextDecoder().decode(bytes.subarray(0, maxBytes - Buffer.byteLength(note)), { stream: true }) + note
}
