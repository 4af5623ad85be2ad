// Owns the way of a Bot Framework request to the Teams adapter: its body, parsed and within limits.
import type { Request, Response } from 'restify'
import { type BodyLimits, readBody, whyUnread } from './body.ts'
import { decodeUtf8, readJson } from './json.ts'
import { isJson, mediaTypeOf } from './media-type.ts'
import { refuse } from './problem.ts'

/** Authenticates the request and answers it; `req.body` holds the parsed activity. */
export type MessagesHandler = (req: Request, res: Response) => Promise<void>

/** A card's values nest deeper than an event does. */
const maxDepth = 64

/**
 * Reads the body itself instead of with restify's bodyParser, which ends the process on a broken gzip body, unpacks a
 * small one to any size and writes multipart files to the disk.
 */
export const messagesDoor = (handler: MessagesHandler, limits: BodyLimits) => async (req: Request, res: Response) => {
  if (!['', 'identity'].includes(req.headers['content-encoding'] ?? ''))
    return refuse(res, 415, 'A compressed body is not accepted: send it without Content-Encoding.')
  if (!isJson(mediaTypeOf(req.headers))) return refuse(res, 415, 'The body must be application/json.')
  const body = await readBody(req, limits)
  if (!body.ok) {
    const why = whyUnread(body.why, limits)
    return why && refuse(res, why.status, why.reason)
  }
  const text = decodeUtf8(body.bytes)
  if (text === undefined) return refuse(res, 400, 'The body is not UTF-8: send it as UTF-8.')
  const read = readJson(text, maxDepth)
  if (!read.ok) return refuse(res, 400, read.reason)
  req.body = read.value
  await handler(req, res)
}
