// Owns a real Prometheus and a real Alertmanager (Debian's packages) for one story: configured, started, ended (CONTRACTS §6.1).
import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { until } from '../story/runbot.ts'

export interface Monitoring {
  /** Of Prometheus. */
  readonly url: string
  /** The alerts that Alertmanager has now, whether or not it could tell anybody. */
  alerts(): Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly startsAt: string }[]>
  /** How often Alertmanager asked the webhook, and how often in vain. */
  told(): Promise<{ readonly all: number; readonly failed: number }>
  stop(): Promise<void>
}

export interface MonitoringOptions {
  /** An empty folder. */
  readonly dir: string
  readonly url: { readonly prometheus: number; readonly alertmanager: number }
  /** Sites by the name of their host; each has /metrics. */
  readonly sites: Readonly<Record<string, string>>
  readonly webhook: { readonly url: string; readonly bearer: string }
}

const START_MS = 30_000

/** More than half of what a site answered lately is an error. The same is asked for by the runbook's verification. */
export const ERROR_SHARE =
  'sum by (host) (rate(site_responses_total{host="{host}",code=~"5.."}[4s])) / sum by (host) (rate(site_responses_total{host="{host}"}[4s]))'

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
  await new Promise((resolve) => server.close(resolve))
  return port
}

export async function startMonitoring({ dir, url, sites, webhook }: MonitoringOptions): Promise<Monitoring> {
  const prometheusUrl = `http://127.0.0.1:${url.prometheus}`
  const alertmanagerUrl = `http://127.0.0.1:${url.alertmanager}`
  const file = (name: string, content: object): string => {
    // JSON is YAML.
    writeFileSync(join(dir, name), JSON.stringify(content))
    return join(dir, name)
  }
  const rule = {
    alert: 'SiteErrors',
    expr: `${ERROR_SHARE.replaceAll('host="{host}",', '').replaceAll('{host="{host}"}', '')} > 0.5`,
    for: '1s',
    labels: { severity: 'critical' },
    annotations: {
      summary: '5xx spike on {{ $labels.host }}',
      description: '{{ $value | humanizePercentage }} of the answers of {{ $labels.host }} are errors.',
    },
  }
  const rules = file('rules.yml', { groups: [{ name: 'sites', interval: '1s', rules: [rule] }] })
  const targets = Object.entries(sites).map(([host, site]) => ({ targets: [new URL(site).host], labels: { host } }))
  const prometheusFile = file('prometheus.yml', {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanagerUrl).host] }] }] },
    scrape_configs: [{ job_name: 'sites', static_configs: targets }],
  })
  const alertmanagerFile = file('alertmanager.yml', {
    route: {
      receiver: 'runbot',
      group_by: ['alertname'],
      group_wait: '1s',
      group_interval: '1s',
      repeat_interval: '4h',
    },
    receivers: [
      {
        name: 'runbot',
        webhook_configs: [
          {
            url: webhook.url,
            send_resolved: true,
            http_config: { authorization: { type: 'Bearer', credentials: webhook.bearer } },
          },
        ],
      },
    ],
  })

  const processes: Program[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((each) => each.stop()))
  }
  try {
    processes.push(
      program('prometheus-alertmanager', [
        `--config.file=${alertmanagerFile}`,
        `--storage.path=${join(dir, 'alertmanager')}`,
        `--web.listen-address=127.0.0.1:${url.alertmanager}`,
        '--cluster.listen-address=',
      ]),
      program('prometheus', [
        `--config.file=${prometheusFile}`,
        `--storage.tsdb.path=${join(dir, 'prometheus')}`,
        `--web.listen-address=127.0.0.1:${url.prometheus}`,
        // Else what fires before Prometheus has found Alertmanager is sent again a minute later.
        '--rules.alert.resend-delay=1s',
      ]),
    )
    for (const address of [alertmanagerUrl, prometheusUrl])
      await until(`${address} is ready`, () => isReady(address, processes), START_MS)
  } catch (error) {
    await stop()
    throw error
  }

  return {
    url: prometheusUrl,
    async alerts() {
      const answer = await fetch(`${alertmanagerUrl}/api/v2/alerts`)
      return (await answer.json()) as Awaited<ReturnType<Monitoring['alerts']>>
    },
    async told() {
      const text = await (await fetch(`${alertmanagerUrl}/metrics`)).text()
      const count = (name: string): number =>
        Number(new RegExp(`^${name}\\{integration="webhook"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0)
      return {
        all: count('alertmanager_notification_requests_total'),
        failed: count('alertmanager_notification_requests_failed_total'),
      }
    },
    stop,
  }
}

async function isReady(address: string, processes: readonly Program[]): Promise<boolean> {
  for (const each of processes) each.check()
  return fetch(`${address}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  )
}

interface Program {
  /** Throws with what it wrote where it has ended. */
  check(): void
  stop(): Promise<void>
}

function program(name: string, args: readonly string[]): Program {
  let output = ''
  let ended: string | undefined
  const child: ChildProcess = spawn(name, [...args, '--log.level=warn'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const gone = new Promise<void>((resolve) => {
    const over = (why: string) => {
      ended ??= why
      resolve()
    }
    child.once('exit', (code) => over(`ended with ${code}`)).once('error', ({ message }) => over(message))
  })
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-10_000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return {
    check() {
      if (ended !== undefined) throw new Error(`${name} ${ended}:\n${output}`)
    },
    async stop() {
      child.kill('SIGTERM')
      await gone
    },
  }
}
