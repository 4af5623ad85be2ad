// Owns noticing that a browser opens the Playground: its page shows only what arrives while it is open.
import type { Playground } from '../playground/playground.ts'

/**
 * Calls back each time the page is opened or loaded anew: it then tells the bot that it is installed in the personal
 * chat, which stands in the Playground's log. The returned function ends it.
 */
export function onPageOpened({ url, places }: Playground, opened: () => void): () => void {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/_ws/log/stream`)
  socket.addEventListener('message', ({ data }) => {
    const { log } = JSON.parse(String(data)) as { log?: { activityName?: string; conversationId?: string } }
    if (log?.activityName === 'installationUpdate' && log.conversationId === places.personal) opened()
  })
  return () => socket.close()
}
