// Owns which cloud the bot lives in: whose tokens it believes and for whom its own are meant (CONTRACTS 7.2).

export interface Cloud {
  /** The issuer of inbound tokens, and the scope of outbound ones. */
  readonly issuer: string
  /** Where the signing keys are found. */
  readonly metadata: string
}

/** The government cloud has an issuer of its own; any other metadata address keeps the public one. */
export function cloudOf(openIdMetadata: string | undefined): Cloud {
  const issuer = 'https://api.botframework.com'
  if (!openIdMetadata) return { issuer, metadata: 'https://login.botframework.com/v1/.well-known/openidconfiguration' }
  const host = URL.canParse(openIdMetadata) ? new URL(openIdMetadata).hostname : ''
  return { issuer: host.endsWith('.us') ? 'https://api.botframework.us' : issuer, metadata: openIdMetadata }
}
