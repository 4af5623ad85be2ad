// Owns the part of the governance page on the taxonomy: which incident is of which class, and what follows from that.
import type { Governance, IncidentClass } from '../../core/governance.ts'
import { listed, type Section, said } from './page.ts'

/** The classes in the order in which they are asked, and what becomes of an incident that fits none. */
export function taxonomySection({ classes, unclassified }: Pick<Governance, 'classes' | 'unclassified'>): Section {
  const all = Object.entries(classes)
  const others = unclassified
    ? [
        'What fits no class is looked at and handed to people; nothing is guessed.',
        ...(unclassified.escalate === undefined ? [] : [`Then ${unclassified.escalate} is called.`]),
      ]
    : ['What fits no class goes to whichever runbook fits it; else it is recorded and declined.']
  return {
    title: 'Kinds of incidents',
    blocks: [
      ...(all.length > 0 ? [said('The first class whose condition holds counts.')] : []),
      ...listed(all.map(([name, each]) => ({ name, text: classWords(each) }))),
      said(...others),
    ],
  }
}

/** Sentences with semicolons between them, so that each is translated for itself. */
function classWords({ title, when, runbooks, evidence, stop = [], escalate }: IncidentClass): string {
  return [
    when ? `${title}, where ${when.source}` : `${title}, which no incident is by itself`,
    ...(runbooks ? [`may propose ${runbooks.length > 0 ? runbooks.join(', ') : 'nothing'}`] : []),
    ...(evidence.length > 0 ? [`looks at ${evidence.join(', ')} first`] : []),
    ...stop.map((each) => `proposes nothing where ${each.when.source} (${each.because})`),
    ...(escalate === undefined ? [] : [`calls ${escalate}`]),
  ].join('; ')
}
