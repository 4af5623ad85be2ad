// Owns `npm run demo`: the whole product on a sandbox world, for a newcomer to click, or by itself with --auto.
import { flagsIn } from './flags.ts'
import { inWords, Sorry } from './sorry.ts'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

/** Answers the exit code. What needs the installed packages is loaded last, so that their absence can be said. */
async function main(): Promise<number> {
  const flags = flagsIn(process.argv.slice(2))
  if ('usage' in flags) {
    process.stdout.write(`${flags.usage}\n`)
    return 0
  }
  if (major < 24 || (major === 24 && minor < 15))
    throw new Sorry(`Node 24.15 or newer is needed, this is ${process.versions.node}: run npm ci, then npm run demo.`)
  const { perform } = await import('./perform.ts')
  return perform(flags)
}

try {
  process.exit(await main())
} catch (error) {
  process.stderr.write(`\nThe demo cannot go on: ${inWords(error)}\n`)
  process.exit(1)
}
