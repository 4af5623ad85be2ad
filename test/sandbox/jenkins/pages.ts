// Owns what Jenkins answers in HTML: every error page, and the refusals of the auth. CONTRACTS 3
import type { Answer, Call } from '../server.ts'

export const page = (status: number, text: string): Answer => ({
  status,
  headers: { 'content-type': 'text/html;charset=utf-8', 'x-jenkins': '2.555' },
  body: `<html><head><title>Jenkins</title></head><body><h1>${text}</h1></body></html>`,
})

export type AuthOptions = { user: string; token: string; password: string }

const crumb = 'f00dcafe0123456789'
const session = 'JSESSIONID.5fa1=node01abc.node0'

/** Undefined where the request may pass. With a password a POST needs a crumb and its session; with a token it does not. */
export const refusedBy = ({ user, token, password }: AuthOptions, call: Call): Answer | undefined => {
  const encoded = call.headers.authorization?.match(/^Basic (.+)$/)?.[1] ?? ''
  const given = Buffer.from(encoded, 'base64').toString('utf8')
  if (given !== `${user}:${token}` && given !== `${user}:${password}`) return page(401, 'Bad credentials')
  if (call.method !== 'POST' || given === `${user}:${token}`) return undefined
  const valid = call.headers['jenkins-crumb'] === crumb && (call.headers.cookie ?? '').includes(session)
  return valid ? undefined : page(403, 'No valid crumb was included in the request')
}

export const issueCrumb = (): Answer => ({
  status: 200,
  headers: { 'set-cookie': `${session}; Path=/; HttpOnly; Expires=Fri, 20 Nov 2026 10:00:00 GMT` },
  body: { _class: 'hudson.security.csrf.DefaultCrumbIssuer', crumb, crumbRequestField: 'Jenkins-Crumb' },
})
