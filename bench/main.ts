// Owns the way from `npm run bench -- <name>` to the benchmark of that name.

const benchmarks: { readonly [name: string]: { readonly what: string; readonly run: () => Promise<void> } } = {
  intake: {
    what: 'events per second from the socket to the disk, beside a bare restify server with the same insert',
    run: async () => (await import('./intake.ts')).intake(),
  },
  run: {
    what: 'whole runs, one at a time and 500 at once: whose time each step takes, commits, memory',
    run: async () => (await import('./run.ts')).run(),
  },
  cosmos: {
    what: 'requests and estimated request units of a run on Cosmos DB, and runs a second',
    run: async () => (await import('./cosmos.ts')).cosmos(),
  },
  policy: {
    what: 'decisions per second beside plain JSON of the same facts, and what deciding takes of a run',
    run: async () => (await import('./policy.ts')).policy(),
  },
  replay: {
    what: 'updates a minute of a replay over the 500 real incidents, told up to 50 times',
    run: async () => (await import('./replay.ts')).replay(),
  },
}

const name = process.argv[2] ?? ''
const chosen = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined
if (chosen) await chosen.run()
else {
  const lines = Object.entries(benchmarks).map(([each, { what }]) => `  ${each.padEnd(8)}${what}`)
  console.error([name === '' ? 'Which benchmark?' : `There is no benchmark ${name}.`, ...lines].join('\n'))
  process.exitCode = 1
}
