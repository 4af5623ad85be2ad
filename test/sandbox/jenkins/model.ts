// Owns the words of the sandbox Jenkins: jobs, queue items, builds and what a build really did. CONTRACTS 3

export type ParameterDefinition = {
  name: string
  type?:
    | 'StringParameterDefinition'
    | 'BooleanParameterDefinition'
    | 'ChoiceParameterDefinition'
    | 'PasswordParameterDefinition'
  choices?: string[]
  default?: string
  /** A string parameter that is trimmed. */
  trim?: boolean
}

export type BuildResult = 'SUCCESS' | 'UNSTABLE' | 'FAILURE' | 'NOT_BUILT' | 'ABORTED' | (string & {})

/** `result` and `log` are what its builds end with; SUCCESS and nothing unless told. */
export type JobOptions = {
  parameters: ParameterDefinition[]
  disabled?: boolean
  result?: BuildResult
  log?: string
}

/** `keep`: how many builds its "Discard old builds" leaves; all unless told. */
export type Job = JobOptions & { name: string; builds: Build[]; nextBuildNumber: number; keep?: number }

export type ParameterValue = { name: string; value: string | boolean; hidden: boolean }

export type QueueItem = {
  id: number
  job: Job
  parameters: ParameterValue[]
  state: 'waiting' | 'left'
  cancelled: boolean
  /** Null for a moment on an item that left; CONTRACTS 3. */
  build: Build | null
  why: string | null
}

export type Build = {
  number: number
  queueId: number
  timestamp: number
  job: Job
  parameters: ParameterValue[]
  building: boolean
  inProgress: boolean
  result: BuildResult | null
  log: string
}

export type JenkinsEffect = { job: string; number: number; parameters: Record<string, string> }

export const valuesOf = (parameters: ParameterValue[]): Record<string, string> =>
  Object.fromEntries(parameters.map(({ name, value }) => [name, String(value)]))
