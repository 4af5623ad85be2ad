// Owns `npm run audit -- key`: the public half of the key that signs checkpoints, for whoever verifies them elsewhere.
import { publicKeyOf } from '../../adapters/anchors/signing.ts'
import { readAuditConfig } from '../../config.ts'
import { Complaint, type Output } from '../terminal.ts'

/** Prints the id and the PEM. Throws a Complaint where there is no key. */
export function printKey(env: NodeJS.ProcessEnv, { out }: Output): 0 {
  const read = readAuditConfig(env)
  if (!read.ok) throw new Complaint(read.problems.join(' '))
  if (!read.signingKey)
    throw new Complaint(
      'AUDIT_SIGNING_KEY is not set: make one with openssl genpkey -algorithm ed25519 -out audit-key.pem',
    )
  const { keyId, pem } = publicKeyOf(read.signingKey)
  out(`key ${keyId}`)
  out(pem.trimEnd())
  return 0
}
