// Owns an incident for which nothing is proposed: what is looked at, whom it is handed to, and why.
import { classEvidence } from './class-evidence.ts'
import { classStop } from './classify.ts'
import type { Governance } from './governance.ts'
import type { Fact, IncidentContext } from './incident.ts'
import type { Draft } from './plan.ts'
import type { Catalog } from './runbook.ts'
import { own } from './values.ts'

/** A run without a runbook: it looks, tells people, and ends as needing one of them. */
export interface Gather {
  readonly reason: string
  /** The group that is called; null: nobody is named. */
  readonly escalate: string | null
  readonly evidence: Draft['evidence']
  /** What people confirmed to have helped with incidents such as this one; absent: nobody asked. */
  readonly remembered?: Fact<readonly Remembered[]>
}

export type Remembered = {
  /** A runbook, or what people did in their own words. */
  readonly how: string
  readonly worked: number
  readonly failed: number
  /** Numbers, the newest first. */
  readonly incidents: readonly string[]
}

type Rules = Pick<Governance, 'classes' | 'unclassified'>

/**
 * What becomes of a classified incident before any runbook is asked: null where runbooks may be weighed for it. A stop
 * condition of its class is for people in any case; what fits no class is only where governance asks for hand-overs.
 */
export function gatherFirst(
  context: IncidentContext,
  governance: Rules,
  catalog: Pick<Catalog, 'operations'>,
): Gather | null {
  const stopped = classStop(context, governance)
  if (stopped) return gatherFor(context, governance, catalog, `${stopped.reason}; handed over, nothing is proposed`)
  if (context.class !== null || !governance.unclassified) return null
  const why = context.taxonomy?.why ?? 'it fits no class of the taxonomy'
  return gatherFor(context, governance, catalog, `${why}; handed over, nothing guessed`)
}

/**
 * The same where no runbook fits an incident whose class names whom to call; null: nobody asked for a hand-over, so it
 * is declined as it always was. A class of which a runbook waits for the third incident names nobody.
 */
export function gatherUnfit(
  context: IncidentContext,
  governance: Rules,
  catalog: Pick<Catalog, 'operations'>,
): Gather | null {
  const declared = typeof context.class === 'string' ? own(governance.classes, context.class) : undefined
  if (!governance.unclassified || declared?.escalate === undefined) return null
  const reason = `no runbook fits this incident of class ${context.class}; handed over, nothing guessed`
  return gatherFor(context, governance, catalog, reason)
}

function gatherFor(
  context: IncidentContext,
  { classes, unclassified }: Rules,
  catalog: Pick<Catalog, 'operations'>,
  reason: string,
): Gather {
  const declared = typeof context.class === 'string' ? own(classes, context.class) : undefined
  return {
    reason,
    escalate: declared?.escalate ?? unclassified?.escalate ?? null,
    evidence: classEvidence((declared ?? unclassified)?.evidence ?? [], context.ci, catalog),
  }
}
