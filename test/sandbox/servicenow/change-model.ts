// Owns the states of a change: which follow on which, under which conditions, and what closing demands. CONTRACTS 1.6
import type { Row } from './records.ts'

/** States and those that may follow; the standard model unless told. */
export type ChangeModel = Record<string, string[]>

export const STANDARD_MODEL: ChangeModel = { '-5': ['-2', '4'], '-2': ['-1', '4'], '-1': ['0', '4'], '0': ['3'] }

const LABELS: Record<string, string> = {
  '-5': 'New',
  '-4': 'Assess',
  '-3': 'Authorize',
  '-2': 'Scheduled',
  '-1': 'Implement',
  '0': 'Review',
  '3': 'Closed',
  '4': 'Canceled',
}

export const createChangeModel = () => {
  let model = STANDARD_MODEL
  const blocked = new Map<string, string>()
  const label = (state: string): string => LABELS[state] ?? state
  const transition = (from: string, to: string) => ({
    display_value: `${label(from)} to ${label(to)}`,
    from_state: from,
    to_state: to,
    transition_available: !blocked.has(to),
    automatic_transition: false,
    conditions: [
      { passed: !blocked.has(to), condition: { name: blocked.get(to) ?? 'Not On hold', description: null } },
    ],
  })

  return {
    /** Redefines the model, as an instance may. */
    define(next: ChangeModel): void {
      model = next
    },
    /** A condition of the model that is not met for this state; returns the function that meets it. */
    block(state: string, condition: string): () => void {
      blocked.set(state, condition)
      return () => void blocked.delete(state)
    },
    nextStates({ state = '' }: Row) {
      const next = model[state] ?? []
      return {
        available_states: [...next, state],
        state_transitions: next.map((to) => [transition(state, to)]),
        state_label: Object.fromEntries([...next, state].map((each) => [each, label(each)])),
      }
    },
    /** Why this write is refused, in the platform's words; null where it may be done. CONTRACTS 1.2 (errors), 1.3 */
    refusal(before: Row, input: Row, closeCodes: string[]): string | null {
      const { state: was = '' } = before
      const after: Row = { ...before, ...input }
      const { state = '' } = after
      if (state !== was && (!model[was]?.includes(state) || blocked.has(state))) {
        const rule = 'Change Model: Check State Transition^0123456789abcdef0123456789abcdef'
        return `Operation against file 'change_request' was aborted by Business Rule '${rule}'. Error Message:  ${label(was)} to ${label(state)}`
      }
      if (state !== '3' || was === '3') return null
      const missing = [
        closeCodes.includes(after.close_code ?? '') ? '' : 'Close code',
        after.close_notes ? '' : 'Close notes',
      ].filter(Boolean)
      return missing.length > 0
        ? `Data Policy Exception: The following fields are mandatory: ${missing.join(', ')}`
        : null
    },
  }
}
