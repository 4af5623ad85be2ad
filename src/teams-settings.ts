// Owns what the Teams adapter is told of the configuration, for runbot itself and for the doctor.
import type { Config } from './config.ts'

/** The bot registration as the adapter takes it; what is not set is empty, and refused by the configuration where it matters. */
export const teamsSettings = ({ bot }: Config) => ({
  appId: bot.appId ?? '',
  appPassword: bot.password ?? '',
  appType: bot.type,
  appTenantId: bot.tenantId ?? '',
  auth: bot.auth,
  openIdMetadata: bot.openIdMetadata,
  loginUrl: bot.loginUrl,
  serviceHosts: bot.serviceHosts,
  allowedTenants: bot.allowedTenants,
})
