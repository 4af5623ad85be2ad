// Owns the scene of the story: the channel bound, the trouble made, the card found, what the acts hand on.
import type { PlaygroundMessage } from '../playground/client.ts'
import type { Row } from '../sandbox/servicenow/records.ts'
import type { Stage } from './stage.ts'

/** What the acts hand on to each other. */
export interface Memory {
  incident: Row
  card: PlaygroundMessage
}

/** Binds the channel to the incidents of the web team; answers what the bot said. */
export async function bindChannel({ client }: Stage): Promise<string> {
  await client.installBot()
  await client.say('watch Web Platform')
  return (await client.waitFor(({ text }) => text.includes('now gets the incidents'), 20_000)).text
}

/** Breaks the site, and has somebody report it. */
export function trouble({ world }: Stage): Row {
  world.site.break()
  return world.raiseIncident()
}

/** The newest card with an Approve button. */
export const asking = (messages: readonly PlaygroundMessage[]): PlaygroundMessage | undefined =>
  messages.findLast(({ card }) => JSON.stringify(card ?? '').includes('"verb":"approve"'))

/** Before there is one. */
export const noCard: PlaygroundMessage = { id: '', conversationId: '', from: '', text: '', card: null, versions: [] }
