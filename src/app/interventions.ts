// Owns taking a run in hand: who may stop, take over, resume, settle, retry or roll back, the same for card and command.
import { decide, type RunCommand } from '../core/decide.ts'
import { owesRollback } from '../core/intervene.ts'
import type { Person, Run } from '../core/run.ts'
import type { Refusal } from '../core/verdict.ts'
import { isPortError } from '../ports/errors.ts'
import type { Authority } from './authority.ts'
import type { Deps } from './deps.ts'
import { whyFrozen } from './freezes.ts'
import type { Journal, Transacted } from './journal.ts'

/** What a person wants of a run; `target` where one of several is meant. */
export type Intervention = { readonly by: Person; readonly reason: string } & (
  | { readonly do: 'stop' | 'takeover' | 'resume' | 'rollback' }
  | { readonly do: 'retry'; readonly target: string | null }
  | { readonly do: 'settle'; readonly happened: boolean; readonly target: string | null; readonly step: string | null }
  | { readonly do: 'confirm'; readonly works: boolean }
)

export type Intervene = (run: Run, wanted: Intervention) => Promise<Transacted>

/** Decides who may, then whether it can be done; a refusal changes nothing. */
export function interventions(deps: Deps, journal: Journal, authority: Authority): Intervene {
  const no = (run: Run, refusal: Refusal): Transacted => ({ ok: false, refusal, run })

  /** Who may freeze may release a rollback that a freeze holds back, with a reason; nobody else may (DESIGN §9 Policy). */
  const release = async (run: Run, { by, reason }: Intervention): Promise<{ readonly released: boolean } | Refusal> => {
    const frozen = await whyFrozen(deps, run)
    if (frozen === null) return { released: false }
    const { may } = deps.files.current().governance.freeze
    const allowed = await authority.inAny(by.id, may, '')
    if (!allowed.known || !allowed.value)
      return { reason: `frozen: ${frozen}`, fix: `wait for the unfreeze, or have a member of ${may.join(', ')} do it` }
    if (reason === '') return { reason: `frozen: ${frozen}; to roll back all the same takes a reason`, fix: 'say why' }
    return { released: true }
  }

  return async (run, wanted) => {
    const refused = await whyNot(deps, authority, run, wanted)
    if (refused) return no(run, refused)
    const transact = (command: RunCommand) => journal.transact(run.id, (now, at) => decide(command, now, at))
    const { by, reason } = wanted
    switch (wanted.do) {
      case 'confirm': {
        const words = `${by.name} says it ${wanted.works ? 'works' : 'does not work'}${reason === '' ? '' : `: ${reason}`}`
        return transact({ do: 'confirm', by: by.name, ok: wanted.works, reason: words })
      }
      case 'rollback': {
        const may = await release(run, wanted)
        return 'reason' in may ? no(run, may) : transact({ do: 'rollback', by, reason, ...may })
      }
      case 'resume': {
        // Resuming sends no action during a freeze: every check is made again. It only lets a rollback through.
        const may = await release(run, wanted)
        if ('reason' in may && owesRollback(run)) return no(run, may)
        const released = owesRollback(run) && 'released' in may && may.released
        return transact({ do: 'resume', by, reason, released })
      }
      case 'stop':
        // What a person did about it is what the log is for.
        if (run.finished?.status === 'needsHuman' && reason === '')
          return no(run, { reason: 'closing it takes a note', fix: 'say what you did, or saw' })
        return transact({ do: 'stop', by, reason: reason || 'no reason was given' })
      default:
        return transact(wanted)
    }
  }
}

const words: { readonly [what in Intervention['do']]: string } = {
  stop: 'stop this run',
  takeover: 'take this run over',
  resume: 'resume this run',
  rollback: 'roll this run back',
  retry: 'retry this run',
  settle: 'say what became of this run',
  confirm: 'confirm that it works',
}

/**
 * Governance names who may (`commands`): of the run's own commands only `stop` and `takeover` need be there, for whoever
 * may take a run over may do with it what that leads to. Without an entry it is the runbook's owner.
 */
async function whyNot(
  deps: Deps,
  authority: Authority,
  run: Run,
  { do: what, by }: Intervention,
): Promise<Refusal | null> {
  if (what === 'confirm') return whyNotCaller(deps, run, by)
  if (what === 'stop' && run.origin.kind === 'chat' && run.origin.requester.id === by.id) return null
  const { commands } = deps.files.current().governance
  const named =
    (Object.hasOwn(commands, what) ? commands[what] : undefined) ?? (what === 'stop' ? undefined : commands['takeover'])
  // Whoever may freeze may let through the one rollback that a freeze holds back.
  const lets = what === 'resume' && owesRollback(run) && (await whyFrozen(deps, run)) !== null
  const all = [...(named ?? ['owner']), ...(lets ? deps.files.current().governance.freeze.may : [])]
  const groups = [...new Set(all.flatMap((name) => (name === 'owner' ? ownersOf(deps, run) : [name])))]
  const allowed = await authority.inAny(by.id, groups, '')
  if (allowed.known && allowed.value) return null
  if (!allowed.known)
    return {
      reason: `whether you may ${words[what]} cannot be told: ${allowed.reason}`,
      fix: 'try again when the directory answers',
    }
  const names = groups.join(', ')
  const who = what === 'stop' ? `${names}, or its requester` : names
  return { reason: `you may not ${words[what]}: that takes a member of ${who}`, fix: `ask a member of ${names}` }
}

/** Only who reported it can say that it works again; for a run without an incident, who asked for it. */
async function whyNotCaller({ callerRecords }: Deps, run: Run, by: Person): Promise<Refusal | null> {
  const { incident } = run.context
  if (!incident)
    return run.origin.kind === 'chat' && run.origin.requester.id === by.id
      ? null
      : { reason: 'only who asked for this run can confirm it', fix: 'let them answer' }
  try {
    const caller = await callerRecords?.of(incident.sysId)
    if (caller?.person === by.id) return null
    const name = caller?.name ?? 'the caller'
    return {
      reason: `only ${name}, who reported it, can confirm it`,
      fix: `let them answer here or in ${incident.number}`,
    }
  } catch (error) {
    if (!isPortError(error)) throw error
    return { reason: `who reported it cannot be told: ${error.message}`, fix: 'try again in a moment' }
  }
}

/** The runbook's owner; where two runbooks fit equally well and none was chosen, the owners of both. */
function ownersOf(deps: Deps, run: Run): readonly string[] {
  if (run.runbook) return [run.runbook.owner]
  const { runbooks } = deps.files.current().catalog
  return run.candidates.flatMap(({ runbook, fits }) => (fits ? (runbooks.get(runbook)?.owner ?? []) : []))
}
