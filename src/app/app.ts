// Owns the app as one thing: intake, worker, surfaces, commands and clicks around one journal, started and stopped together.
import type { Instant } from '../core/values.ts'
import type { Hint, Inbound } from '../ports/inbound.ts'
import { activeContent, RESTING_FIX } from './active-content.ts'
import { alerts as alertsOf } from './alerts.ts'
import { answers as answersOf } from './answers.ts'
import { approvers as approversOf } from './approvers.ts'
import { assessor } from './assess.ts'
import { authority as authorityOf } from './authority.ts'
import { clicks as clicksOf } from './clicks.ts'
import { commands as commandsOf } from './commands/commands.ts'
import { remember } from './conversations.ts'
import type { Deps } from './deps.ts'
import { hints as hintsOf } from './hints.ts'
import { intake as intakeOf } from './intake.ts'
import { interventions } from './interventions.ts'
import { journal as journalOf } from './journal.ts'
import { localeOf } from './locale/locales.ts'
import { sharedLocale } from './locale/readers.ts'
import { inVoice, say } from './locale/voice.ts'
import { runCards } from './run-cards.ts'
import { storms as stormsOf } from './storms.ts'
import { approvalRecordsSurface } from './surfaces/approval-records.ts'
import { autonomySurface } from './surfaces/autonomy.ts'
import { pagerSurface } from './surfaces/pager.ts'
import { personalSurface } from './surfaces/personal.ts'
import { serviceNowSurface } from './surfaces/servicenow.ts'
import { teamsSurface } from './surfaces/teams.ts'
import { worker as workerOf } from './worker.ts'

export interface App {
  readonly inbound: Inbound
  readonly hint: Hint
  /** Why this replica does no work; null: it does. */
  problem(): string | null
  start(): Promise<void>
  /** Takes nothing new, brings what is in flight to a safe point, gives the leases up. */
  stop(): Promise<void>
}

export function app(deps: Deps): App {
  const journal = journalOf(deps)
  const authority = authorityOf(deps.directory, deps.files.current)
  const content = activeContent(deps, () => worker.look())
  const mayWork = () => content.problem() === null
  const assess = assessor(deps, authority, content)
  const approvers = approversOf(deps)
  const answers = answersOf(deps, journal, authority)
  const cards = runCards(deps, authority, approvers)
  const intervene = interventions(deps, journal, authority)
  const clicks = clicksOf(deps, journal, authority, assess, answers, intervene, cards)
  const wake = (run: string) => worker.wake(run)
  const commands = commandsOf({
    deps,
    journal,
    authority,
    assess,
    cards,
    approvers,
    intervene,
    wake,
    problem: content.problem,
  })
  const hints = hintsOf(deps, journal, wake)
  const surfaces = [
    teamsSurface(deps, journal, cards, approvers),
    personalSurface(deps, journal, cards, approvers),
    serviceNowSurface(deps, journal),
    pagerSurface(deps, journal),
    autonomySurface(deps, journal),
    ...(deps.approvalRecords ? [approvalRecordsSurface(deps, journal, answers, approvers, deps.approvalRecords)] : []),
  ]
  const reviewed = new Map<string, string>()
  const holds = new Map<string, Map<string, Instant>>()
  const worker = workerOf({ deps, journal, assess, authority, surfaces, reviewed, holds }, mayWork)
  const reconsider = async (run: string): Promise<void> => {
    reviewed.delete(run)
    await worker.wake(run)
  }
  const storms = stormsOf(deps, journal, reconsider)
  const work = { storms, alert: alertsOf(deps, journal, storms) }
  const intake = intakeOf(deps, journal, work, reconsider, mayWork)

  journal.onAppend((id, events) => {
    for (const event of events)
      if (event.type === 'finished') {
        deps.meter.finished(event.status)
        deps.log.info({ run: id, status: event.status }, 'a run has ended')
      }
  })

  const noteContent = async (): Promise<void> => {
    const { version, catalog } = deps.files.current()
    const { runbooks, problems } = catalog
    await journal.control({ type: 'contentLoaded', version, runbooks: runbooks.size, problems: problems.length })
  }
  /** Every plan that waits is looked at again: what changed asks anew. */
  const reviewWaiting = async (): Promise<void> => {
    await noteContent()
    for (const { chain } of await deps.store.list({ statuses: ['awaitingApproval'], limit: 1000 }))
      await worker.wake(chain)
  }
  let unsubscribe = () => {}

  return {
    inbound: {
      accept: intake.accept,
      command: commands,
      click: async (click) => {
        const problem = content.problem()
        return problem === null ? clicks.click(click) : { message: `Not done: ${problem}. What helps: ${RESTING_FIX}.` }
      },
      turnedAway: clicks.turnedAway,
      say: (sentence, locale) => inVoice(localeOf(locale) ?? sharedLocale(deps), () => say(sentence)),
      installed: (conversation, present) => remember(deps, conversation, present),
    },
    hint: hints.hint,
    problem: content.problem,
    async start() {
      await content.start()
      await noteContent()
      unsubscribe = deps.files.onChange(() => {
        reviewWaiting().catch((error: unknown) =>
          deps.log.warn({ err: error }, 'waiting plans were not looked at again'),
        )
      })
      worker.start()
      intake.start()
      storms.start()
      for (const { chain } of await deps.store.list({ statuses: ['awaitingApproval'], limit: 1000 }))
        await worker.wake(chain)
    },
    async stop() {
      unsubscribe()
      await Promise.all([intake.stop().then(storms.stop), hints.stop(), worker.stop(), content.stop()])
    },
  }
}
