// Owns `explain`: why a run is what it is and who may do what now, or all the rules on one page.
import type { CommandOf } from '../../core/commands.ts'
import { groupsAt } from '../../core/rule.ts'
import type { Run } from '../../core/run.ts'
import { autonomySettings } from '../autonomy.ts'
import { spoken } from '../locale/voice.ts'
import { allRecords } from '../shadow-records.ts'
import { signatures } from '../signatures.ts'
import { openAsk } from '../views/asks.ts'
import { explainReply } from '../views/explain.ts'
import { governanceMarkdown } from '../views/governance-page.ts'
import { type CommandContext, type Handle, refusal } from './context.ts'
import { find } from './show.ts'

export const explain: Handle<CommandOf<'explain'>> = async (context, _message, { subject }) => {
  if (subject === null) return page(context)
  const run = await find(context, subject)
  if (!run) return refusal(`there is no run ${subject} here`, 'status lists what is open')
  return explainReply(run, {
    at: context.deps.clock.now(),
    frozen: await context.cards.frozen(run),
    ...(await may(context, run)),
  })
}

async function page({ deps }: CommandContext) {
  const { governance, catalog } = deps.files.current()
  const [set, signed, records] = await Promise.all([autonomySettings(deps), signatures(deps.store), allRecords(deps)])
  const governed = {
    governance,
    runbooks: [...catalog.runbooks.values()],
    autonomySet: set,
    shadowRecords: records,
    signatures: signed,
    at: deps.clock.now(),
  }
  return spoken(() => ({ text: governanceMarkdown(governed) }))
}

/** Who could answer now, by name; the groups where the directory names nobody. */
async function may({ cards, approvers, deps }: CommandContext, run: Run) {
  const ask = openAsk(run)
  if (!ask) return { groups: '', people: [], missing: '' }
  const people = groupsAt(ask.rule, ask.at, deps.clock.now()).includes('everyone') ? [] : await approvers.of(run, ask)
  return {
    groups: cards.approvers(run),
    missing: cards.missing(run),
    people: people.map(({ name }) => name).slice(0, 10),
  }
}
