// Owns the bytes of the app package: the same files make the same zip, on every machine and on every day.
import { zipSync } from 'fflate'

/** A zip knows local time without a zone, from 1980 on: noon is that day wherever the clock stands. */
const ALWAYS = new Date(1980, 0, 1, 12)

/** A zip with all files at its root, in this order. */
export const zipOf = (files: ReadonlyMap<string, Uint8Array>): Uint8Array =>
  zipSync(Object.fromEntries(files), { level: 9, mtime: ALWAYS, os: 0, attrs: 0 })
