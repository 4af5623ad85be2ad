// Owns the shape of governance.yaml.
import { z } from 'zod'
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
  whole,
  word,
} from './schema.ts'

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

const line = keys({ from: some(groupName), quorum: whole(1, 20).exactOptional() })
const rule = keys({
  from: some(groupName).exactOptional(),
  quorum: whole(1, 20).exactOptional(),
  all: some(line).exactOptional(),
  expires: duration,
  remind: duration.exactOptional(),
  not: list(oneOf(['requester', 'author', 'opener'])).exactOptional(),
})

const matrixCell = text
const matrixRow = mapOf(oneOf(['0', '1', '2', '3']) as unknown as z.ZodType<string>, matrixCell)

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
    }),
  ).exactOptional(),
  matrix: mapOf(name, matrixRow),
  defaultRule: name,
  rules: mapOf(name, rule),
  raise: list(keys({ when: expression, to: name })).exactOptional(),
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
  requesters: mapOf(name, groups).exactOptional(),
  commands: keys({
    watch: groups.exactOptional(),
    stop: groups.exactOptional(),
    takeover: groups.exactOptional(),
    autonomy: groups.exactOptional(),
  }).exactOptional(),
  correlation: keys({ window: duration }).exactOptional(),
  channels: keys({ default: text.exactOptional() }).exactOptional(),
})

export type GovernanceFile = z.infer<typeof governanceSchema>
export { antiFlap }
