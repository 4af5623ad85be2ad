// Owns the container image: pinned, without root, and whole: what it would hold starts, answers and leaves.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { copiedBy, layOut, stagesOf } from './image.ts'

/** A form that each connector's secret may have, a webhook's too. */
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

const stages = stagesOf(readFileSync('Dockerfile', 'utf8'))
const last = stages.at(-1) ?? assert.fail('the Dockerfile has no stage')
const instruction = (does: string): string =>
  last.instructions.findLast((each) => each.does === does)?.rest ?? assert.fail(`no ${does}`)

describe('the Dockerfile', () => {
  it('builds on images that are pinned by a tag, never by "latest"', () => {
    assert.equal(stages.length, 2)
    for (const { from } of stages) assert.match(from, /^[\w./-]+:(?!latest)[\w.-]+$/)
  })

  it('fetches packages with a Node that package.json allows', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } }
    const least = /(\d+)\.(\d+)/.exec(engines.node)?.slice(1).map(Number) ?? []
    const [major = 0, minor = 0] =
      /node:(\d+)\.(\d+)/
        .exec(stages[0]?.from ?? '')
        ?.slice(1)
        .map(Number) ?? []
    assert.ok(major === least[0] && minor >= (least[1] ?? 0))
    assert.match(last.from, new RegExp(`nodejs${least[0]}-`))
  })

  it('runs nothing but npm ci, without developers’ tools and without scripts of packages', () => {
    const runs = stages.flatMap(({ instructions }) => instructions.filter(({ does }) => does === 'RUN'))
    assert.deepEqual(
      runs.map(({ rest }) => rest.split(' && ')[0]),
      ['npm ci --omit=dev --ignore-scripts --no-audit --no-fund'],
    )
  })

  it('ends as a user that is not root and has a number, as Kubernetes asks for', () => {
    const user = instruction('USER')
    assert.match(user, /^[1-9]\d*:[1-9]\d*$/)
  })

  it('copies only what exists, and what .dockerignore lets in', () => {
    const copied = stages.flatMap(copiedBy)
    for (const path of copied) assert.ok(existsSync(path), path)
    const [first, ...allowed] = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    assert.equal(first, '*')
    assert.deepEqual([...new Set(copied)].toSorted(), allowed.map((line) => line.replace(/^!/, '')).toSorted())
  })

  it('holds neither tests nor runbooks: both are of somebody else', () => {
    const copied = copiedBy(last)
    assert.deepEqual(
      copied.filter((path) => /^(test|runbooks|bench|\.env)/.test(path)),
      [],
    )
  })

  it('copies every folder beside src that src reads', () => {
    const beside = globSync('src/**/*.ts').flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/new URL\('((?:\.\.\/)+[\w-]+)[^']*', import\.meta\.url\)/g)].map(
        ([, to = '']) => normalize(join(dirname(path), to)).replaceAll('\\', '/'),
      ),
    )
    // The packer of the Teams app works in a checkout: what it packs is no part of the running bot.
    const needed = [...new Set(beside)].filter((path) => !path.startsWith('src') && path !== 'appPackage')
    assert.ok(needed.includes('cards'))
    assert.deepEqual(
      needed.filter((path) => !copiedBy(last).includes(path)),
      [],
    )
  })
})

describe('the Dockerfile for a team', () => {
  const own = stagesOf(readFileSync('infra/image/Dockerfile', 'utf8'))

  it('adds runbooks to runbot, after they were checked and played', () => {
    assert.deepEqual(
      own.map(({ from }) => from),
      ['${RUNBOT}', '${RUNBOT}'],
    )
    const runs = own[0]?.instructions
      .filter(({ does }) => does === 'RUN')
      .map(({ rest }) => JSON.parse(rest) as string[])
    assert.deepEqual(
      runs?.map((words) => words.at(-1)),
      ['check', 'test'],
    )
    for (const words of runs ?? []) assert.ok(existsSync(words[1] ?? ''), words[1])
    assert.match(own[1]?.instructions.at(-1)?.rest ?? '', /--from=checked \/app\/runbooks /)
  })
})

describe('what the image holds', () => {
  let dir: string
  const started: ChildProcess[] = []
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'runbot-image-'))
    layOut(last, join(dir, 'app'))
    mkdirSync(join(dir, 'data'))
  })
  after(() => {
    for (const child of started) child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })

  /** As the image would start it: its own packages alone, and a file system of which only /data can be written. */
  const start = (env: NodeJS.ProcessEnv, ...args: readonly string[]) => {
    const rights = ['--permission', '--allow-fs-read=*', `--allow-fs-write=${join(dir, 'data')}`, '--allow-worker']
    const child = spawn(process.execPath, ['--preserve-symlinks', '--preserve-symlinks-main', ...rights, ...args], {
      cwd: join(dir, 'app'),
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    started.push(child)
    const lines: string[] = []
    const listening = new Promise<number | undefined>((found) => {
      const hear = (line: string) => {
        lines.push(line)
        const [, port] = /"port":(\d+).*runbot listens on/.exec(line) ?? []
        if (port !== undefined) found(Number(port))
      }
      createInterface(child.stdout).on('line', hear)
      createInterface(child.stderr).on('line', hear)
      child.on('close', () => found(undefined))
    })
    return { child, lines, listening }
  }

  for (const cli of globSync('src/cli/*.ts').filter((path) =>
    /^(#!.*\n)?[\s\S]*process\.(exitCode|exit)/.test(readFileSync(path, 'utf8')),
  ))
    it(`has every package that ${cli} imports`, async () => {
      const { child, lines } = start({}, cli, '--nonsense')
      await once(child, 'close')
      assert.doesNotMatch(lines.join('\n'), /ERR_MODULE_NOT_FOUND|ERR_ACCESS_DENIED/)
    })

  it('has no package of a developer', async () => {
    const script = "import('fast-check').then(() => console.log('found'), (error) => console.log(error.code))"
    const { child, lines } = start({}, '--input-type=module', '--eval', script)
    await once(child, 'close')
    assert.ok(lines.includes('ERR_MODULE_NOT_FOUND'), lines.join('\n'))
  })

  it('starts, writes only its data, answers that it is ready, and leaves when it is asked to', async () => {
    const inData = join(dir, 'data', 'runbot.db')
    const runbooks = resolve('runbooks')
    const connectors = readFileSync(join(runbooks, 'connectors.yaml'), 'utf8').replace(/^ *#.*$/gm, '')
    const asked = [...connectors.matchAll(/\$\{env:(\w+)\}/g)].map(([, name = '']) => name)
    const { child, lines, listening } = start(
      {
        ...Object.fromEntries(asked.map((name) => [name, name.endsWith('_URL') ? 'https://ops.example.com' : secret])),
        HOST: '127.0.0.1',
        PORT: '0',
        BOT_AUTH: 'none',
        RUNBOOKS_DIR: runbooks,
        RUNBOT_STORE: `sqlite:${inData}`,
      },
      'src/main.ts',
    )
    const port = await listening
    assert.ok(port !== undefined, lines.join('\n'))
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
    assert.equal(answer.status, 200, await answer.text())
    assert.ok(existsSync(inData))
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    assert.equal(code, 0)
  })

  it('does not start without runbooks, and says so', async () => {
    const { child, lines } = start({ HOST: '127.0.0.1', PORT: '0', BOT_AUTH: 'none' }, 'src/main.ts')
    const [code] = await once(child, 'close')
    assert.equal(code, 1)
    assert.match(lines.join('\n'), /^runbot cannot start:\n(?:.*\n)*?  governance\.yaml:1:1 there is no such file/m)
  })
})
