// Owns `npm run store`: moves everything from one store to another with proof, and tells what a store holds.
import { isPortError } from '../ports/errors.ts'
import { readStoreCommand } from './store/arguments.ts'
import { copy } from './store/copy.ts'
import { info } from './store/info.ts'
import { Complaint, loadEnvironment, type Output, printable } from './terminal.ts'

/** Runs one command line (its arguments alone) and answers the exit code: 0 it is done and proven, 1 anything else. Never rejects. */
export async function store(args: readonly string[], env: NodeJS.ProcessEnv, output: Output): Promise<0 | 1> {
  try {
    const command = readStoreCommand(args, env)
    return await (command.do === 'copy' ? copy(command, output) : info(command.store, command.asJson, output))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const isSentence = error instanceof Complaint || isPortError(error)
    output.err(printable(isSentence ? reason : `this failed: ${reason}`))
    return 1
  }
}

if (import.meta.main) {
  process.stdout.on('error', () => process.exit(1))
  process.exitCode = await store(process.argv.slice(2), loadEnvironment(), { out: console.log, err: console.error })
}
