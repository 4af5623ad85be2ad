// Owns the keys of the interactive demo: single ones on a terminal, lines where the input is a pipe.

/** Calls back with each key in lower case (`\r` for Enter, `\u0003` for Ctrl-C). The returned function ends it. */
export function onKey(pressed: (key: string) => void, input: NodeJS.ReadStream = process.stdin): () => void {
  const terminal = input.isTTY
  const heard = (chunk: Buffer) => {
    for (const key of chunk.toString().toLowerCase()) if (terminal || key.trim() !== '') pressed(key)
  }
  if (terminal) input.setRawMode(true)
  input.on('data', heard)
  return () => {
    input.off('data', heard)
    if (terminal) input.setRawMode(false)
    input.pause()
  }
}
