// Owns the advice guardrail: where anything of the plan is a model's, people decide (P9).
import { ask, type Guardrail, pass } from './input.ts'

const NAME = 'advice'

export const adviceGuardrail: Guardrail = ({ facts, draft }) => {
  const { advice } = facts
  if (!advice) return pass(NAME, 'no model had a say in it')
  const { model, none, values, used } = advice
  if (none) return ask(NAME, `the model ${model} says that no runbook that fits helps, so people decide`)
  const names = Object.keys(values)
  if (names.length > 0) return ask(NAME, `${names.join(', ')} is proposed by the model ${model}, so people decide`)
  if (used) return ask(NAME, `${draft.runbook.id} is chosen by the model ${model}, so people decide`)
  return pass(NAME, 'nothing of the plan is a model’s')
}
