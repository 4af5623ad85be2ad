// Owns every way in which a known secret may stand in an answer: as it is, escaped, URL-encoded, in base64.

/** Shorter ones would blot out ordinary words. */
const shortest = 6

/** The forms of these secrets, longest first. */
export function secretForms(secrets: readonly string[]): readonly string[] {
  const forms = new Set<string>()
  for (const secret of secrets)
    if (secret.length >= shortest)
      for (const form of formsOf(secret.toWellFormed()).flatMap(withRest)) if (form.length >= shortest) forms.add(form)
  return [...forms].toSorted((a, b) => b.length - a.length)
}

/** What is left where `plainText` took a secret for a word, and it goes on after a space, a quote or a comma. */
function withRest(form: string): readonly string[] {
  const end = form.search(/[\s"',;]/)
  return end < shortest ? [form] : [form, `***${form.slice(end)}`]
}

function formsOf(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret)
  const form = new URLSearchParams({ '': secret }).toString().slice(1)
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    // As one line, which errors and reasons are made of.
    secret.replace(/\s+/g, ' ').trim(),
    encoded,
    encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    form,
    ...[0, 1, 2].flatMap((before) => base64Forms(secret, before)),
  ]
}

/** Within longer base64 a text looks different after each number of bytes; what its neighbours share in is left out. */
function base64Forms(secret: string, before: number): readonly string[] {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
  const whole = bytes.toString('base64')
  const own = whole.replace(/=+$/, '').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6))
  const forms = before === 0 ? [whole, own] : [own]
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''))]
}
