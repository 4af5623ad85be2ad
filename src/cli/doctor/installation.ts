// Owns what the doctor looks at: the configuration and the files, read as runbot reads them at its start.
import { problemLine } from '../../adapters/catalog/files.ts'
import { loadContent } from '../../adapters/catalog/load.ts'
import { type Config, readConfig, secretsOf } from '../../config.ts'
import type { Content } from '../../ports/catalog.ts'
import { systemClock as clock } from '../../ports/clock.ts'
import { type Finding, failed, ok, skipped, warn } from './finding.ts'

/** `content` is undefined where the files are invalid: what needs it is skipped. */
export interface Installation {
  readonly config: Config
  readonly content: Content | undefined
}

export interface Read {
  readonly findings: readonly Finding[]
  /** undefined where the configuration is invalid: nothing else can be looked at. */
  readonly installation: Installation | undefined
  readonly secrets: readonly string[]
}

/** Every problem of the environment and of the files at once. */
export function readInstallation(env: NodeJS.ProcessEnv): Read {
  const read = readConfig(env)
  const files = filesOf(env)
  const secrets = [...(read.ok ? secretsOf(read.config) : []), ...(files.content?.secrets ?? [])]
  if (!read.ok) {
    const findings = read.problems.map((problem) =>
      failed(
        'configuration',
        problem.replace(/\.$/, ''),
        'set it in the environment or in .env; .env.example says how',
      ),
    )
    const rest = skipped('everything else', 'it needs a valid configuration')
    return { findings: [...findings, ...files.findings, rest], installation: undefined, secrets }
  }
  const { config } = read
  const own = [ok('configuration', 'every variable can be read'), signingKey(config)]
  return { findings: [...own, ...files.findings], installation: { config, content: files.content }, secrets }
}

/** The key itself was read with the configuration. */
const signingKey = ({ auditSigningKey }: Config): Finding =>
  auditSigningKey === undefined
    ? skipped('audit signing key', 'AUDIT_SIGNING_KEY is not set: checkpoints of the audit trail are not signed')
    : ok('audit signing key', 'it is an Ed25519 private key')

interface FilesRead {
  readonly findings: readonly Finding[]
  readonly content: Content | undefined
}

const help = 'mend the file, then run npm run runbooks -- check'

function filesOf(env: NodeJS.ProcessEnv): FilesRead {
  const dir = env['RUNBOOKS_DIR']?.trim() || 'runbooks'
  const loaded = loadContent({ dir, env, clock })
  if (!loaded.ok)
    return {
      content: undefined,
      findings: loaded.problems.map((problem) => failed('runbook files', problemLine(problem), help)),
    }
  const { content } = loaded
  const { runbooks, problems } = content.catalog
  const off = problems.map((problem) => failed('runbook files', `this runbook is off: ${problemLine(problem)}`, help))
  const noted = content.warnings.map((each) => warn('runbook files', lineOfWarning(each), help))
  const well = ok('runbook files', `${runbooks.size} runbooks, governance.yaml and connectors.yaml are valid`)
  return { content, findings: [...(off.length > 0 ? off : [well]), ...noted] }
}

/** Warnings are plain values: `{file, line, column, message}`. */
function lineOfWarning(warning: Content['warnings'][number]): string {
  const { file = '', line = 1, column = 1, message = '' } = warning as { [name: string]: string | number }
  return `${file}:${line}:${column} ${message}`
}
