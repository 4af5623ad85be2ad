// Owns the proof that `inbound` of connectors.yaml is read with its secrets, and that a door which stays closed is named.
import assert from 'node:assert/strict'
import { CONNECTORS, changed, testFolder } from './folder.ts'

const env = { OPS_TOKEN: 'token-that-is-secret', AM_TOKEN: 'am-token-1 am-token-2', PD_SECRET: 'pd-secret' }

const load = (inbound: string) => {
  const folder = testFolder({ 'connectors.yaml': changed(CONNECTORS, 'systems:\n', `inbound:\n${inbound}systems:\n`) })
  const loaded = folder.load({ env })
  folder.remove()
  assert.ok(loaded.ok, loaded.ok ? '' : JSON.stringify(loaded.problems))
  return loaded.content
}
const warnings = (inbound: string) =>
  load(inbound).warnings.flatMap((each) => (each as { message: string }).message.match(/.*(?:door|hmac).*/) ?? [])

describe('inbound in connectors.yaml', () => {
  const all = `  events: { ci: [service] }
  alertmanager: { bearer: "\${env:AM_TOKEN}", symptom: [alertname, job] }
  pagerduty: { secrets: ["\${env:PD_SECRET}"] }
`

  it('has its secrets filled in, and who reads which labels', () => {
    assert.deepEqual(load(all).inbound, {
      events: { ci: ['service'] },
      alertmanager: { bearer: 'am-token-1 am-token-2', symptom: ['alertname', 'job'] },
      pagerduty: { secrets: ['pd-secret'] },
    })
    assert.deepEqual(warnings(all), [])
  })

  it('gives each of several tokens to whoever keeps secrets out of the log', () => {
    const { secrets } = load(all)
    for (const secret of ['am-token-1', 'am-token-2', 'pd-secret']) assert.ok(secrets.includes(secret), secret)
  })

  it('warns of a sender whose door stays closed, and of a header that nothing is signed for', () => {
    assert.deepEqual(
      warnings('  alertmanager: {}\n  azure-monitor: { ci: [Computer] }\n  grafana: { bearer: x, header: X }\n'),
      [
        'the door for alertmanager stays closed: expected bearer or basic',
        'the door for azure-monitor stays closed: expected token or entra',
        '"header" means nothing without hmac',
      ],
    )
  })
})
