// Owns the faults of runbot's own parts, and of its doors.

import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createAuthority } from '../../sandbox/certificates.ts'
import { closed, env, type Fault, files } from './inject.ts'

export const own: readonly Fault[] = [
  {
    what: 'an application id that is none',
    inject: env('MicrosoftAppId', 'runbot'),
    check: 'configuration',
    says: /^MicrosoftAppId must be a GUID/,
    mend: /\.env\.example/,
  },
  {
    what: 'a signing key that is none',
    inject: env('AUDIT_SIGNING_KEY', '-----BEGIN nonsense-----'),
    check: 'configuration',
    says: /^AUDIT_SIGNING_KEY is not a private key in PEM format/,
    mend: /\.env/,
  },
  {
    what: 'governance.yaml with an unknown key',
    inject: files('governance.yaml', 'governance: 1', 'governance: 1\nnonsense: true'),
    check: 'runbook files',
    says: /^governance\.yaml:\d+:\d+ .*nonsense/,
    mend: /npm run runbooks -- check/,
  },
  {
    what: 'a runbook that is invalid',
    inject: files('catalog/clear-queue.yaml', 'onSuccess: { resolve: true', 'onSuccess: { resolve: 7'),
    check: 'runbook files',
    says: /^this runbook is off: catalog\/clear-queue\.yaml:/,
    mend: /npm run runbooks -- check/,
  },
  {
    what: 'a store that is no SQLite file',
    inject({ place }) {
      const path = join(place.dir, 'notes.txt')
      writeFileSync(path, 'nothing of runbot\n'.repeat(100))
      return { env: { RUNBOT_STORE: `sqlite:${path}` } }
    },
    check: 'store',
    says: /not a runbot store/,
    mend: /RUNBOT_STORE to the right file/,
  },
  {
    what: 'a store whose folder is a file',
    inject: ({ place }) => ({ env: { RUNBOT_STORE: `sqlite:${place.store}/runbot.db` } }),
    check: 'store',
    says: /is a file, not a folder/,
    mend: /a folder on a local disk/,
  },
  {
    what: 'a key of PagerDuty that is none',
    inject: env('PAGERDUTY_KEY', 'web-platform'),
    check: 'pager web',
    says: /not a PagerDuty integration key/,
    mend: /32 letters and digits/,
  },
]

export const doors: readonly Fault[] = [
  {
    what: 'an address that leads nowhere',
    inject: env('PUBLIC_URL', closed),
    check: 'PUBLIC_URL',
    says: /connection was refused/,
    mend: /start runbot/,
  },
  {
    what: 'an address that leads to something else',
    inject: ({ world }) => ({ env: { PUBLIC_URL: world.site.url } }),
    check: 'PUBLIC_URL',
    says: /not as runbot does \(status \d+\)/,
    mend: /HOST and PORT/,
  },
  {
    what: 'another webhook secret than the one that runs',
    inject: env('SERVICENOW_WEBHOOK_SECRET', `whsec_${Buffer.alloc(32, 9).toString('base64')}`),
    check: 'webhook of ServiceNow',
    says: /does not accept this signature/,
    mend: /the same SERVICENOW_WEBHOOK_SECRET/,
  },
  {
    what: 'another secret of CloudEvents than the one that runs',
    inject: env('EVENTS_SECRET', `whsec_${Buffer.alloc(32, 9).toString('base64')}`),
    check: 'webhook of events',
    says: /does not accept this signature/,
    mend: /the same EVENTS_SECRET/,
  },
  {
    what: 'an address whose certificate nobody else trusts',
    async inject() {
      const server = createServer(createAuthority().own, (_req, res) => void res.end('{"ok":true}'))
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const { port } = server.address() as AddressInfo
      return { env: { PUBLIC_URL: `https://127.0.0.1:${port}` }, undo: () => server.close() }
    },
    check: 'PUBLIC_URL',
    says: /certificate is not of an authority that is trusted here/,
    mend: /certificate of a public authority/,
  },
]
