// Owns the few lines with which these tests speak HTTP to the sandbox.
export type Answered = { status: number; headers: Headers; body: any; text: string }

export type Sent = { method?: string; body?: unknown; headers?: Record<string, string> }

/** Sends JSON (or text as it is) and reads whatever comes back. */
export const call = async (url: string, { method = 'GET', body, headers = {} }: Sent = {}): Promise<Answered> => {
  const json = body !== undefined && typeof body !== 'string'
  const response = await fetch(url, {
    method,
    headers: { ...(json ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: parse(text), text }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export const BASIC = { authorization: `Basic ${Buffer.from('runbot:runbot-password').toString('base64')}` }
export const BEARER = { authorization: 'Bearer ops-token' }
