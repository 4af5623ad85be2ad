// Owns what people see of a run that several replicas have in hand: its cards, wherever they stand.
import type { Message } from '../sandbox/teams-channel/threads.ts'
import { type Story, wordsOf } from './story.ts'

/** The cards of a run in channels; copies in personal chats do not count. */
export const cardsOf = (story: Story, run: string): readonly Message[] =>
  story.world.teams
    .threads()
    .filter(({ conversationId }) => !conversationId.startsWith('a:'))
    .flatMap(({ messages }) => messages.filter(({ card }) => card && wordsOf(card).includes(run)))
