// Owns what the app needs from the place where checkpoints are kept: each is written once, and can be read again.
import type { CheckpointFile } from '../core/checkpoint.ts'

/** Every method rejects with a PortError whose message says what to do. */
export interface AnchorPlace {
  /** Keeps a text as checkpoint `n` for good; `taken`: there is one already, and it stays as it is. */
  write(n: number, text: string, signal?: AbortSignal): Promise<'written' | 'taken'>
  read(n: number, signal?: AbortSignal): Promise<string | undefined>
  /** All that are there, in any order; two of one number where somebody added one. */
  all(): AsyncGenerator<CheckpointFile>
}
