// Owns the process that a test kills: it appends to four chains at once and prints each append that was acknowledged.
import { writeSync } from 'node:fs'
import { sqliteStore } from '../../../src/adapters/store/sqlite/sqlite.ts'
import { begin, extend } from '../../contracts/store/steps.ts'

const [, , path = ''] = process.argv
const store = await sqliteStore({ path })

const appendForEver = async (chain: string) => {
  let record = await begin(store, chain)
  for (;;) {
    writeSync(1, `${chain} ${record.seq}\n`)
    record = await extend(store, record, { seq: record.seq + 1, filler: 'x'.repeat(500) })
  }
}

await Promise.all(['run_1', 'run_2', 'run_3', 'run_4'].map(appendForEver))
