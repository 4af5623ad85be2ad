// Owns which place AUDIT_ANCHORS names: a directory of this machine or a blob container, whose SDK is loaded only then.
import type { AnchorPlace } from '../../ports/anchors.ts'
import { fileAnchors } from './file.ts'

/** A directory, or a container's URL. */
export type AnchorsAt =
  | { readonly kind: 'file'; readonly dir: string }
  | { readonly kind: 'blob'; readonly url: string }

/** Opens the place; nothing is written or asked yet. */
export async function anchorPlace(at: AnchorsAt): Promise<AnchorPlace> {
  if (at.kind === 'file') return fileAnchors(at.dir)
  const { blobAnchors } = await import('./blob.ts')
  return blobAnchors({ url: at.url })
}
