// Owns comparing parameters: Jenkins drops undeclared names without a word, so what it took is held against what was sent.
import { PortError } from '../../../ports/errors.ts'
import { plainText } from '../../wire/text.ts'
import { type Job, textOf } from './job.ts'
import type { Definition, Parameter } from './schema.ts'

type Sent = ReadonlyMap<string, string>

/** Why the job would not take exactly these; undefined where it would. Asked before anything is sent. */
export function refusalOf(job: Job, sent: Sent, declared: readonly Definition[]): string | undefined {
  const missing = keyMissing(job, declared)
  if (missing !== undefined) return missing
  for (const [name, value] of sent) {
    const definition = declared.find((each) => each.name === name)
    if (!definition) return dropped(name)
    // An illegal choice is a 500 over there, which would leave the outcome open (CONTRACTS §3).
    if (definition.type === 'ChoiceParameterDefinition' && definition.choices?.includes(value) === false)
      return `"${plainText(value, 60)}" is not among the choices of the parameter ${name}`
  }
  return undefined
}

/** Why nobody could tell runbot's builds of this job from others, and what to do; undefined where one could. */
export function keyMissing({ keyParameter: name }: Job, declared: readonly Definition[]): string | undefined {
  const mend = `add a string parameter ${name} to the job, or name another one as keyParameter in connectors.yaml`
  const definition = declared.find((each) => each.name === name)
  if (!definition) return `the job does not declare the parameter ${name}: ${mend}`
  if (definition.type && !/^(String|Text)ParameterDefinition$/.test(definition.type))
    return `the parameter ${name} of the job is a ${plainText(definition.type, 60)}: ${mend}`
  return undefined
}

/** Whose build or queue item this is, by its parameters. */
export function whose({ keyParameter }: Job, key: string, got: readonly Parameter[]): 'mine' | 'other' | 'untold' {
  const parameter = got.find(({ name }) => name === keyParameter)
  if (parameter?.value === undefined) return 'untold'
  return parameter.value === key ? 'mine' : 'other'
}

/** What Jenkins took otherwise than it was sent; undefined where it is the same. */
export function differenceOf(job: Job, sent: Sent, got: readonly Parameter[]): string | undefined {
  for (const [name, value] of sent) {
    const parameter = got.find((each) => each.name === name)
    if (name === job.keyParameter && parameter?.value === undefined) return keyMissing(job, []) ?? dropped(name)
    if (!parameter) return dropped(name)
    // No value is shown of a password: that it is there has to do.
    if (parameter.value !== undefined && !same(textOf(parameter.value) ?? '', value))
      return `Jenkins took another value for the parameter ${name} than was sent`
  }
  return undefined
}

const dropped = (name: string): string =>
  `the job does not declare the parameter ${name}, which Jenkins then drops: declare it there, or leave it out here`

/** A string parameter may be declared to be trimmed. */
const same = (got: string, sent: string): boolean => plainLines(got) === plainLines(sent)
const plainLines = (text: string): string => text.replace(/\r\n?/g, '\n').trim()

/** `queue/<item>/<key>` until it is known which build it became, then `build/<number>/<key>`. */
export interface Handle {
  readonly of: 'queue' | 'build'
  readonly id: number
  readonly key: string
}

/** Ids of queue items may come again after a crash of Jenkins, so the key goes with them. */
export const handleText = ({ of, id, key }: Handle): string => `${of}/${id}/${key}`

/** PortError malformed for a text that is none. */
export function handleOf(text: string): Handle {
  const [, of, id, key] = /^(queue|build)\/(\d{1,15})\/([\x21-\x7e]{1,200})$/.exec(text) ?? []
  if (!of || !id || !key) throw new PortError('malformed', 'this handle is not a queue item or a build')
  return { of: of === 'queue' ? 'queue' : 'build', id: Number(id), key }
}
