// Owns the last act: the proof that an auditor asks for, and a tidy end.
import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { audit } from '../../../src/cli/audit.ts'
import { OPS_TOKEN } from '../../sandbox/ops-api.ts'
import { CREDENTIALS } from '../../sandbox/servicenow.ts'
import { OPS_CALLBACK_SECRET, SERVICENOW_WEBHOOK_SECRET } from '../../sandbox/world.ts'
import type { Memory } from '../scene.ts'
import type { Stage } from '../stage.ts'
import { type Act, expect, NotSo } from '../timeline.ts'
import { buttonOf, shortened } from './looking.ts'

interface Entry {
  readonly hash: string
  readonly event: { readonly [field: string]: unknown }
}

export function proof(stage: Stage, memory: Memory): readonly Act[] {
  const { world, runbot, store } = stage
  const run = () => String(buttonOf(memory.card, 'approve')['run'])
  const runLog = async () =>
    (await audited(store, 'export', '--run', run())).lines.map((line) => JSON.parse(line) as Entry)

  const act: Act = {
    title: 'It can be proven, and it ends in order',
    claims: [
      {
        text: 'the run log names who approved which plan, before the request left',
        async check() {
          const events = (await runLog()).map(({ event }) => event)
          const [yes, sent] = ['approved', 'actionStarted'].map((type) =>
            events.findIndex((each) => each['type'] === type),
          )
          const approved = events[yes ?? -1] ?? {}
          expect('who', (approved['by'] as { id?: string } | undefined)?.id, world.people.approver.aadObjectId)
          expect('plan', approved['plan'], buttonOf(memory.card, 'approve')['plan'])
          expect('key', events[sent ?? -1]?.['key'], world.ops.effectsOf('recycle-pool')[0]?.clientRunId)
          expect('approved before it was sent', (yes ?? 0) < (sent ?? 0), true)
          return `entries ${(yes ?? 0) + 1} and ${(sent ?? 0) + 1} of ${events.length}`
        },
      },
      {
        text: 'there is one run, and its log is whole: npm run audit -- verify',
        async check() {
          const { code, lines } = await audited(store, 'verify')
          expect(`exit code (${lines.join('; ')})`, code, 0)
          expect('chains', /\d+ chains/.exec(lines.at(-1) ?? '')?.[0], '2 chains')
          return lines.at(-1)
        },
      },
      {
        text: 'the closing work note anchors its head',
        async check() {
          const last = world.servicenow.notes(memory.incident.sys_id ?? '').at(-1) ?? ''
          const [, head, count] = /Audit chain head: ([0-9a-f]{64}) \((\d+) entries\)/.exec(last) ?? []
          if (!head) throw new NotSo(`expected a head in the closing note, seen ${last}`)
          return shortened(expect('head', head, (await runLog())[Number(count) - 1]?.hash), 12)
        },
      },
      {
        text: 'one changed word in a copy of it is found',
        async check() {
          const { code, lines } = await audited(tampered(store, run()), 'verify')
          expect('exit code', code, 1)
          return lines.find((line) => line.includes('changed'))
        },
      },
      {
        text: "runbot's own log holds none of its secrets",
        async check() {
          const secrets = [
            OPS_TOKEN,
            CREDENTIALS.clients[0]?.secret ?? '',
            SERVICENOW_WEBHOOK_SECRET.slice(6),
            OPS_CALLBACK_SECRET.slice(6),
          ]
          expect('secrets in it', secrets.filter((secret) => runbot.log().includes(secret)).length, 0)
          return `${runbot.log().split('\n').length - 1} lines`
        },
      },
      {
        text: 'runbot ends when it is asked to',
        withinMs: 0,
        check: async () => `exit code ${expect('exit code', await stage.stop(), 0)}`,
      },
    ],
  }
  return [act]
}

/** `npm run audit` with these arguments, on this store. */
async function audited(store: string, ...args: string[]): Promise<{ code: number; lines: readonly string[] }> {
  const lines: string[] = []
  const collect = (line: string) => void lines.push(line)
  return { code: await audit(args, { RUNBOT_STORE: `sqlite:${store}` }, { out: collect, err: collect }), lines }
}

/** A copy of the store in which somebody else approved. */
function tampered(store: string, run: string): string {
  const copy = `${store}.copy`
  rmSync(copy, { force: true })
  const original = new DatabaseSync(store, { readOnly: true })
  original.prepare('VACUUM INTO ?').run(copy)
  original.close()
  const edited = new DatabaseSync(copy)
  edited.prepare(`UPDATE entries SET event = replace(event, 'Maya Lind', 'Mara Lind') WHERE chain = ?`).run(run)
  edited.close()
  return copy
}
