// Owns checkpoints: where chains stood at a moment, each continuing the one before, and how they are read again (P4).
import type { Canonicalize, Digest, Instant, Json } from './values.ts'

/** Where a chain stood: seq and hash of its last entry then. */
export interface Standing {
  readonly chain: string
  readonly seq: number
  readonly head: string
}

/** What is signed. `n` begins with 1; `prev` is the SHA-256 of the text of checkpoint n - 1, "" for the first. */
export interface Statement {
  readonly version: 1
  readonly n: number
  readonly at: Instant
  readonly prev: string
  /** Those that changed since the checkpoint before. */
  readonly chains: readonly Standing[]
  /** null: nobody signed. */
  readonly keyId: string | null
}

export interface Checkpoint extends Statement {
  /** Ed25519 over the canonical JSON of all other members, in base64; null where nobody signed. */
  readonly signature: string | null
}

export interface Signer {
  readonly keyId: string
  /** The signature of a UTF-8 text, in base64. */
  readonly sign: (text: string) => string
}

/** Whether a signature, in base64, is of this key and this text. */
export type Verifies = (text: string, signature: string) => boolean

/** A file of the place where checkpoints are kept. */
export interface CheckpointFile {
  readonly n: number
  readonly text: string
}

export interface Checked {
  /** Those that can be read, in order. */
  readonly checkpoints: readonly Checkpoint[]
  /** One sentence for each thing that is wrong. */
  readonly problems: readonly string[]
  /** The keys whose signatures hold. */
  readonly keyIds: readonly string[]
}

interface Checking {
  readonly canonicalize: Canonicalize
  readonly digest: Digest
  /** By key id. Empty: signatures are not checked. */
  readonly keys: ReadonlyMap<string, Verifies>
  /** What runbot itself remembers as its last one. */
  readonly last?: { readonly n: number; readonly hash: string } | undefined
}

/** The text of a checkpoint, as it is stored and hashed: canonical JSON. */
export function sealCheckpoint(
  statement: Omit<Statement, 'version' | 'keyId'>,
  signer: Signer | undefined,
  canonicalize: Canonicalize,
): string {
  const { n, at, prev, chains } = statement
  const signed: Statement = { version: 1, n, at, prev, chains, keyId: signer?.keyId ?? null }
  const signature = signer?.sign(canonicalize(toJson(signed))) ?? null
  return canonicalize(toJson({ ...signed, signature }))
}

/** The checkpoint that a text is; undefined where it is none, or is not written as runbot writes it. */
export function readCheckpoint(text: string, canonicalize: Canonicalize): Checkpoint | undefined {
  try {
    const value = JSON.parse(text) as Checkpoint
    const { version, n, at, prev, chains, keyId, signature } = value
    const isWhole = (each: unknown): boolean => Number.isSafeInteger(each) && Number(each) > 0
    const isText = (each: unknown): boolean => typeof each === 'string'
    const isOne =
      version === 1 &&
      isWhole(n) &&
      Number.isFinite(at) &&
      isText(prev) &&
      (keyId === null ? signature === null : isText(keyId) && isText(signature)) &&
      chains.every(({ chain, seq, head }) => isText(chain) && isWhole(seq) && isText(head))
    const known: Checkpoint = { version, n, at, prev, chains: chains.map(standing), keyId, signature }
    return isOne && canonicalize(toJson(known)) === text ? known : undefined
  } catch {
    return undefined
  }
}

/**
 * Checks what is kept at a place: each checkpoint by itself, its signature, and that each continues the one before, from
 * the first to the one that runbot remembers. Unsigned ones before the first signed one count: that one vouches for them.
 */
