// Owns the world of the awx tests: a template, a request for it, and the sandbox AWX behind them.
import type { Json, JsonObject } from '../../../src/core/values.ts'
import type { SystemSettings } from '../../../src/ports/catalog.ts'
import { followed, launchOf } from '../../contracts/endpoint.suite.ts'
import { type Template, templateOf } from '../../sandbox/awx/templates.ts'
import { AWX_TOKEN, type AwxOptions, startAwx } from '../../sandbox/awx.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { endpointOf, requestOf, settingsOf } from './settings.ts'

/** The request that starts something. */
export const launchPost = requestTo('POST', /\/launch\/$/)

/** A play that goes on until it is cancelled. */
export const until: Template['play'] = (_variables, { sleep }) => sleep(60_000).then(() => ({ status: 'successful' }))

export async function makeWorld(
  fields: Partial<Template> = {},
  {
    detail = {},
    settings: more = {},
    given = { pool: 'DefaultAppPool' },
    ...options
  }: Partial<AwxOptions> & { detail?: JsonObject; settings?: Partial<SystemSettings>; given?: Json } = {},
) {
  const template = templateOf({ id: 7, name: 'Recycle app pool', ...fields })
  const api = await startAwx({ templates: [template], ...options })
  const settings = settingsOf({ kind: 'awx', name: 'awx', url: api.url, auth: { bearer: AWX_TOKEN }, ...more })
  const workflow = template.kind === 'workflow_job_templates' ? { workflow: true } : {}
  const planned = { template: 'Recycle app pool++Default', limit: '${target}', ...workflow, ...detail }
  const request = requestOf(settings, { detail: planned, with: given })
  const endpoint = endpointOf(settings, request)
  const launched = async (key = 'key-1') => endpoint.launch(launchOf(request, { key }))
  const ended = async () => followed(endpoint, request, await launched())
  const started = async () => {
    await api.idle()
    return api.effects.length
  }
  /** What the template prompts for changes between the question and the launch. */
  const unprompt = (asks: Template['asks']) =>
    void api.faults.add({
      fault: { slow: 0 },
      match: (call) => {
        if (launchPost(call)) template.asks = asks
        return false
      },
    })
  return { api, template, unprompt, settings, request, endpoint, launched, ended, started }
}
export type World = Awaited<ReturnType<typeof makeWorld>>
