// Owns the list of every card there is, expanded, for the pictures and for checks of all of them.
import { fileURLToPath } from 'node:url'
import { cardRenderer } from '../../src/adapters/teams/cards.ts'
import { helpReply } from '../../src/app/views/help.ts'
import { runCardView } from '../../src/app/views/run-card.ts'
import type { Json } from '../../src/core/values.ts'
import { looks } from './fixtures.ts'

/** The real templates. */
export const render = cardRenderer({ dir: fileURLToPath(new URL('../../cards', import.meta.url)) })

export function gallery(): { readonly [name: string]: Json } {
  const runs = Object.entries(looks).map(([name, make]) => {
    const { run, context } = make()
    return [name, render('run', runCardView(run, context))] as const
  })
  return Object.fromEntries([...runs, ['help', helpReply(render).card]])
}
