// Owns who and what is in the sandbox team: people, the bot, the team and its channels.
export type Person = {
  /** Teams' own id, `29:…`. */
  id: string
  name: string
  /** Empty for somebody whom Entra does not know. */
  aadObjectId: string
  email: string
  /** The tenant they come from, where it is not the team's: a guest. */
  tenantId?: string
  /** Whether the bot can write to them alone: has it themselves, or shares the team with it only, or neither. `personal` unless told. */
  bot?: 'personal' | 'team' | 'none'
  /** Known to Entra, but not in the team: false. */
  inTeam?: boolean
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
    ...(aadObjectId ? { aadObjectId, objectId: aadObjectId } : {}),
    userRole: tenantId && tenantId !== world.tenantId ? 'guest' : 'user',
  }
}

/** As many more people as a big team has, each with an id as long as Teams' own are. */
export const crowd = (count: number): Person[] =>
  Array.from({ length: count }, (_, at) => {
    const number = String(at + 1).padStart(4, '0')
    return {
      id: `29:${`crowd-${number}-`.padEnd(88, 'x')}`,
      name: `Member ${number}`,
      aadObjectId: `c0000000-0000-4000-8000-00000000${number}`,
      email: `member.${number}@corp.example`,
    }
  })
