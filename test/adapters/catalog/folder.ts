// Owns small runbook folders on disk for tests: a valid base, with files replaced, added or removed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { problemLine } from '../../../src/adapters/catalog/files.ts'
import { type Loaded, type LoadOptions, loadContent } from '../../../src/adapters/catalog/load.ts'

export const NOW = Date.parse('2026-03-02T10:00:00Z')
export const clock = { now: () => NOW }

export const GOVERNANCE = `governance: 1
groups:
  web: { members: [0a2b0000-0000-4000-8000-00000000000a] }
  cab: { servicenow: CAB Approval }
environments:
  - { name: dev, when: 'ci.environment == "Development"' }
  - { name: prod, when: 'true', production: true }
classes:
  slow: { title: Slow, when: 'incident.text.contains("slow")', evidence: [ops.look], escalate: web }
matrix:
  dev: { 0: auto, 1: auto }
  prod: { 0: auto, 1: one, 2: two, 3: people-only }
defaultRule: one
rules:
  one: { from: [owner, web], expires: 30m }
  two: { all: [ { from: [owner] }, { from: [cab], quorum: 2 } ], expires: 1h, remind: 15m, not: [requester, author] }
`

export const CONNECTORS = `connectors: 1
servicenow:
  trigger: active=true
  ci: { tags: u_tags, health_url: u_health_url, users: u_users }
systems:
  ops:
    kind: ops-api
    url: https://ops.example.com/
    auth: { bearer: "\${env:OPS_TOKEN}" }
    operations:
      look: { tier: 0, runbook: look }
      mend: { tier: 1, runbook: mend }
      wipe: { tier: 2, runbook: wipe }
`

export const RUNBOOK = `runbook: mend-it
title: Mend it
owner: web
match: { class: slow }
parameters:
  pool: { type: string, pattern: "^[a-z]{1,8}$", default: shop }
steps:
  - id: mend
    tier: 1
    preflight: { do: ops.look, with: { host: "\${target}" }, expect: 'result.state == "Started"' }
    action: { do: ops.mend, with: { host: "\${target}", pool: "\${parameters.pool}" } }
    verify: { do: ops.look, expect: result.ok }
  - id: again
    when: steps["mend"].failed
    tier: 2
    approval: always
    action: { do: ops.wipe }
`

type Files = { [file: string]: string | Uint8Array | null }

export interface TestFolder {
  readonly dir: string
  /** null removes a file. */
  readonly write: (files: Files) => void
  readonly load: (options?: Partial<LoadOptions>) => Loaded
  /** `file:line:column message` of everything that is wrong. */
  readonly problems: (options?: Partial<LoadOptions>) => string[]
  readonly remove: () => void
}

/** A folder with the base files; `files` replace, add, or remove (null). */
export function testFolder(files: Files = {}): TestFolder {
  const dir = mkdtempSync(join(tmpdir(), 'runbot-catalog-'))
  const write = (changes: Files) => {
    for (const [file, text] of Object.entries(changes)) {
      const path = join(dir, file)
      mkdirSync(dirname(path), { recursive: true })
      if (text === null) rmSync(path, { force: true })
      else writeFileSync(path, text)
    }
  }
  write({ 'governance.yaml': GOVERNANCE, 'connectors.yaml': CONNECTORS, 'catalog/mend-it.yaml': RUNBOOK, ...files })
  const load = (options: Partial<LoadOptions> = {}) =>
    loadContent({ dir, env: { OPS_TOKEN: 'token-that-is-secret' }, clock, ...options })
  return {
    dir,
    write,
    load,
    problems: (options) => {
      const loaded = load(options)
      return (loaded.ok ? loaded.content.catalog.problems : loaded.problems).map(problemLine)
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

/** The problems of a folder that lives only for this question. */
export function problemsOf(files: Files, options?: Partial<LoadOptions>): string[] {
  const folder = testFolder(files)
  try {
    return folder.problems(options)
  } finally {
    folder.remove()
  }
}

/** `text` with one passage replaced; throws where the passage is not there, so that a test cannot test nothing. */
export function changed(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the base file does not hold ${from}`)
  return text.replace(from, () => to)
}
