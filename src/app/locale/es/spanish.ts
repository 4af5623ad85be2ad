// Owns the Spanish of everything that runbot says.
import { card } from './card.ts'
import { chat } from './chat.ts'
import { endings } from './endings.ts'
import { governance } from './governance.ts'
import { guardrails } from './guardrails.ts'
import { progress } from './progress.ts'
import { refusals } from './refusals.ts'
import { thread } from './thread.ts'
import { typed } from './typed.ts'

export const spanish = {
  ...card,
  ...progress,
  ...thread,
  ...chat,
  ...typed,
  ...refusals,
  ...guardrails,
  ...endings,
  ...governance,
}
