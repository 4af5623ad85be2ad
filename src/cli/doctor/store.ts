// Owns the checks of the store: whether it can be opened and written, lies on a local disk, and has room.
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { diagnoseCosmos } from '../../adapters/store/cosmos/cosmos.ts'
import { sqliteStore } from '../../adapters/store/sqlite/sqlite.ts'
import { isPortError } from '../../ports/errors.ts'
import { type Finding, failed, ok, reasonOf, warn } from './finding.ts'
import type { Installation } from './installation.ts'

/** A file is looked at here; of an account its adapter tells. */
export async function store({ config }: Installation): Promise<readonly Finding[]> {
  if (config.store.kind === 'sqlite') return sqlite(config.store.path)
  const points = await diagnoseCosmos(config.store)
  return points.map(({ what, ok: well, wrong = 'it is not as it should be', mend = 'look into docs/deploy.md' }) => {
    const name = `store, ${what}`
    if (well) return ok(name, 'it is as it should be')
    // The store's own time is what counts, so a clock that is off only warns.
    return what === 'clock' ? warn(name, wrong, mend) : failed(name, wrong, mend)
  })
}

async function sqlite(name: string): Promise<readonly Finding[]> {
  const path = resolve(name)
  const opened = await openable(path)
  if (opened.state === 'FAILED') return [opened]
  const folder = nearest(path)
  const { type, bavail, bsize } = statfsSync(folder)
  return [opened, diskKind(type), room(bavail * bsize)]
}

/** Reads an existing file without changing it; one that is not there yet is made at the first start. */
async function openable(path: string): Promise<Finding> {
  try {
    const there = existsSync(path)
    if (there) {
      const opened = await sqliteStore({ path, openReadOnly: true })
      try {
        await opened.ping()
      } finally {
        await opened.close()
      }
    }
    const folder = nearest(path)
    if (!statSync(folder).isDirectory()) return failed('store', `${folder} is a file, not a folder`, place)
    // The log of the database is a file beside it.
    for (const each of there ? [path, folder] : [folder]) accessSync(each, constants.R_OK | constants.W_OK)
    return ok('store', there ? 'the SQLite file can be read and written' : 'the SQLite file is made at the first start')
  } catch (error) {
    if (isPortError(error)) return failed('store', error.message, backup)
    return failed(
      'store',
      `this user may not write there (${(error as NodeJS.ErrnoException).code ?? reasonOf(error)})`,
      rights,
    )
  }
}

const place = 'set RUNBOT_STORE to sqlite:<file> in a folder on a local disk'
const backup = 'set RUNBOT_STORE to the right file, or restore it from a backup'
const rights = 'let the user that runbot runs as read and write the file and its folder'

/** The nearest folder above a path that is there. */
function nearest(path: string): string {
  let folder = dirname(path)
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}

/** Linux's numbers of file systems that are somewhere else (statfs(2)): SQLite's locks do not hold there. */
const remote: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB2',
  0x00c36400: 'Ceph',
  0x01021997: '9P',
  0x5346414f: 'AFS',
}

/** `type` as statfs gives it; elsewhere than on Linux its numbers mean nothing and none of these. */
export function diskKind(type: number): Finding {
  const name = remote[type >>> 0]
  if (name === undefined) return ok('store disk', 'it is not a network file system')
  return failed('store disk', `the store lies on a network file system (${name}), where its locks do not hold`, place)
}

const mebibyte = 1024 * 1024

/** `bytes`: what is free for this user. */
export function room(bytes: number): Finding {
  const says = `${Math.floor(bytes / mebibyte)} MiB are free on the disk of the store`
  const mend = 'make room, or move the store to a larger disk'
  if (bytes < 100 * mebibyte) return failed('store room', says, mend)
  return bytes < 1024 * mebibyte ? warn('store room', says, mend) : ok('store room', says)
}
