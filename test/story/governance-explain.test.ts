// Owns the proof that explain says why a run is what it is and who may do what now, and shows the rules on one page (P12).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { click } from './governance.ts'
import { stage } from './story.ts'

const { approver, changeManager, outsider, secondApprover, vip } = PEOPLE

describe('story: explain', () => {
  const story = stage({ count: 1 })
  const explain = async (subject: string) => (await story.say(outsider, `explain ${subject}`)).text

  it('tells evidence, candidates, guardrails, rule, answers, and who may now, for a run or its incident (P12)', async () => {
    const { number } = story.raise({ fields: { caller_id: vip.sysId } })
    const shown = await story.asked(number)
    const text = await explain(shown.run)
    assert.match(text, /\*\*Evidence\*\*\n\n✅ ops\.diagnostics of web-01: .*sha256 [0-9a-f]{12}/)
    assert.match(text, /\*\*Runbooks weighed\*\*\n\n▶️ restart-iis: .*elevated-error-rate/)
    assert.match(text, /\*\*Guardrails in prod \(production\), autonomy auto\*\*/)
    assert.match(text, /🔔 VIP: /)
    assert.match(text, /✅ freeze: nothing is frozen in prod/)
    assert.match(text, /\*\*Rule\*\*\n\n\*\*.*two-approvers.*\*\*: 1 of web-platform or small-team/)
    assert.match(text, new RegExp(`for plan ${String(shown.data['plan']).slice(0, 12)} alone`))
    assert.match(text, /\*\*Now\*\*\n\nApprove or reject: .*change-managers.* \(.*Maya Lind.*\), until \d\d:\d\d UTC/)
    assert.match(text, /Ines Duarte/)
    assert.doesNotMatch(text, /0a2b0000-/)
    assert.match(text, /Missing: .*1 of change-managers/)
    assert.doesNotMatch(text, /\*\*Answers\*\*/)
    assert.equal(await explain(number), text)

    await click(story, shown, { as: approver, inputs: { note: 'go' } })
    const later = await explain(shown.run)
    assert.match(later, /\*\*Answers\*\*\n\nMaya Lind approved as web-platform, small-team|Maya Lind approved as owner/)
    await story.say(changeManager, 'freeze because "audit"')
    assert.match(await explain(shown.run), /🧊 everything is frozen by Ines Duarte: audit: approvals are refused/)
    await click(story, shown, { as: secondApprover, verb: 'reject', inputs: { note: 'not tonight' } })
    const { reason } = await story.ended(shown.run)
    assert.match(reason, /not tonight/)
    const ended = await explain(shown.run)
    assert.match(ended, /Jonas Weber rejected it: not tonight/)
    assert.doesNotMatch(ended, /Approve or reject/)
  })

  it('shows the rules on one page, with who may do what (P12)', async () => {
    const text = await explain('')
    for (const words of [/prod/, /two-approvers/, /restart-iis/, /patch-night/, /sre-on-call/, /change-managers/])
      assert.match(text, words)
    assert.doesNotMatch(text, /routingKey|bearer/)
  })

  it('says so where there is no such run (P12)', async () => {
    assert.match(await explain('R0000000000'), /There is no run R0000000000 here/)
  })
})
