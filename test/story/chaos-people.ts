// Owns what people do in the chaos test: report, command and approve, again and again until it worked.
import type { Activity } from '../sandbox/teams-channel/threads.ts'
import type { World } from '../sandbox/world.ts'
import { APPROVED, ASKED, type Asked } from './chaos-asked.ts'
import { RUNBOOK } from './chaos-files.ts'
import { isApproved, isOver, wasAskedFor } from './chaos-log.ts'
import type { RunLog } from './crash-stage.ts'
import { payloadOf } from './story.ts'

export interface Seen {
  runs(): Promise<readonly RunLog[]>
  /** Looks until it is so; fails when runbot cannot be started any more. */
  until(what: string, look: () => Promise<boolean>): Promise<void>
  /** Is called before anything is said to runbot: where there are many it leads to any one of them. */
  anywhere?(): void
}

/** Everything at once. */
export async function askForAll(world: World, seen: Seen): Promise<void> {
  const from = (source: Asked['from']) => ASKED.filter((each) => each.from === source)
  for (const { targets, name } of from('incident')) {
    seen.anywhere?.()
    const fields = { short_description: `stale things (${name})`, description: '' }
    world.raiseIncident({ ci: targets[0] ?? '', fields })
    seen.anywhere?.()
    world.servicenow.redeliver()
  }
  await Promise.all(from('chat').map((asked) => command(world, seen, asked)))
}

/** Teams delivers the same message until it was taken; here it comes once more after that, too (P8). */
async function command({ teams, people }: World, { runs, until, anywhere }: Seen, asked: Asked): Promise<void> {
  const text = `run ${RUNBOOK} ${asked.targets.join(' ')} because "the things are stale"`
  const said: Activity[] = []
  const speak = () => {
    // Only the first time it is a new message.
    const tamper = (fresh: Activity): Activity => {
      said.push(fresh)
      return said[0] ?? fresh
    }
    anywhere?.()
    return patient(teams.say({ as: people.requester, text, tamper }))
  }
  await until(`the run ${asked.name}`, async () => {
    if ((await runs()).some((run) => wasAskedFor(run, asked))) return true
    await speak()
    return false
  })
  await speak()
}

/** The approver presses the button of the newest card that has it. */
export async function approve({ teams, people }: World, { runs, until, anywhere }: Seen): Promise<void> {
  const isBots = ({ from }: { from: { id: string } }) => from.id === teams.world.bot.id
  await until('the approval', async () => {
    const run = (await runs()).find((each) => wasAskedFor(each, APPROVED))
    if (run && (isApproved(run) || isOver(run))) return true
    const posts = teams.threads().flatMap(({ messages }) => messages.filter(isBots))
    const card = posts.findLast((message) => payloadOf(message, 'approve'))
    if (card) {
      const press = { as: people.approver, message: card.id, verb: 'approve', inputs: { note: 'go' } }
      anywhere?.()
      await patient(teams.click(press))
    }
    return false
  })
}

/** A runbot that is dead answers nobody: it is tried again. */
export const patient = (said: Promise<unknown>): Promise<unknown> => said.catch(() => undefined)
