// Owns the proof that everybody reads runbot in the language of their client, and that what is recorded stays English.
import assert from 'node:assert/strict'
import { answerOf, stage } from './story.ts'

const speaking = (locale: string) => (activity: Record<string, unknown>) => ({ ...activity, locale })

describe('story: people of several languages', () => {
  const story = stage({ count: 2 })

  const typed = async (text: string, locale: string): Promise<string> => {
    const { teams, people } = story.world
    const { conversationId } = await teams.say({ as: people.approver, text, tamper: speaking(locale) })
    return (teams.thread(conversationId)?.messages.at(-1)?.text ?? '').replaceAll('\\', '')
  }

  it('answers a command in the language of the client, and in English where runbot does not speak it', async () => {
    assert.match(await typed('freeze', 'de-AT'), /^Eine Sperre braucht ihren Grund\. Schreiben Sie `freeze \[scope\]/)
    assert.match(await typed('freeze', 'es-MX'), /^Una congelación necesita su motivo\. Escriba `freeze \[scope\]/)
    assert.match(await typed('freeze', 'fr-FR'), /^A freeze needs its reason\. Write `freeze \[scope\]/)
    assert.match(await typed('status R0000000000', 'de-DE'), /Es gibt hier keinen Lauf R0000000000[\s\S]*Status listet/)
  })

  it('shows each viewer the card in their language, while the shared card, the log and ServiceNow stay English', async () => {
    const { number } = story.raise()
    const { message, run, data } = await story.asked(number)
    const { teams, people } = story.world
    const look = (locale: string) =>
      teams.click({ as: people.approver, message: message.id, verb: 'refresh', data, tamper: speaking(locale) })
    assert.match(answerOf(await look('de')), /Freigabe nötig/)
    assert.match(answerOf(await look('es')), /Falta aprobación/)
    assert.match(answerOf(await look('en')), /Approval needed/)
    assert.match(JSON.stringify(story.cardOf(run)?.card), /Approval needed/)

    const refused = await teams.click({
      as: people.approver,
      message: message.id,
      verb: 'approve',
      data: { ...data, plan: 'f'.repeat(64) },
      tamper: speaking('de'),
    })
    assert.match(answerOf(refused), /^Nicht ausgeführt: der Plan hat sich geändert.* Was hilft: sehen Sie/)
    const entry = (await story.log(run)).findLast(({ type }) => type === 'clickRefused')
    assert.equal(entry?.type === 'clickRefused' && entry.reason, 'the plan has changed since this card was drawn')

    const approved = await teams.click({
      as: people.approver,
      message: message.id,
      verb: 'approve',
      data,
      tamper: speaking('de'),
    })
    assert.match(answerOf(approved), /Freigegeben|Läuft|Wird verifiziert|Erfolgreich/)
    assert.equal((await story.ended(run)).status, 'succeeded')
    for (const told of [JSON.stringify(await story.log(run)), ...story.notes(number), ...story.thread(run)])
      assert.doesNotMatch(told, /Freigabe|Lauf |nicht/)
  })
})
