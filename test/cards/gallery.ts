// Owns the list of every card there is, expanded, for the pictures and for checks of all of them.
import { fileURLToPath } from 'node:url'
import { cardRenderer } from '../../src/adapters/teams/cards.ts'
import { helpReply } from '../../src/app/views/help.ts'
import { runCardView } from '../../src/app/views/run-card.ts'
import type { Json } from '../../src/core/values.ts'
import { adviceLooks } from './advice-looks.ts'
import { executionLooks } from './execution-looks.ts'
import { looks, type Shown } from './fixtures.ts'
import { handOffLooks } from './handoff-looks.ts'
import { shadowLooks } from './shadow-looks.ts'
import { signalLooks } from './signal-looks.ts'
import { stormLooks } from './storm-looks.ts'
import { aroundLooks } from './surroundings-looks.ts'

/** Every look of the run card by name. */
export const everyLook: { readonly [name: string]: () => Shown } = {
  ...looks,
  ...executionLooks,
  ...adviceLooks,
  ...handOffLooks,
  ...signalLooks,
  ...aroundLooks,
  ...shadowLooks,
  ...stormLooks,
}

/** The real templates. */
export const render = cardRenderer({ dir: fileURLToPath(new URL('../../cards', import.meta.url)) })

export function gallery(): { readonly [name: string]: Json } {
  const runs = Object.entries(everyLook).map(([name, make]) => {
    const { run, context } = make()
    return [name, render('run', runCardView(run, context))] as const
  })
  return Object.fromEntries([...runs, ['help', helpReply(render).card]])
}
