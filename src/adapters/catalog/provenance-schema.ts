// Owns provenance.yaml: who wrote which content, as the owner's own CI recorded it (DESIGN §9 "Policy").
import { z } from 'zod'
import { entraId, readShape, some } from './schema.ts'
import type { Read, Source } from './yaml-source.ts'

const contentHash = z.string().regex(/^[0-9a-f]{64}$/, "expected the SHA-256 of a runbook's content, 64 hex digits,")
const provenanceSchema = z.record(contentHash, some(entraId))

/** Content hash to Entra object ids. */
export const readProvenance = (source: Source): Read<{ [content: string]: string[] }> =>
  readShape(source, provenanceSchema)
