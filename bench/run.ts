// Owns `npm run bench -- run`: whole runs one after the other, then 500 at once on one instance, and whose time it took.
import { loadavg } from 'node:os'
import { atOnce } from './at-once.ts'
import { causes } from './causes.ts'
import { cpuShares } from './cpu-shares.ts'
import { type Disk, watchDisk } from './disk.ts'
import { machine } from './figures.ts'
import { printAtOnce, printInTurn } from './run-tables.ts'
import { batch, type Stage, stage } from './stage.ts'

const WARM_UP = 15
const IN_TURN = 30
const PROFILED = 15
const AT_ONCE = 500
const PATIENCE_MS = 60_000

/** Prints the figures; throws when a run does not succeed, or something happened out there not exactly once. */
export async function run(): Promise<void> {
  const disk = watchDisk()
  console.log(`run: ${machine()}, load ${loadNow()} before`)
  await inTurn(disk)
  printAtOnce(await atOnce(disk, AT_ONCE))
  console.log(`Load ${loadNow()} after.`)
}

async function inTurn(disk: Disk): Promise<void> {
  const asked = causes(disk)
  const alone = await stage({ disk, causes: asked, hosts: 20, retryAfterS: 0 })
  try {
    const runs = (count: number) => oneByOne(alone, count)
    await runs(WARM_UP)
    const measured = await batch(alone, disk, () => runs(IN_TURN))
    printInTurn(measured, asked, await cpuShares(() => runs(PROFILED)))
  } finally {
    await alone.stop()
  }
}

async function oneByOne({ hosts, wish, settled }: Stage, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    wish({ raise: [hosts[index % hosts.length] ?? ''] })
    await settled.more(1, PATIENCE_MS)
  }
}

const loadNow = (): string => (loadavg()[0] ?? 0).toFixed(1)
