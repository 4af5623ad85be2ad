// Owns the checks of ServiceNow as a whole: the login first, then everything that is read with it, side by side.
import { client as clientOf } from '../../adapters/servicenow/client.ts'
import { checkColumns } from '../../adapters/servicenow/dictionary.ts'
import { loggedIn } from '../../adapters/servicenow/login.ts'
import { type TableApi, tableApi } from '../../adapters/servicenow/table.ts'
import { systemClock as clock } from '../../ports/clock.ts'
import { isPortError, type PortError } from '../../ports/errors.ts'
import type { Connected } from './connected.ts'
import { type Finding, failed, ok, skipped, warn } from './finding.ts'
import type { Installation } from './installation.ts'
import { accessOf } from './servicenow-access.ts'
import { attachments, readable } from './servicenow-reads.ts'
import { closeCodes, groups, templates } from './servicenow-values.ts'
import { tryNote } from './servicenow-write.ts'

const name = 'ServiceNow login'

/** `write` is the number of an incident that a work note may be tried on; without it nothing is changed. */
export async function serviceNow({ config, content }: Installation, write?: string): Promise<readonly Finding[]> {
  const { serviceNow: settings } = config
  if (!settings) return [skipped(name, 'SERVICENOW_URL is not set: runbot works without ServiceNow')]
  const client = clientOf({ wire: loggedIn({ ...settings, clock, timeoutMs: 12_000 }), url: settings.url })
  const table = tableApi(client)
  const login = await logIn(table, settings.auth.kind)
  if (login.state === 'FAILED') return [login, skipped('ServiceNow', 'the login has to be mended first')]
  if (!content) return [login, skipped('ServiceNow', 'the runbook files are invalid')]
  const connected = { client, table, content }
  const columns = await columnFindings(connected)
  const known = columns.map(({ says }) => says)
  const rest = await Promise.all([
    readable(connected, accessOf(content), known),
    attachments(connected),
    closeCodes(connected),
    groups(connected),
    templates(connected),
    tryNote(table, write),
  ])
  return [login, ...columns, ...rest.flat()]
}

async function logIn(table: TableApi, kind: string): Promise<Finding> {
  try {
    await table.page('sys_user', { query: '', columns: ['user_name'], limit: 1 })
  } catch (error) {
    if (!isPortError(error)) throw error
    const wrong = loginProblem(error, kind)
    // A right that is missing is another check's: whoever is refused it did log in.
    if (wrong !== undefined) return failed(name, error.message, wrong)
  }
  return ok(name, 'the instance knows runbot’s account')
}

const grants = [
  'compare SERVICENOW_CLIENT_ID and SERVICENOW_CLIENT_SECRET with the OAuth application registry',
  'see that the integration user is active and not locked',
  'for client credentials set glide.oauth.inbound.client.credential.grant_type.enabled to true and the OAuth Application User of the registry',
].join('; ')
const basic =
  'compare SERVICENOW_USERNAME and SERVICENOW_PASSWORD, and see whether the instance restricts basic authentication (role snc_basic_auth_api_access)'

/** How to mend a login that failed; undefined where it did not. */
function loginProblem({ kind, message }: PortError, auth: string): string | undefined {
  if (/token endpoint refused|status 401/.test(message)) return auth === 'basic' ? basic : grants
  if (/securely scoped/.test(message)) return 'give the OAuth client the scope useraccount (docs/servicenow.md)'
  if (/hibernating/.test(message)) return 'wake the instance, or let its API answer without a login page'
  if (kind === 'denied') return undefined
  if (kind === 'throttled') return 'wait, or raise the rate limit of runbot’s user'
  return 'check SERVICENOW_URL and the network; ServiceNow is reached without a proxy'
}

const columnsName = 'ServiceNow columns'

/** ServiceNow drops a clause or a column that it does not know without a word. */
async function columnFindings({ table, content }: Connected): Promise<readonly Finding[]> {
  const sentences = await checkColumns(table, content.servicenow)
  const found = sentences.flatMap((says): Finding[] => {
    // Close codes are looked at with those of the runbooks.
    if (says.startsWith('resolve.closeCode')) return []
    const mend = 'name a column that exists in connectors.yaml, or create it in ServiceNow'
    if (!says.startsWith('sys_dictionary cannot be read')) return [failed(columnsName, says, mend)]
    return [warn(columnsName, says, 'let the role of runbot’s user read sys_dictionary (docs/servicenow.md)')]
  })
  return found.length > 0 ? found : [ok(columnsName, 'the columns of trigger and maps exist')]
}
