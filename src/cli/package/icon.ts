// Owns the check of an icon: a whole PNG of the right size (PNG specification, third edition, §5.2 and §11.2.2).

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const END = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82])
const HEADER_END = 33

/** What is wrong with it, as the end of a sentence; undefined for a PNG of `side` by `side` pixels. */
export function iconProblem(file: Buffer, side: number): string | undefined {
  const isPng = file.subarray(0, 8).equals(SIGNATURE) && file.subarray(12, 16).toString('latin1') === 'IHDR'
  if (!isPng || file.length < HEADER_END) return 'is no PNG: save it as one'
  if (!file.subarray(-END.length).equals(END)) return 'is a PNG that breaks off: save it again'
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)]
  return width === side && height === side ? undefined : `is ${width} × ${height} pixels: it must be ${side} × ${side}`
}
