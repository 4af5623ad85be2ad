// Owns whether the names in a scenario lead somewhere: runbook, operations, facts, people, rules.
import type { CatalogProblem } from '../../core/runbook.ts'
import type { Content } from '../../ports/catalog.ts'
import { type Answer, type Answers, WORDS, wordOf } from './answer-schema.ts'
import { factsOf } from './facts.ts'
import { BUILT_IN_GROUPS, unknownOperation } from './governance-references.ts'
import { whoOf } from './scenario-people.ts'
import { type Given, type Happening, happenings, type Scenario } from './scenario-schema.ts'
import { listed, shown, suggestion } from './suggest.ts'
import type { Path, Source } from './yaml-source.ts'

type Note = (path: Path, message: string, at?: 'key' | 'value') => void

/** Read beside the facts that expressions use. */
const INCIDENT_TEXTS = ['description']
const STATES = ['new', 'inProgress', 'onHold', 'resolved', 'closed', 'canceled']
/** Names of rules that no file declares: policy makes them. */
const MADE_RULES = ['break-glass', 'freeze override']

/** Every problem of a scenario's content. Without the files' content only what the scenario says by itself is checked. */
export function scenarioReferences(source: Source, scenario: Scenario, content: Content | undefined): CatalogProblem[] {
  const problems: CatalogProblem[] = []
  const note: Note = (path, message, at) => problems.push(source.problem(path, message, at))
  const { given, when = [] } = scenario
  startOf(given, note)
  when.forEach((each, index) => {
    if (Object.keys(each).length !== 1)
      note(['when', index], `expected exactly one of ${Object.keys(happenings).join(', ')}`)
  })
  for (const [name, answers] of Object.entries(given.world ?? {}))
    eachAnswer(answers, ['given', 'world', name], (one, path) => {
      const word = wordOf(one)
      if (word === undefined) note(path, `expected exactly one of ${WORDS.join(', ')}`)
      if (word !== 'status' && (one.body !== undefined || one.headers !== undefined))
        note(path, 'body and headers go with status')
    })
  if (content) namesOf(scenario, content, note)
  return problems
}

/** What starts the run, and what goes with it only. */
function startOf(given: Given, note: Note): void {
  const { incident, requester, run, parameters } = given
  if (requester !== undefined && run)
    note(['given', 'requester'], 'who asks stands in run.by already: write one of the two', 'key')
  const chat = requester !== undefined || run !== undefined
  if (!incident && !chat) note(['given'], 'nothing starts a run: expected incident, or run')
  if (parameters && !chat)
    note(['given', 'parameters'], 'an incident sets no parameters: add run, or requester, for a run in chat', 'key')
  if (parameters && run?.parameters) note(['given', 'parameters'], 'parameters stand in run already', 'key')
  if (chat && given.earlier)
    note(['given', 'earlier'], 'earlier incidents go with an incident that starts the run', 'key')
  const number = incident?.['number'] ?? 'INC0010001'
  if (typeof number !== 'string' || !/^INC\d{3,20}$/.test(number))
    note(['given', 'incident', 'number'], 'expected a number such as INC0010001')
  if (given.ci && typeof given.ci['name'] !== 'string') note(['given', 'ci'], 'a CI has a name', 'key')
  const state = incident?.['state'] ?? 'new'
  if (typeof state !== 'string' || !STATES.includes(state))
    note(['given', 'incident', 'state'], `expected one of ${STATES.join(', ')}, got ${shown(state)}`)
}

function eachAnswer(answers: Answers, path: Path, look: (one: Answer, path: Path) => void): void {
  const rows: readonly (readonly [Path, readonly Answer[]])[] =
    'row' in answers
      ? [[path, answers.row]]
      : Object.entries(answers.answers).map(([target, row]) => [[...path, 'answers', target], row] as const)
  // A single answer has no place in a list; its own place is the nearest parent's.
  for (const [at, row] of rows) row.forEach((one, index) => look(one, row.length === 1 ? at : [...at, index]))
}

