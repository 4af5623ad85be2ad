// Owns what a person can say in chat, as data: each command with its arguments, before anyone looks at authority.

export type ChatCommand =
  | { readonly do: 'help' }
  | { readonly do: 'runbooks'; readonly words: readonly string[] }
  | {
      /** `plan` is the dry run of `run`; `subject` may be a runbook or an incident number. */
      readonly do: 'plan' | 'run'
      readonly subject: string
      readonly targets: readonly string[]
      readonly parameters: { readonly [name: string]: string }
      readonly incident: string | null
      readonly because: string
    }
  | { readonly do: 'status' | 'explain'; readonly subject: string | null }
  | {
      readonly do: 'stop' | 'rollback' | 'takeover' | 'resume' | 'audit' | 'breakglass'
      readonly run: string
      readonly because: string
    }
  /** null: everything that failed, or the one thing that is unknown. */
  | { readonly do: 'retry'; readonly run: string; readonly target: string | null; readonly because: string }
  | {
      readonly do: 'settle'
      readonly run: string
      readonly happened: boolean
      readonly target: string | null
      readonly because: string
    }
  | { readonly do: 'confirm'; readonly run: string; readonly works: boolean; readonly because: string }
  /** The signature under a standing exception, given or taken back. */
  | { readonly do: 'sign' | 'unsign'; readonly exception: string }
  | { readonly do: 'freeze' | 'unfreeze'; readonly scope: string | null; readonly because: string }
  | {
      readonly do: 'autonomy'
      /** `default` takes back what was set in chat. */
      readonly level: 'shadow' | 'advise' | 'approve' | 'auto' | 'default'
      readonly runbook: string | null
      readonly environment: string | null
      /** Raising it takes a reason. */
      readonly because: string
    }
  | { readonly do: 'watch' | 'unwatch'; readonly subject: string | null }
  | { readonly do: 'report'; readonly period: string | null }
  /** What helped with an incident, or that a recorded run would have been right or wrong, as a person says it. */
  | {
      readonly do: 'learn'
      /** An incident's number, or a run. */
      readonly subject: string
      readonly runbook: string | null
      /** null: nothing is said of it. */
      readonly helped: boolean | null
      /** What was said before is taken back. */
      readonly forget?: true
      readonly because: string
    }
  /** Further members of a storm are counted and not told; null: as long as governance allows. */
  | { readonly do: 'suppress'; readonly run: string; readonly forMs: number | null; readonly because: string }
  | { readonly do: 'whoami' }

/** The commands of these names. */
export type CommandOf<N extends ChatCommand['do']> = ChatCommand & { readonly do: N }

/** A command, or why the text is none and what would be (P12). */
export type Parsed =
  | { readonly ok: true; readonly command: ChatCommand }
  | { readonly ok: false; readonly reason: string; readonly suggestion: string | null }
