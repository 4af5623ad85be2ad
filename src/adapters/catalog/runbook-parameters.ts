// Owns a declared parameter: its type, its bounds, and whether its own default lies inside them.
import { bind, wanted } from '../../core/parameters.ts'
import type { Parameter } from '../../core/runbook.ts'
import { compilePattern } from './pattern.ts'
import type { RunbookFile } from './runbook-schema.ts'
import { shown } from './suggest.ts'
import type { Note } from './uses.ts'
import type { Path } from './yaml-source.ts'

type ParameterFile = NonNullable<RunbookFile['parameters']>[string]

/** The parameter as the core knows it; bounds that do not go with its type are noted. */
export function parameterOf(file: ParameterFile, path: Path, note: Note): Parameter {
  const { pattern: source, ...rest } = file
  const numeric = file.type === 'integer' || file.type === 'number'
  if (source !== undefined && file.type !== 'string') note([...path, 'pattern'], 'a pattern is for type string', 'key')
  for (const bound of ['min', 'max'] as const)
    if (file[bound] !== undefined && !numeric) note([...path, bound], `${bound} is for numbers`, 'key')
  if (file.min !== undefined && file.max !== undefined && file.min > file.max)
    note([...path, 'max'], `max ${file.max} is less than min ${file.min}`)
  const compiled = source === undefined ? undefined : compilePattern(source)
  if (compiled && !compiled.ok) note([...path, 'pattern'], compiled.reason)
  const parameter: Parameter = { ...rest, ...(compiled?.ok ? { pattern: compiled.pattern } : {}) }
  file.enum?.forEach((value, index) => {
    if (bind({ ...parameter, default: value }, value) !== value)
      note([...path, 'enum', index], `${shown(value)} does not fit: ${wanted(parameter)}`)
  })
  if (file.default !== undefined && bind(parameter, file.default) !== file.default)
    note([...path, 'default'], `the default ${shown(file.default)} does not fit: ${wanted(parameter)}`)
  return parameter
}
