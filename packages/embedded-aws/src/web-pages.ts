/** What a browser and a client say of themselves in a request. */
interface Asked {
  method: string
  headers: Record<string, string>
  /** The port that this cloud listens to. */
  port: number
  /** Service of the signature; undefined for a request to the HTTP API. */
  service: string | undefined
}

/**
 * Why a request is refused that a web page of somebody else may have sent; undefined where it is let in. A signature is not
 * checked here, so a page could write one into an address. AWS needs none of this: a page has no keys there.
 */
export function whyRefused({ method, headers, port, service }: Asked): string | undefined {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`]
  const { host = '', origin } = headers
  // A name that an attacker points to 127.0.0.1 (DNS rebinding) makes the page one of the same origin.
  if (!own.includes(host)) return `Host ${host} is not this cloud's address, ${own[0]}`
  if (service === undefined) return undefined

  const site = headers['sec-fetch-site']
  if (site === 'cross-site' || site === 'same-site') return `a page of another site (Sec-Fetch-Site: ${site}) sent it`
  if (headers['sec-fetch-mode'] === 'navigate') return 'a browser navigates to it: no page links to a signed operation'
  const isForeign = origin !== undefined && !own.some((address) => origin === `http://${address}`)
  // Reading from S3 across origins is what a bucket's CORS rules decide.
  const isRead = service === 's3' && ['GET', 'HEAD', 'OPTIONS'].includes(method)
  if (isForeign && !isRead) return `a page of ${origin} sent it`
  return undefined
}

/** An object of S3 is shown as what it is and runs no script, since pages of this cloud have the same origin. */
export const OBJECT_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
}
