// Owns the comparison of this machine's clock with those of the systems that it signs for, by the Date of an answer.
import { tokenUrl } from '../../adapters/teams/credentials.ts'
import { originOf } from '../../adapters/wire/allow.ts'
import { wire } from '../../adapters/wire/http.ts'
import type { Millis } from '../../core/values.ts'
import { isPortError } from '../../ports/errors.ts'
import { type Finding, failed, ok, skipped, warn } from './finding.ts'
import type { Installation } from './installation.ts'

/** Standard Webhooks allow five minutes, tokens too: what is off by two is about to fail. */
const tooMuch: Millis = 120_000
const noticeable: Millis = 30_000
const mend = 'let NTP set the clock of this machine; if it is right, ask who runs the other system'

/** Any answer bears a Date: whether it is a success does not matter here. */
export async function clocks({ config }: Installation): Promise<readonly Finding[]> {
  const { serviceNow, bot } = config
  const login = { loginUrl: bot.loginUrl, appType: bot.type, appTenantId: bot.tenantId ?? '' }
  const others = [
    ...(serviceNow
      ? [{ name: 'clock of ServiceNow', url: `${serviceNow.url}/api/now/table/sys_user?sysparm_limit=1` }]
      : []),
    ...(bot.auth === 'required' && bot.type !== 'UserAssignedMSI'
      ? [
          {
            name: 'clock of Microsoft Entra',
            url: tokenUrl(login).replace(/\/oauth2\/v2\.0\/token$/, '/v2.0/.well-known/openid-configuration'),
          },
        ]
      : []),
  ]
  return Promise.all(others.map(({ name, url }) => compare(name, url)))
}

async function compare(name: string, url: string): Promise<Finding> {
  try {
    const sent = Date.now()
    const { headers } = await wire({ allow: [originOf(url) ?? url], timeoutMs: 10_000 }).send({ method: 'GET', url })
    return skewFinding(name, headers['date'], sent, Date.now())
  } catch (error) {
    if (!isPortError(error)) throw error
    return skipped(name, 'it could not be asked for the time')
  }
}

/** `date` is an HTTP date, which is cut to the second; `sent` and `received` are of this machine's clock. */
export function skewFinding(name: string, date: string | undefined, sent: number, received: number): Finding {
  const theirs = Date.parse(date ?? '')
  if (Number.isNaN(theirs)) return skipped(name, 'its answer says no time')
  const skew = theirs + 500 - (sent + received) / 2
  const seconds = Math.round(Math.abs(skew) / 1000)
  if (Math.abs(skew) <= noticeable) return ok(name, 'it agrees with this machine’s')
  const says = `this machine’s clock is ${seconds} s ${skew > 0 ? 'behind' : 'ahead'}`
  return Math.abs(skew) > tooMuch ? failed(name, says, mend) : warn(name, says, mend)
}
