// Owns how items, builds and jobs look in Jenkins' JSON. CONTRACTS 3
import type { Build, Job, ParameterDefinition, ParameterValue, QueueItem } from './model.ts'

const root = 'http://jenkins.internal:8080'

export const pathOf = (job: Job): string =>
  job.name
    .split('/')
    .map((name) => `/job/${encodeURIComponent(name)}`)
    .join('')

/** Password parameters expose no value. Actions of other kinds are empty objects. */
const actionsOf = (parameters: ParameterValue[]) => [
  {},
  {
    _class: 'hudson.model.ParametersAction',
    parameters: parameters.map(({ name, value, hidden }) => (hidden ? { name } : { name, value })),
  },
]

export const itemView = (item: QueueItem) => {
  const { id, job, parameters, why, cancelled, build } = item
  const shared = { id, why, task: { name: job.name, url: `${root}${pathOf(job)}/` }, actions: actionsOf(parameters) }
  if (item.state === 'waiting') return { _class: 'hudson.model.Queue$WaitingItem', ...shared }
  const executable = build && { number: build.number, url: `${root}${pathOf(job)}/${build.number}/` }
  return { _class: 'hudson.model.Queue$LeftItem', ...shared, cancelled, executable }
}

export const buildView = ({ number, queueId, timestamp, building, inProgress, result, parameters }: Build) => ({
  _class: 'hudson.model.FreeStyleBuild',
  number,
  queueId,
  timestamp,
  building,
  inProgress,
  result,
  actions: actionsOf(parameters),
})

/** `builds` holds at most 100; `{from,to}` of the tree is honoured. */
export const jobView = (job: Job, tree: string, definitions: ParameterDefinition[]) => {
  const [, list = '', from = 0, to = 100] = /(builds|allBuilds)\[.*\]\{(\d+),(\d+)\}$/.exec(tree) ?? []
  if (list !== '') {
    const held = list === 'builds' ? job.builds.slice(0, 100) : job.builds
    return { _class: 'hudson.model.FreeStyleProject', [list]: held.slice(Number(from), Number(to)).map(buildView) }
  }
  const parameterDefinitions = definitions.map(({ name, type = 'StringParameterDefinition', choices }) => ({
    name,
    type,
    ...(choices ? { choices } : {}),
  }))
  const { nextBuildNumber } = job
  return { _class: 'hudson.model.FreeStyleProject', property: [{}, { parameterDefinitions }], nextBuildNumber }
}
