// Owns the Spanish of everything that runbot says.

import { advice } from './advice.ts'
import { autonomy } from './autonomy.ts'
import { card } from './card.ts'
import { chat } from './chat.ts'
import { endings } from './endings.ts'
import { governance } from './governance.ts'
import { guardrails } from './guardrails.ts'
import { handoff } from './handoff.ts'
import { memory } from './memory.ts'
import { progress } from './progress.ts'
import { refusals } from './refusals.ts'
import { signals } from './signals.ts'
import { storm } from './storm.ts'
import { surroundings } from './surroundings.ts'
import { thread } from './thread.ts'
import { typed } from './typed.ts'

export const spanish = {
  ...card,
  ...progress,
  ...thread,
  ...signals,
  ...storm,
  ...chat,
  ...typed,
  ...refusals,
  ...surroundings,
  ...guardrails,
  ...handoff,
  ...advice,
  ...endings,
  ...memory,
  ...governance,
  ...autonomy,
}
