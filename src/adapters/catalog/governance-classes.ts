// Owns whether the taxonomy in governance.yaml leads somewhere: what its classes have looked at, and whom they call.
import { declaredParameters, isFilledByCi } from '../../core/class-evidence.ts'
import type { Operation } from '../../core/runbook.ts'
import type { KnownFacts } from './facts.ts'
import { readOnlyProblem } from './governance-references.ts'
import type { GovernanceFile } from './governance-schema.ts'
import { suggestion } from './suggest.ts'
import type { Path } from './yaml-source.ts'

/** What connectors.yaml declares; undefined (it is broken) is not checked. */
interface Declared {
  readonly operations: ReadonlyMap<string, Operation> | undefined
  readonly facts: KnownFacts | undefined
}

/** Operations that exist, only look, and can be asked with nothing but the CI; groups that exist. */
export function classProblems(
  file: GovernanceFile,
  { operations, facts }: Declared,
  note: (path: Path, message: string) => void,
): void {
  const groups = [...Object.keys(file.groups), 'on-call']
  const look = (names: readonly string[] | undefined, path: Path) =>
    names?.forEach((name, index) => {
      const problem = readOnlyProblem(name, operations) ?? unaskable(operations?.get(name), facts)
      if (problem) note([...path, 'evidence', index], problem)
    })
  const call = (group: string | undefined, path: Path) => {
    if (group !== undefined && !groups.includes(group))
      note([...path, 'escalate'], `there is no group "${group}"${suggestion(group, groups)}`)
  }
  for (const [name, { evidence, escalate }] of Object.entries(file.classes ?? {})) {
    look(evidence, ['classes', name])
    call(escalate, ['classes', name])
  }
  look(file.unclassified?.evidence, ['unclassified'])
  call(file.unclassified?.escalate, ['unclassified'])
}

/** A class has nothing to fill a call with but its incident's CI. */
function unaskable(operation: Operation | undefined, facts: KnownFacts | undefined): string | undefined {
  if (!operation) return undefined
  if (operation.kind === 'http')
    return `${operation.name} needs a url, which a class cannot give: name it in the evidence of a runbook`
  const missing = (declaredParameters(operation) ?? []).filter((each) => facts && !isFilledByCi(each, facts.ci))
  return missing.length === 0
    ? undefined
    : `${operation.name} needs ${missing.join(', ')}, and a class can give the CI's name (host) and its facts only`
}
