// Owns the Microsoft 365 Agents Playground as a child process: started, ready or explained, and gone again.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'

/** A person in the Playground. The first one given sits at the screen; the others act through the client. */
export interface PlaygroundUser {
  readonly name: string
  readonly aadObjectId: string
  /** Teams' own id; `29:<aadObjectId>` unless told. */
  readonly id?: string
}

export interface PlaygroundOptions {
  /** The bot's /api/messages. */
  readonly botUrl: string
  /** Where the page is to be; another port is taken where it is not free. 56150 unless told. */
  readonly port?: number
  /** One to six people. */
  readonly users: readonly PlaygroundUser[]
  /** A directory of its own: its settings and its log are written there. */
  readonly dir: string
  readonly tenantId?: string
  readonly bot?: { readonly id: string; readonly name: string }
  readonly channel?: { readonly id: string; readonly name: string }
}

export interface Playground {
  /** The page for a browser. */
  readonly url: string
  readonly port: number
  readonly users: readonly Required<PlaygroundUser>[]
  readonly bot: { readonly id: string; readonly name: string }
  readonly tenantId: string
  /** The conversations that there are: General and one channel, a group chat, the first user's personal chat. */
  readonly places: {
    readonly general: string
    readonly channel: string
    readonly group: string
    readonly personal: string
  }
  /** Ends the process and everything that it started. */
  stop(): Promise<void>
}

/** Resolves when the page and the bot answer. Rejects with the Playground's own reason where it gives up. */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const world = worldOf(options)
  await mkdir(options.dir, { recursive: true })
  await writeFile(join(options.dir, '.m365agentsplayground.yml'), stringify(settingsOf(world)))
  const cli = createRequire(import.meta.url).resolve('@microsoft/m365agentsplayground/cli.js')
  const args = [cli, 'start', '-e', options.botUrl, '-c', 'msteams', '-p', String(options.port ?? 56_150), '--dt']
  const child = spawn(process.execPath, args, {
    cwd: options.dir,
    // A group of its own, so that all of it can be ended.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TEAMSAPPTESTER_BROWSER: 'none' },
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  const kill = () => endGroup(child)
  process.once('exit', kill)
  const stop = async () => {
    process.removeListener('exit', kill)
    const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
    kill()
    await gone
  }
  try {
    const port = await alive(child, said, options.dir, () => listening(said))
    const url = `http://localhost:${port}`
    await alive(child, said, options.dir, () => answering(url))
    return { ...world, url, port, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What `look` finds, looked for again and again while the process lives; at most 30 s. */
async function alive<T>(
  child: ChildProcess,
  said: string[],
  dir: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const until = Date.now() + 30_000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > until) {
      const log = await readFile(join(dir, 'devTools/m365agentsplayground.log'), 'utf8').catch(() => '')
      const how = child.exitCode === null ? 'did not become ready' : `exited with ${child.exitCode}`
      throw new Error(`the Agents Playground ${how}\n${tail(said.join(''))}\n${tail(log)}`)
    }
    await sleep(50)
  }
}

const tail = (text: string): string => text.trim().split('\n').slice(-15).join('\n')

/** It prints the port that it really took. An invalid setting makes it exit after that. */
const listening = async (said: string[]): Promise<number | undefined> => {
  const port = /Listening on (\d+)/.exec(said.join(''))?.[1]
  return port === undefined ? undefined : Number(port)
}

const answering = async (url: string): Promise<true | undefined> => {
  const read = (path: string) => fetch(`${url}${path}`, { signal: AbortSignal.timeout(20_000) }).catch(() => undefined)
  const pong = await read('/_debug/ping')
  if (!pong || (await pong.text()) !== 'pong') return undefined
  const config = await read('/_internal/v1/config')
  await config?.text()
  return config?.ok ? true : undefined
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}

type World = Omit<Playground, 'url' | 'port' | 'stop'> & { readonly channelName: string }

function worldOf(options: PlaygroundOptions): World {
  const count = options.users.length
  if (count < 1 || count > 6) throw new Error(`the Playground knows one to six people, not ${count}`)
  const extra = Array.from({ length: 6 - count }, (_, at) => ({
    name: `Bystander ${at + 1}`,
    aadObjectId: `00000000-0000-4000-8000-0000000000${String(at + 1).padStart(2, '0')}`,
  }))
  const users = [...options.users, ...extra].map((user: PlaygroundUser) => ({ id: `29:${user.aadObjectId}`, ...user }))
  return {
    users,
    bot: options.bot ?? { id: '28:runbot', name: 'runbot' },
    tenantId: options.tenantId ?? '11111111-1111-4111-8111-111111111111',
    channelName: options.channel?.name ?? 'Incidents',
    places: {
      general: '19:operations@thread.tacv2',
      channel: options.channel?.id ?? '19:incidents@thread.tacv2',
      group: '19:group@thread.v2',
      personal: 'a:personal',
    },
  }
}

/** Exactly five `users` besides the current one, one group chat, one team with one channel more than General. */
function settingsOf({ users, bot, tenantId, channelName, places }: World): object {
  const people = users.map(({ id, name, aadObjectId }) => {
    const [givenName = name, ...surname] = name.split(' ')
    const email = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '.')}@example.com`
    return { id, name, aadObjectId, givenName, surname: surname.join(' '), email, userPrincipleName: email }
  })
  return {
    version: '0.1.1',
    tenantId,
    bot,
    currentUser: people[0],
    users: people.slice(1),
    personalChat: { id: places.personal },
    groupChat: { id: places.group, name: 'Group chat' },
    team: {
      id: places.general,
      name: 'Operations',
      aadGroupId: '22222222-2222-4222-8222-222222222222',
      channels: [{ id: places.channel, name: channelName }],
    },
  }
}
