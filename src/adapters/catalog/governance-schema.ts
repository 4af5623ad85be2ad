// Owns the shape of governance.yaml.
import { z } from 'zod'
import { WAIVABLE } from '../../core/governance.ts'
import type { Instant } from '../../core/values.ts'
import {
  duration,
  entraId,
  expression,
  flag,
  keys,
  list,
  mapOf,
  name,
  oneOf,
  operationName,
  some,
  text,
  tier,
  whole,
  word,
} from './schema.ts'
import { shown } from './suggest.ts'

const groupName = word
const groups = list(groupName)
const antiFlap = keys({ max: whole(1), within: duration })
export const blastRadius = keys({
  users: whole(0).exactOptional(),
  cis: whole(0).exactOptional(),
  vip: oneOf(['allow', 'ask', 'stop']).exactOptional(),
})

const group = keys({
  entra: entraId.exactOptional(),
  servicenow: text.exactOptional(),
  onCall: text.exactOptional(),
  members: some(entraId).exactOptional(),
})

const substitute = keys({ from: some(groupName), after: duration })
const line = keys({
  from: some(groupName),
  quorum: whole(1, 20).exactOptional(),
  substitute: substitute.exactOptional(),
})
const rule = keys({
  from: some(groupName).exactOptional(),
  quorum: whole(1, 20).exactOptional(),
  substitute: substitute.exactOptional(),
  all: some(line).exactOptional(),
  expires: duration,
  remind: duration.exactOptional(),
  page: word.exactOptional(),
  not: list(oneOf(['requester', 'author', 'opener'])).exactOptional(),
})

const matrixCell = text
const matrixRow = mapOf(oneOf(['0', '1', '2', '3']) as unknown as z.ZodType<string>, matrixCell)
const override = keys({
  runbook: name.exactOptional(),
  class: name.exactOptional(),
  owner: groupName.exactOptional(),
  environment: name.exactOptional(),
  tier: tier.exactOptional(),
  to: matrixCell,
})

const DAY_MS = 86_400_000
const UNTIL = 'a day such as 2027-01-31, or an instant such as 2027-01-31T18:00:00Z'

/** The first instant that it no longer covers: a day counts to its end, UTC. */
const until = z.unknown().transform((value, context): Instant => {
  const parts =
    typeof value === 'string' ? /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?$/.exec(value) : null
  const day = parts ? Date.parse(`${parts[1]}T00:00:00Z`) : Number.NaN
  // A day that the month does not have would silently mean one of the next.
  const isDay = !Number.isNaN(day) && new Date(day).toISOString().startsWith(parts?.[1] ?? '')
  const instant = parts?.[2] === undefined ? day + DAY_MS : Date.parse(parts[0])
  if (isDay && !Number.isNaN(instant)) return instant
  context.addIssue({ code: 'custom', message: value === undefined ? UNTIL : `expected ${UNTIL}, got ${shown(value)}` })
  return z.NEVER
})

const guardrails = some(oneOf(WAIVABLE))
const exception = keys({
  runbook: name,
  environment: name.exactOptional(),
  service: text.exactOptional(),
  guardrails,
  reason: text,
  until,
})

export const governanceSchema = keys({
  governance: z.literal(1),
  groups: mapOf(groupName, group),
  environments: some(keys({ name, when: expression, production: flag.exactOptional() })),
  classes: mapOf(
    name,
    keys({
      title: text,
      when: expression.exactOptional(),
      evidence: list(operationName).exactOptional(),
      escalate: groupName.exactOptional(),
      standardChange: text.exactOptional(),
      runbooks: list(name).exactOptional(),
      stop: list(keys({ when: expression, because: text })).exactOptional(),
    }),
  ).exactOptional(),
  overrides: list(override).exactOptional(),
  matrix: mapOf(name, matrixRow),
  defaultRule: name,
  rules: mapOf(name, rule),
  raise: list(keys({ runbook: name.exactOptional(), when: expression, to: name })).exactOptional(),
  calendars: mapOf(name, keys({ file: text, default: oneOf(['open', 'closed']) })).exactOptional(),
  freezes: list(keys({ calendar: text, override: groups.exactOptional() })).exactOptional(),
  limits: keys({
    antiFlap: antiFlap.exactOptional(),
    runsPerHour: whole(1).exactOptional(),
    blastRadius: blastRadius.exactOptional(),
    maxTargets: whole(1).exactOptional(),
  }).exactOptional(),
  autonomy: list(
    keys({
      runbook: name.exactOptional(),
      environment: name.exactOptional(),
      level: oneOf(['shadow', 'advise', 'approve', 'auto']),
    }),
  ).exactOptional(),
  freeze: keys({
    may: groups,
    unfreeze: keys({ may: groups, not: list(oneOf(['freezer'])).exactOptional() }).exactOptional(),
  }).exactOptional(),
  exceptions: keys({ may: some(groupName), standing: mapOf(name, exception).exactOptional() }).exactOptional(),
  breakGlass: keys({
    may: some(groupName),
    quorum: whole(2, 20).exactOptional(),
    expires: duration.exactOptional(),
    setsAside: guardrails.exactOptional(),
    page: word.exactOptional(),
  }).exactOptional(),
  requesters: mapOf(name, groups).exactOptional(),
  commands: keys({
    watch: groups.exactOptional(),
    stop: groups.exactOptional(),
    takeover: groups.exactOptional(),
    rollback: groups.exactOptional(),
    retry: groups.exactOptional(),
    autonomy: groups.exactOptional(),
    learn: groups.exactOptional(),
    suppress: groups.exactOptional(),
  }).exactOptional(),
  correlation: keys({ window: duration }).exactOptional(),
  storm: keys({ from: whole(2, 1000).exactOptional(), quiet: duration.exactOptional() }).exactOptional(),
  unclassified: keys({
    evidence: list(operationName).exactOptional(),
    escalate: groupName.exactOptional(),
  }).exactOptional(),
  channels: keys({ default: text.exactOptional() }).exactOptional(),
  locale: oneOf(['en', 'de', 'es']).exactOptional(),
})

export type GovernanceFile = z.infer<typeof governanceSchema>
export { antiFlap }
