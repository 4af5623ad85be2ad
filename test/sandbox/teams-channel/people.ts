// Owns who and what is in the sandbox team: people, the bot, the team and its channels.
export type Person = {
  /** Teams' own id, `29:…`. */
  id: string
  name: string
  aadObjectId: string
  email: string
  /** The tenant they come from, where it is not the team's: a guest. */
  tenantId?: string
}

export type Team = { id: string; name: string; aadGroupId: string; channels: { id: string; name: string | null }[] }

export type TeamsWorld = { tenantId: string; team: Team; people: Person[]; bot: { id: string; name: string } }

/** A roster entry as the connector returns it. */
export const memberOf = ({ id, name, aadObjectId, email, tenantId }: Person, world: TeamsWorld) => {
  const [givenName, ...surname] = name.split(' ')
  return {
    id,
    name,
    givenName,
    surname: surname.join(' '),
    email,
    userPrincipalName: email,
    tenantId: tenantId ?? world.tenantId,
    aadObjectId,
    objectId: aadObjectId,
    userRole: tenantId && tenantId !== world.tenantId ? 'guest' : 'user',
  }
}
