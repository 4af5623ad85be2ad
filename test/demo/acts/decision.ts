// Owns the act in which people decide: who may not, what is void, and the one yes that counts.

import type { Memory } from '../scene.ts'
import type { Stage } from '../stage.ts'
import { type Act, type Claim, expect, NotSo } from '../timeline.ts'
import { shortened, statusOf } from './looking.ts'

export const NOTE = 'errors are real'

export function decision({ world, client }: Stage, memory: Memory): readonly Act[] {
  const { people, site, ops } = world
  const approve = (user: keyof typeof people, data: Record<string, unknown> = {}) =>
    client.click('approve', data, { message: memory.card.id, user: people[user] })
  const refused = (text: string, user: keyof typeof people, why: string, data?: Record<string, unknown>): Claim => ({
    text,
    async check() {
      const { value } = await approve(user, data)
      if (typeof value !== 'string' || !value.includes(why))
        throw new NotSo(`expected a refusal with "${why}", seen ${JSON.stringify(value)?.slice(0, 300)}`)
      return `“${shortened(value, 70)}”`
    },
  })
  const claims: Claim[] = [
    refused('Eve Marsh, who is in no group, is refused with the reason', 'outsider', 'you are not in'),
    refused('Omar Reyes, who reported it, is refused too', 'requester', 'you are not in'),
    refused('a yes to another plan is void', 'approver', 'plan has changed', { plan: '0'.repeat(64) }),
    {
      text: 'still nothing has been changed, and the site is still broken',
      async check() {
        expect('recycles', ops.effectsOf('recycle-pool').length, 0)
        return `0 recycles, HTTP ${expect('GET /', await statusOf(site.url), 503)}`
      },
    },
    {
      text: 'Maya Lind, who is on the team, approves',
      async check() {
        const { type } = await approve('approver', { note: NOTE })
        expect('the answer', type, 'application/vnd.microsoft.card.adaptive')
        return `with the note “${NOTE}”`
      },
    },
  ]
  return [{ title: 'People decide', claims }]
}
