// Owns reading prose by rules: headings say what a part is about, lists are its items, code is a command.
import type { Outline, OutlinedStep } from '../../ports/planner.ts'

type Part = 'about' | 'symptoms' | 'checks' | 'steps' | 'proofs' | 'undo' | 'escalation'

/** By the words of a heading; the first that fits. */
const PARTS: readonly (readonly [RegExp, Part])[] = [
  [/roll ?back|undo|revert|back ?out|zurück|rückweg/i, 'undo'],
  [/verif|confirm|validat|afterwards|success|erfolg|nachher/i, 'proofs'],
  [/escalat|contact|if (it|this) (does not|doesn't)|eskal/i, 'escalation'],
  [/pre-?check|before|diagnos|investigat|prerequisite|vorher|prüf/i, 'checks'],
  [/symptom|when|alert|trigger|detect|problem|wann|anzeichen/i, 'symptoms'],
  [/step|fix|procedure|resol|remed|action|recover|mitigat|how to|schritt|behebung|lösung/i, 'steps'],
]

const ITEM = /^\s*(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ x]\]\s+)?(.*)$/
const FENCE = /^\s*(?:```|~~~)/
const PLACEHOLDER =
  /<([A-Za-z][\w .-]{0,40})>|\{\{?\s*([A-Za-z][\w.-]{0,40})\s*\}?\}|\$\{?([A-Z][A-Z0-9_]{1,40})\}?|%([A-Z][A-Z0-9_]{1,40})%/g
const MOST_ITEMS = 60

/** Never refuses: what it cannot place is told as being about the whole. */
export function outlineOf(prose: string): Outline {
  const found: Record<Exclude<Part, 'steps'>, string[]> = {
    about: [],
    symptoms: [],
    checks: [],
    proofs: [],
    undo: [],
    escalation: [],
  }
  const steps: { title: string; commands: string[] }[] = []
  let [title, part, fenced]: [string, Part, boolean] = ['', 'about', false]

  const note = (text: string): void => {
    if (text === '') return
    if (part !== 'steps') found[part].push(text)
    else steps.push({ title: text, commands: inlineCommands(text) })
  }
  const command = (text: string): void => {
    const step = steps.at(-1)
    if (part !== 'steps') found[part].push(text)
    else if (step) step.commands.push(text)
    else steps.push({ title: text, commands: [text] })
  }

  for (const line of prose.split(/\r?\n/)) {
    if (FENCE.test(line)) {
      fenced = !fenced
      continue
    }
    const text = line.trim()
    if (fenced) {
      if (text !== '') command(text)
      continue
    }
    const heading =
      /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1] ?? /^(?:\*\*)?([\p{L} ]{3,40})(?::\*\*|\*\*:|:)$/u.exec(text)?.[1]
    if (heading !== undefined) {
      if (title === '') title = heading
      const named = PARTS.find(([words]) => words.test(heading))?.[1]
      if (named) part = named
      continue
    }
    const item = ITEM.exec(line)?.[1]
    if (item !== undefined) note(item.trim())
    else if (/^\s{4,}\S/.test(line) && part === 'steps') command(text)
    else if (title === '' && text !== '') title = text
    else if (part !== 'steps') note(text)
  }
  // Notes without headings: their numbered list is what to do.
  const bare =
    steps.length === 0 ? [...prose.matchAll(/^\s*\d{1,3}[.)]\s+(.+)$/gm)].map(([, each = '']) => each.trim()) : []
  const all: readonly OutlinedStep[] =
    steps.length > 0 ? steps : bare.map((each) => ({ title: each, commands: inlineCommands(each) }))
  const { about, ...rest } = found
  return {
    ...rest,
    title: title || 'Untitled',
    about: about
      .filter((each) => !bare.includes(each))
      .join(' ')
      .slice(0, 600),
    steps: all.slice(0, MOST_ITEMS),
    placeholders: placeholdersIn(prose),
  }
}

const inlineCommands = (text: string): string[] => [...text.matchAll(/`([^`]{2,200})`/g)].map(([, each = '']) => each)

function placeholdersIn(prose: string): readonly string[] {
  const names = [...prose.matchAll(PLACEHOLDER)].map(([, ...groups]) => groups.find((each) => each !== undefined) ?? '')
  const plain = names.map((name) =>
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, ''),
  )
  return [...new Set(plain)].filter((name) => /^[a-z]/.test(name)).slice(0, 20)
}