export function checkCheckpoints(files: readonly CheckpointFile[], checking: Checking): Checked {
  const { canonicalize, digest, last } = checking
  const problems: string[] = []
  const say = (n: number, what: string) => void problems.push(`checkpoint ${n} ${what}`)
  const checkpoints: Checkpoint[] = []
  let expected: { n: number; hash: string | undefined } = { n: 1, hash: '' }
  for (const { n, text } of files.toSorted((a, b) => a.n - b.n)) {
    if (n < expected.n) {
      say(n, 'is there twice')
      continue
    }
    if (n > expected.n) problems.push(missing(expected.n, n - 1))
    const found = readCheckpoint(text, canonicalize)
    if (!found) say(n, 'was changed: it is not what runbot writes')
    else if (found.n !== n) say(n, `was exchanged: it says that it is checkpoint ${found.n}`)
    else {
      if (n === expected.n && expected.hash !== undefined && found.prev !== expected.hash)
        say(n, n === 1 ? 'claims to continue another one, but is the first' : `does not continue checkpoint ${n - 1}`)
      checkpoints.push(found)
    }
    const hash = digest(text)
    if (last?.n === n && last.hash !== hash) say(n, 'is not the one that runbot wrote')
    expected = { n: n + 1, hash }
  }
  if (last && last.n >= expected.n) problems.push(missing(expected.n, last.n))
  const { forged, keyIds } = checkSignatures(checkpoints, checking)
  return { checkpoints, problems: [...problems, ...forged], keyIds }
}

function checkSignatures(checkpoints: readonly Checkpoint[], { canonicalize, keys }: Checking) {
  const forged: string[] = []
  const keyIds = new Set<string>()
  const firstSigned = checkpoints.findIndex(({ keyId }) => keyId !== null)
  if (keys.size > 0)
    for (const [index, { signature, ...signed }] of checkpoints.entries()) {
      const { n, keyId } = signed
      if (keyId === null || signature === null) {
        if (firstSigned < 0 || index > firstSigned) forged.push(`checkpoint ${n} is not signed`)
        continue
      }
      const verifies = keys.get(keyId)
      if (!verifies) forged.push(`checkpoint ${n} is signed with another key (${keyId})`)
      else if (verifies(canonicalize(toJson(signed)), signature)) keyIds.add(keyId)
      else forged.push(`checkpoint ${n} was changed: its signature does not hold`)
    }
  return { forged, keyIds: [...keyIds] }
}

/** A chain as a checkpoint saw it. */
export interface Seen extends Standing {
  readonly n: number
  readonly at: Instant
}

/** What checkpoints say of each chain, oldest first. */
export function seenIn(checkpoints: readonly Checkpoint[]): ReadonlyMap<string, readonly Seen[]> {
  const seen = new Map<string, Seen[]>()
  for (const { n, at, chains } of checkpoints)
    for (const each of chains) {
      const known = seen.get(each.chain)
      if (known) known.push({ ...each, n, at })
      else seen.set(each.chain, [{ ...each, n, at }])
    }
  return seen
}

/**
 * Why a chain of so many entries is not what checkpoints saw, the oldest of them first; undefined where it is. `hashAt`
 * answers for an entry's seq, `timeOf` writes an instant for people.
 */
export function anchorMisfit(
  seen: readonly Seen[],
  chain: { readonly length: number; readonly hashAt: (seq: number) => string | undefined },
  timeOf: (at: Instant) => string,
): string | undefined {
  const { length, hashAt } = chain
  for (const { n, at, seq, head } of seen) {
    const when = `checkpoint ${n} of ${timeOf(at)}`
    if (length === 0) return `it is gone: ${when} saw ${seq === 1 ? 'an entry' : `${seq} entries`} of it`
    if (seq > length) return `it was truncated after entry ${length}: ${when} saw entry ${seq}`
    if (hashAt(seq) !== head) return `it was written anew: entry ${seq} is not the one that ${when} saw`
  }
  return undefined
}

const missing = (from: number, to: number): string =>
  from === to ? `checkpoint ${from} is missing` : `checkpoints ${from} to ${to} are missing`

const standing = ({ chain, seq, head }: Standing): Standing => ({ chain, seq, head })
const toJson = (value: Statement | Checkpoint): Json => value as unknown as Json
