// Owns the page that says who may let what happen where, for people who read no YAML: what holds now, in sentences.
import { autonomyOf, type Governance, type MatrixOverride } from '../../core/governance.ts'
import { entryFor, overrideWords } from '../../core/guardrails/matrix.ts'
import type { Runbook, Tier } from '../../core/runbook.ts'
import { type Instant, own } from '../../core/values.ts'
import type { Signature } from '../../core/waivers.ts'
import type { AutonomySetting } from '../autonomy.ts'
import type { NamedRecord } from '../shadow-records.ts'
import { dated, shortHash } from './figures.ts'
import { breakGlassSection, exceptionsSection } from './governance-exceptions.ts'
import { taxonomySection } from './governance-taxonomy.ts'
import { autonomyWords, entryWords, groupWords, lasting, ruleSentence, sourceWords } from './governance-words.ts'
import { listed, markdownPage, type Page, plainPage, type Section, said } from './page.ts'
import { recordWords } from './shadow-record.ts'

export interface Governed {
  /** As the files say. */
  readonly governance: Governance
  readonly runbooks: readonly Pick<Runbook, 'id'>[]
  /** What was set in chat, which comes before the files. */
  readonly autonomySet: readonly AutonomySetting[]
  /** What recorded runs have shown, for whoever weighs a level. */
  readonly shadowRecords?: readonly NamedRecord[]
  readonly signatures: readonly Signature[]
  readonly at: Instant
  /** Why what was set and signed in chat could not be read; then both are taken as none, and the page says so. */
  readonly unread?: string
}

const TIERS: readonly (readonly [Tier, string])[] = [
  [0, 'tier 0, read-only'],
  [1, 'tier 1, low risk'],
  [2, 'tier 2, higher risk'],
  [3, 'tier 3, people only'],
]

/** The page for a terminal, line by line. */
export const governanceText = (governed: Governed): readonly string[] => plainPage(pageOf(governed))

/** The page as one chat message. */
export const governanceMarkdown = (governed: Governed): string => markdownPage(pageOf(governed))

/** What holds at `at`. Holds no secret: governance.yaml has none. What cannot be told is said, with its reason. */
const pageOf = (governed: Governed): Page => ({
  title: 'Who may let what happen where',
  sections: [
    matrix(governed),
    rules(governed),
    autonomy(governed),
    limits(governed),
    windows(governed),
    taxonomySection(governed.governance),
    rights(governed),
    breakGlassSection(governed.governance),
    exceptionsSection(governed),
    groups(governed),
    {
      title: 'Where this comes from',
      blocks: [
        said(`governance.yaml (${shortHash(governed.governance.content)}), as it holds on ${dated(governed.at)}.`),
      ],
    },
  ],
})

function matrix({ governance }: Governed): Section {
  const { environments, overrides, defaultRule } = governance
  const plain = { ...governance, overrides: [] }
  const cell = (environment: string, tier: Tier) =>
    entryWords(entryFor(plain, { id: '', owner: '', class: null }, tier, environment).entry)
  return {
    title: 'What runs by itself, and what asks',
    blocks: [
      {
        head: ['environment', ...TIERS.map(([, words]) => words)],
        rows: environments.map(({ name, production }) => [
          production ? `${name} (production)` : name,
          ...TIERS.map(([tier]) => cell(name, tier)),
        ]),
      },
      said(
        'Tier 3 is never automatic, whatever a file says.',
        'What belongs to no environment, or cannot be told, counts as production.',
        `Where a step asks although nothing here demands it, it asks ${defaultRule}.`,
        ...(overrides.length > 0 ? ['Exceptions; the first that fits holds instead of the table:'] : []),
      ),
      ...listed(overrides.map((each) => ({ name: overrideWords(each), text: overridden(each) }))),
    ],
  }
}

const overridden = ({ entry, tier }: MatrixOverride): string =>
  entry.kind === 'auto' && tier === undefined ? 'by itself (tier 3: people only)' : entryWords(entry)

function rules({ governance }: Governed): Section {
  const { raise } = governance
  return {
    title: 'Who has to agree',
    blocks: [
      ...listed(Object.values(governance.rules).map((rule) => ({ name: rule.name, text: ruleSentence(rule) }))),
      ...(raise.length > 0 ? [said('More is asked where one of these holds, or cannot be told:')] : []),
      ...listed(
        raise.map(({ runbook, when, to }) => ({
          name: to,
          text: `${when.source}${runbook === undefined ? '' : ` (${runbook} only)`}`,
        })),
      ),
    ],
  }
}

