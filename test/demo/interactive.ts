// Owns the demo for a person: where to look and what to click, the story as it happens, and the keys.

import { relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Row } from '../sandbox/servicenow/records.ts'
import { onKey } from './keys.ts'
import { follow } from './live.ts'
import { onPageOpened } from './page.ts'
import { bindChannel, trouble } from './scene.ts'
import type { Stage } from './stage.ts'

/** The story begins without a page after this: whoever comes later finds the card in the personal chat. */
const PATIENCE_MS = 90_000
/** The page is open a moment before its stream is. */
const SETTLING_MS = 1_500

type Print = (line?: string) => void

/** Resolves with the exit code when the person has had enough. */
export async function interactive(stage: Stage, print: Print): Promise<number> {
  const { playground, world, client } = stage
  await bindChannel(stage)
  print(guide(stage))
  const incidents: Row[] = []
  const unfollow = follow(stage, () => incidents, print)
  const stopListening: (() => void)[] = []

  const breakIt = () => void incidents.push(trouble(stage))
  const begin = async () => {
    if (incidents.length > 0) return
    breakIt()
    print(`  ${world.site.name} is broken, and Omar Reyes has reported it as ${incidents[0]?.['number']}.`)
    print('  Its card comes into the channel Incidents: read it and click Approve (or Reject).\n')
  }
  /** A page that comes late has missed the card; Maya asks for it in her personal chat, which the page opens with. */
  const showAgain = async () => {
    const number = incidents.at(-1)?.['number']
    const isPosted = client.messages().some(({ card }) => JSON.stringify(card ?? '').includes(number ?? '-'))
    if (number === undefined || !isPosted) return
    await client.say(`status ${number}`, { in: playground.places.personal })
    print('  The page was loaded anew and has forgotten the channel: the card is in your Personal Chat now.')
  }
  const pageOpened = async () => {
    await sleep(SETTLING_MS)
    await (incidents.length === 0 ? begin() : showAgain())
  }

  stopListening.push(onPageOpened(playground, () => void pageOpened()))
  const impatient = setTimeout(() => void begin(), PATIENCE_MS)
  stopListening.push(() => clearTimeout(impatient))
  try {
    await new Promise<void>((resolve) => {
      stopListening.push(
        onKey((key) => {
          if (key === 'q' || key === '\u0003') resolve()
          else if (key === 'b' && incidents.length > 0) breakIt()
          else if (key === 'b' || key === '\r') void begin()
        }),
      )
    })
  } finally {
    unfollow()
    for (const stop of stopListening) stop()
  }
  print('\n  Ending …')
  return 0
}

const guide = ({ playground, world, store, runbot }: Stage): string => `
  1  Open       ${playground.url}
                You are Maya Lind, who may approve. The story begins when the page is open.
  2  Choose     the channel "Incidents" of the team Operations, on the left
  3  Click      Approve on the card, and watch the thread, the card and this terminal

  The web site  ${world.site.url}   (runbot: ${runbot.url})
  The proof     RUNBOT_STORE=sqlite:${relative(process.cwd(), store)} npm run audit -- verify

  b  breaks the site again: within 30 minutes of a restart the anti-flap limit says no
  q  or Ctrl-C ends the demo
`
