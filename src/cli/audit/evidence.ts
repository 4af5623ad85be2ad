// Owns what `audit verify` holds against a store: the checkpoints of a place, checked by themselves with the keys given.
import { readFile } from 'node:fs/promises'
import { anchorPlace } from '../../adapters/anchors/anchors.ts'
import { type PublicKey, publicKeyOf } from '../../adapters/anchors/signing.ts'
import { canonicalJson, sha256Hex } from '../../adapters/store/hashing.ts'
import { lastCheckpoint } from '../../app/anchor-state.ts'
import { readAuditConfig } from '../../config.ts'
import { type CheckpointFile, checkCheckpoints, type Seen, seenIn } from '../../core/checkpoint.ts'
import type { Store } from '../../ports/store.ts'
import { Complaint } from '../terminal.ts'

export interface Evidence {
  /** What each chain was, oldest first. */
  readonly seen: ReadonlyMap<string, readonly Seen[]>
  /** What is wrong with the checkpoints themselves. */
  readonly problems: readonly string[]
  /** What a person should know besides. */
  readonly notes: readonly string[]
  /** How far, by how many and by whom; undefined: by none. */
  readonly anchored: string | undefined
}

export interface EvidenceOptions {
  readonly anchors?: string | undefined
  /** Paths of public keys. */
  readonly keys: readonly string[]
}

/** Reads all checkpoints, before any chain is read. Throws a Complaint; rejects with a PortError of the place. */
export async function evidenceFor(
  store: Store,
  { anchors, keys: paths }: EvidenceOptions,
  env: NodeJS.ProcessEnv,
): Promise<Evidence> {
  const read = readAuditConfig(anchors === undefined ? env : { ...env, AUDIT_ANCHORS: anchors })
  if (!read.ok) throw new Complaint(read.problems.join(' '))
  const last = await lastCheckpoint(store)
  if (read.anchors === undefined) {
    const note = `this store has written ${counted(last.n)}: name their place with --anchors to check the chains by them`
    return { seen: new Map(), problems: [], notes: last.n > 0 ? [note] : [], anchored: undefined }
  }
  const keys = await Promise.all(paths.map(keyIn))
  if (read.signingKey) keys.push(publicKeyOf(read.signingKey))
  const files: CheckpointFile[] = []
  for await (const file of (await anchorPlace(read.anchors)).all()) files.push(file)
  const { checkpoints, problems, keyIds } = checkCheckpoints(files, {
    canonicalize: canonicalJson,
    digest: sha256Hex,
    keys: new Map(keys.map(({ keyId, verifies }) => [keyId, verifies])),
    last: last.n > 0 ? last : undefined,
  })
  const newest = checkpoints.at(-1)
  const isSigned = checkpoints.some(({ keyId }) => keyId !== null)
  const by =
    keyIds.length > 0 ? `key ${keyIds.join(', ')}` : isSigned ? 'signed, not checked: give --key' : 'not signed'
  return {
    seen: seenIn(checkpoints),
    problems,
    notes: [],
    anchored: newest && `anchored up to ${timeOf(newest.at)} by ${counted(checkpoints.length)} (${by})`,
  }
}

async function keyIn(path: string): Promise<PublicKey> {
  let pem: string
  try {
    pem = await readFile(path, 'utf8')
  } catch (error) {
    throw new Complaint(`--key ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  try {
    return publicKeyOf(pem)
  } catch {
    throw new Complaint(`--key ${path} is not an Ed25519 public key in PEM: npm run audit -- key prints runbot's own`)
  }
}

/** UTC, to the second. */
export const timeOf = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`

const counted = (count: number): string => `${count} ${count === 1 ? 'checkpoint' : 'checkpoints'}`
