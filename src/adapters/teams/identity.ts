// Owns who spoke: a person of an allowed tenant by Entra object id, never by a name in a payload (P10).
import type { Person } from '../../core/run.ts'
import type { Activity } from './schema.ts'

export type Tenancy = { readonly ok: true; readonly tenant: string } | { readonly ok: false; readonly reason: string }

/**
 * The tenant of an activity. Fails closed: both places where Teams names it must be there, agree and be allowed
 * (CONTRACTS 7.2).
 */
export function tenancyOf(activity: Activity, allowed: ReadonlySet<string>): Tenancy {
  const named = [activity.channelData?.tenant?.id, activity.conversation.tenantId].map((each) => each?.toLowerCase())
  const [tenant, other] = named
  if (!tenant || !other) return { ok: false, reason: 'the activity does not name its tenant' }
  if (tenant !== other) return { ok: false, reason: 'the activity names two different tenants' }
  if (!allowed.has(tenant)) return { ok: false, reason: 'its tenant is not one that runbot serves' }
  return { ok: true, tenant }
}

/** The person who spoke, or undefined where Teams named no Entra object id. The name is for display only. */
export function personOf(activity: Activity, tenant: string): Person | undefined {
  const id = activity.from?.aadObjectId?.trim().toLowerCase()
  if (!id) return undefined
  return { id, name: activity.from?.name?.trim() || 'somebody', tenant }
}

/** Tenant ids as they are compared. */
export const tenantSet = (tenants: readonly string[]): ReadonlySet<string> =>
  new Set(tenants.map((tenant) => tenant.trim().toLowerCase()).filter((tenant) => tenant !== ''))
