// Owns what the account says of itself and of its databases: its address, its regions, its consistency. (REST reference, "Databases", "Collections"; GET / is what the SDKs discover endpoints by)
import type { Answer } from '../server.ts'
import { refuse } from './answers.ts'
import { type Account, askPackage } from './package.ts'
import type { Request } from './request.ts'

export const CONSISTENCIES = ['Strong', 'BoundedStaleness', 'Session', 'ConsistentPrefix', 'Eventual'] as const
export type Consistency = (typeof CONSISTENCIES)[number]

export type AccountSettings = { consistency: Consistency; writeRegions: string[] }

/** The package's own answer says https and Session whatever it is served by: these fields are ours. */
export const accountAnswer = (
  account: Account,
  url: string,
  { consistency, writeRegions }: AccountSettings,
): Answer => {
  const regions = writeRegions.map((name) => ({ name, databaseAccountEndpoint: `${url}/` }))
  return {
    status: 200,
    body: {
      ...account.read(),
      writableLocations: regions,
      readableLocations: regions,
      enableMultipleWriteLocations: regions.length > 1,
      userConsistencyPolicy: { defaultConsistencyLevel: consistency },
    },
  }
}

/** Databases, containers and their ranges are the package's; it would lose a container's documents with its settings. */
export const askMetadata = async (account: Account, request: Request): Promise<Answer> => {
  const { method } = request.call
  if (method === 'PUT') return refuse(405, { message: 'The sandbox changes no container.' })
  const answer = await askPackage(account, request.call)
  // The SDK reads `message` of every refusal, and the package leaves some bodies empty.
  return answer.status < 400 ? answer : { ...refuse(answer.status), headers: answer.headers ?? {} }
}
