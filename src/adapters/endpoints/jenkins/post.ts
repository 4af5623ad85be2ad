// Owns posting to Jenkins: with a crumb and its session where the server demands them.
import type { WireResponse } from '../../wire/http.ts'
import type { System } from '../system.ts'
import { crumbFrom } from './schema.ts'

interface Post {
  readonly url: string
  readonly query?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string>>
  /** Asked right before each request; rejects where it may not leave, or no time is left. */
  readonly timeoutMs: () => number | Promise<number>
}

/** Requests with an API token need no crumb; those with a password are refused with 403 until they bring one. */
export function poster(system: System) {
  let session: Readonly<Record<string, string>> = {}
  return async (root: string, { timeoutMs, ...request }: Post): Promise<WireResponse> => {
    const attempt = async () =>
      system.wire.send({ timeoutMs: await timeoutMs(), method: 'POST', ...request, headers: session })
    const response = await attempt()
    // Refused for its crumb it did nothing, so that it may be sent again.
    if (response.status !== 403 || !/\bcrumb\b/i.test(response.text())) return response
    const issued = await system.wire.send({
      method: 'GET',
      url: `${root}/crumbIssuer/api/json`,
      timeoutMs: await timeoutMs(),
    })
    if (issued.status !== 200) return response
    const { crumb, crumbRequestField } = crumbFrom(issued)
    session = { [crumbRequestField]: crumb, ...cookiesOf(issued) }
    return attempt()
  }
}

/** A crumb holds only within its session. Several Set-Cookie come joined by commas, which an Expires has too. */
function cookiesOf({ headers }: WireResponse): Readonly<Record<string, string>> {
  const pairs = (headers['set-cookie'] ?? '').split(/,\s*(?=[\w.%-]+=)/).map((each) => each.split(';', 1)[0]?.trim())
  const cookies = pairs.filter((pair) => pair && /^[\w.%-]+=[\x21-\x3a\x3c-\x7e]*$/.test(pair))
  return cookies.length === 0 ? {} : { Cookie: cookies.join('; ') }
}
