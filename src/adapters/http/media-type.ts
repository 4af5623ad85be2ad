// Owns reading a Content-Type: the media type in lower case, and whether its charset can be read.
import type { IncomingHttpHeaders } from 'node:http'

export interface MediaType {
  readonly type: string
  /** UTF-8 or ASCII, or not said. */
  readonly readable: boolean
}

/** undefined where the header is absent. */
export function mediaTypeOf(headers: IncomingHttpHeaders): MediaType | undefined {
  const header = headers['content-type']
  if (!header) return undefined
  const [type = '', ...parameters] = header.toLowerCase().split(';')
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='))
  const name = charset?.slice('charset='.length).replaceAll('"', '')
  return {
    type: type.trim().slice(0, 100),
    readable: name === undefined || ['utf-8', 'utf8', 'us-ascii'].includes(name),
  }
}

/** application/json and its relatives; JSON is also what an absent header is taken for. */
export const isJson = (media: MediaType | undefined): boolean =>
  media === undefined || media.type === 'application/json' || media.type.endsWith('+json')
