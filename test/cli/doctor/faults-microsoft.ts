// Owns the faults at Microsoft: the bot's credential, its tenants, and what it may ask of Graph.
import { APP } from '../../sandbox/graph.ts'
import { closed, env, type Fault, files, late, OTHER } from './inject.ts'

export const microsoft: readonly Fault[] = [
  {
    what: 'a wrong client secret',
    inject: env('MicrosoftAppPassword', 'not-the-secret'),
    check: 'bot credential',
    says: /^the client secret is wrong \(AADSTS7000215\)$/,
    mend: /value of the secret, not to its id/,
  },
  {
    what: 'an expired client secret',
    inject({ world }) {
      world.graph.expireSecret()
      return { undo: () => world.graph.setSecret(APP.secret) }
    },
    check: 'bot credential',
    says: /^the client secret has expired \(AADSTS7000222\)$/,
    mend: /make a new one/,
  },
  {
    what: 'a tenant that is none',
    inject: () => ({ env: { MicrosoftAppTenantId: OTHER, ALLOWED_TENANTS: OTHER } }),
    check: 'bot credential',
    says: /^there is no such tenant \(AADSTS90002\)$/,
    mend: /MicrosoftAppTenantId/,
  },
  {
    what: 'an application of another tenant',
    inject: env('MicrosoftAppId', OTHER),
    check: 'bot credential',
    says: /no application of this id \(AADSTS700016\)/,
    mend: /MicrosoftAppId and MicrosoftAppTenantId/,
  },
  {
    what: 'a token authority that is out of reach',
    inject: env('BOT_LOGIN_URL', closed),
    check: 'bot credential',
    says: /the connection was refused/,
    mend: /BOT_LOGIN_URL/,
  },
  {
    what: 'the bot’s own tenant left out of those that are allowed',
    inject: env('ALLOWED_TENANTS', OTHER),
    check: 'tenant',
    says: /nobody there may use it/,
    mend: /ALLOWED_TENANTS/,
  },
  {
    what: 'a permission without consent',
    inject({ world }) {
      world.graph.grant('User.Read.All')
      return { undo: () => world.graph.grant('User.Read.All', 'GroupMember.Read.All') }
    },
    check: 'Graph permissions',
    says: /lacks GroupMember\.Read\.All$/,
    mend: /grant admin consent/,
  },
  {
    what: 'a group id that does not exist',
    inject: files('governance.yaml', '6f1c1f6e-0000-4000-8000-000000000001', OTHER),
    check: 'Graph groups',
    says: /^group engineers: Microsoft Graph knows no such group/,
    mend: /"engineers" in governance\.yaml/,
  },
  {
    what: 'a clock two minutes and more from Entra’s',
    inject: ({ world }) => late(world.graph.login, `/${APP.tenantId}/v2.0`, -200),
    check: 'clock of Microsoft Entra',
    says: /clock is (199|200|201) s ahead/,
    mend: /NTP/,
  },
]
