// Owns what a refusal of Microsoft Entra means for the person who installs runbot, told by its AADSTS number.
import { type Finding, failed } from './finding.ts'

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const mends: Readonly<Record<string, readonly [says: string, mend: string]>> = {
  7000215: ['the client secret is wrong', 'set MicrosoftAppPassword to the value of the secret, not to its id'],
  7000222: ['the client secret has expired', 'make a new one in the app registration and set MicrosoftAppPassword'],
  7000216: ['no client secret arrived', 'set MicrosoftAppPassword'],
  700016: [
    'the tenant has no application of this id',
    'compare MicrosoftAppId and MicrosoftAppTenantId with the app registration',
  ],
  90002: ['there is no such tenant', 'set MicrosoftAppTenantId to the directory (tenant) id of the app registration'],
  900023: ['this is no tenant id', 'set MicrosoftAppTenantId to the directory (tenant) id of the app registration'],
  500011: [
    'the tenant does not know what the token is for',
    'check that the login, Graph and Bot Framework addresses are of one cloud',
  ],
  7000112: ['the application is disabled', 'enable it under Enterprise applications, "Enabled for users to sign in"'],
  7000229: ['the application has no service principal here', 'add it to the tenant: grant it admin consent once'],
  53003: ['a Conditional Access policy blocks it', 'exempt the bot’s service principal from that policy'],
}

/** The finding for a token that was not given; `message` is the adapter's own, `where` the address to check. */
export function refused(check: string, message: string, where: string): Finding {
  const number = /AADSTS(\d{4,8})\b/.exec(message)?.[1]
  if (number === undefined) return failed(check, message, `check the network, the proxy and ${where}, then try again`)
  const [why, mend] = mends[number] ?? [
    'Microsoft Entra refused the token',
    `see https://login.microsoftonline.com/error?code=${number}`,
  ]
  return failed(check, `${why} (AADSTS${number})`, mend)
}

/** What a token says of itself; undefined where it cannot be read. It is not verified: it is our own. */
export function claimsOf(authorization: string): { readonly roles: readonly string[] } | undefined {
  const payload = /^Bearer [\w-]+\.([\w-]+)\.[\w-]*$/.exec(authorization)?.[1]
  if (payload === undefined) return undefined
  try {
    const { roles = [] } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { roles?: unknown }
    return Array.isArray(roles) ? { roles: roles.map(String) } : undefined
  } catch {
    return undefined
  }
}
