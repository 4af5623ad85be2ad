// Owns a directory as the place of checkpoints: written whole, on the disk before it counts, and never over another one.
import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { AnchorPlace } from '../../ports/anchors.ts'
import { PortError } from '../../ports/errors.ts'
import { nameOf, numberIn } from './names.ts'

/** Checkpoints as files of a directory, which is made where it is missing. It is as safe as the directory is. */
export function fileAnchors(dir: string): AnchorPlace {
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw failure(dir, error)
    }
  }
  return {
    write: (n, text) =>
      told(async () => {
        await mkdir(dir, { recursive: true, mode: 0o700 })
        // A name of its own first: a crash in the middle leaves no half of a checkpoint under the right one.
        const draft = join(dir, `.${randomUUID()}`)
        try {
          const file = await open(draft, 'wx', 0o444)
          try {
            await file.writeFile(text)
            await file.sync()
          } finally {
            await file.close()
          }
          // As O_EXCL does: it refuses where there is something under that name.
          await link(draft, join(dir, nameOf(n)))
        } catch (error) {
          if (codeOf(error) === 'EEXIST') return 'taken'
          throw error
        } finally {
          await unlink(draft).catch(() => undefined)
        }
        await syncFolder(dir)
        return 'written'
      }),
    read: (n) =>
      told(async () => {
        try {
          return await readFile(join(dir, nameOf(n)), 'utf8')
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return undefined
          throw error
        }
      }),
    async *all() {
      const names = await told(() => readdir(dir)).catch((error: unknown) => {
        if (error instanceof PortError && error.kind === 'notFound') return []
        throw error
      })
      for (const name of names) {
        const n = numberIn(name)
        if (n !== undefined) yield { n, text: await told(() => readFile(join(dir, name), 'utf8')) }
      }
    },
  }
}

/** The name in a directory is on the disk only after that. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

function failure(dir: string, error: unknown): PortError {
  const code = codeOf(error)
  const place = `the directory ${dir} of AUDIT_ANCHORS`
  if (code === 'ENOENT') return new PortError('notFound', `${place} is not there`)
  if (['EACCES', 'EPERM', 'EROFS'].includes(code))
    return new PortError('denied', `${place} cannot be used (${code}): give runbot's user the right to write there`)
  if (code === 'ENOSPC') return new PortError('unavailable', `${place} is full (ENOSPC): make room on its disk`)
  return new PortError('unavailable', `${place} cannot be used (${code || 'no code'})`)
}
