// Owns the token for Azure: asked of the machine's own identity, kept while it lives, waited for only so long.
import { type AccessToken, DefaultAzureCredential, type TokenCredential } from '@azure/identity'
import { PortError } from '../../ports/errors.ts'

/** `headers` rejects with PortError, its message a sentence for a person, without anything secret. */
export interface Tokens {
  headers(): Promise<Readonly<Record<string, string>>>
  /** Forgets the token that was refused. */
  drop(): void
}

const waitMs = 10_000
/** A token is no longer used so long before its end. */
const marginMs = 120_000

/** `scope` ends in /.default. Whoever waits shares one request. Asks nothing before it is asked. */
export function tokens(scope: string, credential?: TokenCredential): Tokens {
  let source = credential
  /** Making the credential may fail as well, where the environment contradicts itself. */
  const getToken = async (abortSignal: AbortSignal) => {
    source ??= new DefaultAzureCredential()
    return source.getToken(scope, { abortSignal })
  }
  let kept: AccessToken | undefined
  let pending: Promise<AccessToken> | undefined
  const fetchToken = async (): Promise<AccessToken> => {
    const limit = AbortSignal.timeout(waitMs)
    const late = new Promise<never>((_resolve, reject) => {
      limit.addEventListener('abort', () => reject(new PortError('timeout', `${entra} gave no token in time`)))
    })
    const token = await Promise.race([getToken(limit).catch(refused), late])
    if (!token || !/^[\x21-\x7e]+$/.test(token.token))
      throw new PortError('malformed', `${entra} gave no token that can be used`)
    kept = token
    return token
  }
  return {
    async headers() {
      if (kept && kept.expiresOnTimestamp - marginMs > Date.now()) return headersOf(kept)
      pending ??= fetchToken().finally(() => {
        pending = undefined
      })
      return headersOf(await pending)
    },
    drop() {
      kept = undefined
    },
  }
}

const headersOf = ({ token }: AccessToken) => ({ Authorization: `Bearer ${token}` })

const entra = 'Microsoft Entra'

/** By its AADSTS number alone: the library's messages and causes may repeat the request with its secret. */
function refused(error: unknown): never {
  const { message } = error instanceof Error ? error : { message: '' }
  const number = /AADSTS(\d{4,8})\b/.exec(message)?.[1]
  const see = `https://login.microsoftonline.com/error?code=${number}`
  if (number !== undefined)
    throw new PortError('denied', `${entra} refused runbot a token for Azure (AADSTS${number}): see ${see}`)
  const help = 'run it with a managed identity, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET'
  throw new PortError('unavailable', `no identity of this machine gave a token for Azure: ${help}`)
}