function autonomy(governed: Governed): Section {
  const { governance, runbooks, autonomySet: settings, unread, shadowRecords: records = [] } = governed
  const inChat = settings.map(({ runbook, environment, level }) => ({
    ...(runbook === null ? {} : { runbook }),
    ...(environment === null ? {} : { environment }),
    level,
  }))
  const now = { ...governance, autonomy: [...inChat, ...governance.autonomy] }
  const levels = (id: string) => governance.environments.map(({ name }) => autonomyWords(autonomyOf(now, id, name)))
  // No runbook has this name, so that only what is said of all runbooks fits.
  const usual = levels('')
  const rows = runbooks.flatMap(({ id }) => {
    const found = levels(id)
    return found.some((level, index) => level !== usual[index]) ? [[id, ...found]] : []
  })
  const others = rows.length > 0 ? 'every other runbook' : 'every runbook'
  return {
    title: 'How far runbot goes by itself',
    blocks: [
      {
        head: ['runbook', ...governance.environments.map(({ name }) => name)],
        rows: [...rows, [others, ...usual]],
      },
      ...(unread === undefined
        ? []
        : [said(`What was set in chat cannot be told (${unread}): this is what the files alone say.`)]),
      ...listed(
        settings.map(({ runbook, environment, level, by, at }) => ({
          name: `${runbook ?? 'every runbook'}${environment === null ? '' : ` in ${environment}`}`,
          text:
            by === null
              ? `${autonomyWords(level)}; set by runbot itself on ${dated(at)}, after a run that went wrong`
              : `${autonomyWords(level)}; set in chat by ${by} on ${dated(at)}`,
        })),
      ),
      ...(records.length > 0 ? [said('What recorded runs have shown, compared with what people did:')] : []),
      ...listed(
        records.map(({ runbook, environment, record }) => ({
          name: `${runbook} in ${environment}`,
          text: recordWords(record),
        })),
      ),
    ],
  }
}

function limits({ governance }: Governed): Section {
  const { antiFlap, runsPerHour, blastRadius, maxTargets } = governance.limits
  const vip = {
    allow: undefined,
    ask: 'Where a VIP is affected, people decide.',
    stop: 'Where a VIP is affected: stop.',
  }
  const lines = [
    antiFlap && `The same runbook acts on the same CI at most ${antiFlap.max}× within ${lasting(antiFlap.withinMs)}.`,
    runsPerHour !== undefined && `At most ${runsPerHour} runs begin within an hour.`,
    blastRadius?.users !== undefined && `A run reaches at most ${blastRadius.users} users.`,
    blastRadius?.cis !== undefined && `A run reaches at most ${blastRadius.cis} CIs.`,
    blastRadius?.vip && vip[blastRadius.vip],
    maxTargets !== undefined && `A run has at most ${maxTargets} targets.`,
  ].filter((line) => typeof line === 'string')
  const stricter = 'A runbook may have limits of its own; of two the stricter holds.'
  return { title: 'Limits', blocks: [said(...lines, stricter)] }
}

function windows({ governance, at }: Governed): Section {
  const { calendars, freezes, classes } = governance
  const open = Object.values(calendars).map(({ name, at: ask }) => {
    const state = ask(at)
    return { name, text: `a change window, ${state.open ? 'open' : 'closed'} now: ${state.why}` }
  })
  const frozen = freezes.map(({ calendar, override }) => {
    const state = calendar.at(at)
    const who =
      override.length > 0 ? `${groupWords(override)} may let something through` : 'nobody may let anything through'
    return {
      name: calendar.name,
      text: `a freeze, ${state.open ? 'not in force now' : `IN FORCE NOW (${state.why})`}; during it ${who}`,
    }
  })
  const changes = Object.entries(classes).flatMap(([name, each]) =>
    each.standardChange === undefined
      ? []
      : [{ name, text: `pre-approved: runbot opens the standard change ${each.standardChange} where none is open` }],
  )
  const none = said('There is no calendar: where a runbook wants a change window, it needs a change.')
  return {
    title: 'Change windows and freezes',
    blocks: [...(open.length > 0 ? [] : [none]), ...listed([...open, ...frozen, ...changes])],
  }
}

function rights({ governance }: Governed): Section {
  const { freeze, requesters, commands } = governance
  const may = (command: string) => groupWords(own(commands, command) ?? ['owner'])
  const notFreezer = freeze.unfreeze?.not.includes('freezer') ? ', but not who froze it' : ''
  const named = Object.entries(requesters).filter(([id]) => id !== 'default')
  return {
    title: 'Who may',
    blocks: listed([
      { name: 'freeze (nothing new is changed)', text: groupWords(freeze.may) },
      { name: 'unfreeze', text: `${groupWords(freeze.unfreeze?.may ?? freeze.may)}${notFreezer}` },
      { name: 'stop a run', text: `${may('stop')}, and who asked for it` },
      { name: 'take a run over', text: may('takeover') },
      { name: 'have a channel watch incidents', text: may('watch') },
      { name: 'set how far runbot goes by itself', text: may('autonomy') },
      { name: 'start a runbook in chat', text: groupWords(requesters['default'] ?? ['owner']) },
      ...named.map(([id, names]) => ({ name: `start ${id}`, text: groupWords(names) })),
    ]),
  }
}

function groups({ governance }: Governed): Section {
  const { environments } = governance
  return {
    title: 'Names used above',
    blocks: [
      ...listed([
        ...Object.entries(governance.groups).map(([name, group]) => ({ name, text: sourceWords(group) })),
        ...environments.map(({ name, when }) => ({ name: `environment ${name}`, text: when.source })),
      ]),
    ],
  }
}