function namesOf(scenario: Scenario, content: Content, note: Note): void {
  const { runbook, given, when = [], expect } = scenario
  const { runbooks, operations, problems: off } = content.catalog
  const ids = [...runbooks.keys()]
  const runbookNamed = (name: string, path: Path) => {
    // While some files are broken, the runbook may well be in one of them.
    if (!runbooks.has(name) && off.length === 0) note(path, `there is no runbook "${name}"${suggestion(name, ids)}`)
  }
  const operation = (name: string, path: Path, at?: 'key') => {
    if (!operations.has(name)) note(path, unknownOperation(name, operations), at)
  }
  const facts = (written: object | undefined, names: readonly string[], path: Path) => {
    for (const name of Object.keys(written ?? {}))
      if (!names.includes(name)) note([...path, name], `nothing supplies "${name}"${suggestion(name, names)}`, 'key')
  }
  const groups = [...Object.keys(content.governance.groups), ...BUILT_IN_GROUPS]
  const group = (name: string, path: Path) => {
    if (!groups.includes(name)) note(path, `there is no group "${name}"${suggestion(name, groups)}`)
  }
  const person = (text: string | undefined, path: Path) => {
    const who = whoOf(text ?? 'everyone', given.people)
    if (who.kind === 'group') group(who.group, path)
  }

  runbookNamed(runbook, ['runbook'])
  if (expect.match !== undefined && expect.match !== 'none') runbookNamed(expect.match, ['expect', 'match'])
  facts(
    given.incident,
    [...factsOf(content.servicenow).incident.filter((each) => each !== 'ci' && each !== 'text'), ...INCIDENT_TEXTS],
    ['given', 'incident'],
  )
  const ofCi = ['name', 'class', ...Object.keys(content.servicenow.ci)]
  facts(given.ci, ofCi, ['given', 'ci'])
  for (const [name, ci] of Object.entries(given.cis ?? {})) facts(ci, ofCi, ['given', 'cis', name])
  for (const [name, answers] of Object.entries(given.world ?? {})) {
    const path = ['given', 'world', name]
    operation(name, path, 'key')
    const kind = operations.get(name)?.kind
    eachAnswer(answers, path, (one, at) => misfit(one, kind, at, note))
  }
  for (const [name, names] of Object.entries(given.people ?? {}))
    names.forEach((each, index) => group(each, ['given', 'people', name, index]))
  person(given.requester, ['given', 'requester'])
  person(given.caller, ['given', 'caller'])
  person(given.run?.by, ['given', 'run', 'by'])
  when.forEach((each, index) => {
    const [word, what] = Object.entries(each)[0] as [keyof Happening, { by?: string }]
    person(what.by, ['when', index, word, 'by'])
  })
  expect.steps?.forEach((name, index) => operation(name, ['expect', 'steps', index]))
  expect.requests?.forEach((each, index) => operation(each.do, ['expect', 'requests', index, 'do']))
  const rules = Object.keys(content.governance.rules)
  const wanted = (expect.decision?.rule ?? '').split(' + ').filter((each) => each !== '')
  const unknown = wanted.find((each) => !rules.includes(each) && !MADE_RULES.includes(each))
  if (unknown !== undefined)
    note(['expect', 'decision', 'rule'], `there is no rule "${unknown}"${suggestion(unknown, rules)}`)
}

/** What prometheus and http answer is written in their own words, and by nobody else. */
function misfit(one: Answer, kind: string | undefined, path: Path, note: Note): void {
  const word = wordOf(one)
  if (kind === undefined || word === undefined) return
  const own = kind === 'prometheus' ? 'value' : kind === 'http' ? 'status' : 'succeeded'
  const words: readonly string[] = [own, 'failed', 'unknown', 'down']
  if (!words.includes(word)) note(path, `${kind} does not answer "${word}": expected one of ${listed(words)}`)
}
