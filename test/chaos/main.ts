// Owns `npm run chaos`: the chaos on Cosmos at its full length, unless RUNBOT_CHAOS_RUNS says otherwise.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MOCHA = ['node_modules/mocha/bin/mocha.js', '--no-config', '--extension', 'ts', '--require', './test/setup.ts']

const child = spawn(process.execPath, [...MOCHA, 'test/chaos/chaos.test.ts'], {
  cwd: ROOT,
  env: { ...process.env, RUNBOT_CHAOS_RUNS: process.env['RUNBOT_CHAOS_RUNS'] ?? '200' },
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void child.kill(signal))
child.once('exit', (code) => {
  process.exitCode = code ?? 1
})
