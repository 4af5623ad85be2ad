// Owns what an address in connectors.yaml may be. The address itself never stands in a message: it may hold a secret.

/** A system's base address: http or https, and nothing in it that would be shown or lost later. */
export function urlProblem(value: string): string | undefined {
  if (value === '') return undefined // its name is reported as not set
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return 'expected an address that begins with https:// or http://'
  if (url.username || url.password) return 'an address holds no user or password: use auth'
  if (url.search || url.hash) return 'an address here holds no "?" or "#"'
  return undefined
}

/** An entry of an allow list: an address whose host may begin with `*.`. */
export function allowProblem(value: string): string | undefined {
  const star = value.replace(/^(https?:\/\/)\*\./, '$1')
  if (value === '' || (!star.includes('*') && urlProblem(star) === undefined)) return undefined
  return 'expected an address such as https://shop.example.com or https://*.example.com'
}
