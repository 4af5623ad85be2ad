// Owns the text of a draft: the frame of a runbook with everything from the prose as comments and titles, and nothing that could run.
import type { Operation } from '../../core/runbook.ts'
import type { Outline } from '../../ports/planner.ts'

/** The name of the runbook that a title would give. */
export const idOf = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '') || 'untitled'

/** `from` says where the prose came from, for the first line. Operations are named as a hint, in comments. */
export function draftText(outline: Outline, from: string, operations: Iterable<Operation>): string {
  const known = [...operations]
  const lines = [
    ...comment(
      '',
      `A draft, made of ${from}. It never runs: a person finishes it, takes "draft" out, and moves it to catalog/.`,
    ),
    ...comment(
      '',
      'Each TODO wants a decision. What the notes say stands beside it as a comment. See docs/runbooks.md.',
    ),
    'draft: true',
    `runbook: ${idOf(outline.title)}`,
    `title: ${quoted(outline.title)}`,
    ...(outline.about === '' ? [] : [`description: ${quoted(outline.about)}`]),
    'owner: TODO # a group of governance.yaml',
    '',
    'match:',
    '  # TODO which incidents it fits; everything must hold',
    ...list('  ', 'the notes say:', outline.symptoms),
    "  when: 'false'",
    '',
    ...parametersOf(outline),
    'targets: { from: "[ci.name]", max: 1 } # TODO',
    '',
    'limits: # TODO',
    '  environments: [test]',
    '  antiFlap: { max: 1, within: 1h }',
    '',
    '# TODO evidence: what is looked at before anyone is asked',
    ...list('', 'the notes say:', outline.checks),
    '',
    'steps:',
    ...outline.steps.flatMap((step, index) => stepLines(step, index, known)),
    ...(outline.steps.length === 0 ? ['  [] # TODO the notes name no step'] : []),
    ...list('', 'TODO verify; the notes say:', outline.proofs),
    ...list('', 'TODO rollback; the notes say:', outline.undo),
    '',
    'onSuccess: { resolve: false } # TODO',
    ...list('', 'the notes say of escalation:', outline.escalation),
    'onFailure: { escalate: on-call } # TODO',
  ]
  return `${lines.join('\n')}\n`
}

function stepLines(
  { title, commands }: Outline['steps'][number],
  index: number,
  operations: readonly Operation[],
): readonly string[] {
  const words = title.replace(/`[^`]*`/g, '').trim() || title
  const likely = likelyOf(`${title} ${commands.join(' ')}`, operations)
  return [
    `  - id: ${idOf(words).slice(0, 40).replace(/-+$/, '')}-${index + 1}`,
    `    title: ${quoted(title)}`,
    '    tier: 3 # TODO people only, until somebody knows better',
    ...list('    ', 'the notes say:', commands),
    ...(likely
      ? comment('    ', `TODO action: perhaps ${likely.name} (tier ${likely.tier})`)
      : comment('    ', 'TODO action: no operation of connectors.yaml is like it')),
    '    # TODO preflight, verify, rollback',
  ]
}

const parametersOf = ({ placeholders }: Outline): readonly string[] =>
  placeholders.length === 0
    ? []
    : [
        'parameters: # TODO bounds: nothing outside of them gets in',
        ...placeholders.map((name) => `  ${name}: { type: string, pattern: "^[A-Za-z0-9_.-]{1,64}$" }`),
        '',
      ]

/** The operation whose name shares the most words with a step; undefined where it shares fewer than two. */
function likelyOf(text: string, operations: readonly Operation[]): Operation | undefined {
  const words = new Set(text.toLowerCase().match(/[a-z]{3,}/g))
  const shared = ({ name }: Operation) =>
    (name.split('.')[1] ?? '').split(/[_-]/).filter((word) => words.has(word)).length
  const best = operations.filter(({ tier }) => tier > 0).toSorted((a, b) => shared(b) - shared(a))[0]
  return best && shared(best) >= 2 ? best : undefined
}

const list = (indent: string, label: string, items: readonly string[]): readonly string[] =>
  items.length === 0 ? [] : [...comment(indent, label), ...items.flatMap((each) => comment(indent, `  ${each}`))]

/** One line of comment, whatever the text holds. */
const comment = (indent: string, text: string): readonly string[] => [`${indent}# ${plain(text, 400)}`]

/** A YAML string in double quotes, which is JSON's; `\${` would be an expression. */
const quoted = (text: string): string => JSON.stringify(plain(text, 300).replaceAll('${', '$ {'))

const plain = (text: string, max: number): string => {
  const line = text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
  return line.length > max ? `${line.slice(0, max - 1)}…` : line
}
