/** The headers by which a browser's request is told from a client's. */
interface Asked {
  method: string
  headers: Record<string, string>
  /** The port that this cloud listens on. */
  port: number
  /** Service of the signature; undefined for a request to the HTTP API. */
  service: string | undefined
}

/**
 * Why a request is refused because another site's web page may have sent it; undefined if it is allowed. Signatures are not
 * verified, so a page could put one into a URL. AWS needs no such check: a page has no keys there.
 */
export function whyRefused({ method, headers, port, service }: Asked): string | undefined {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`]
  const { host = '', origin } = headers
  // DNS rebinding: a host name that an attacker points to 127.0.0.1 makes that page same-origin.
  if (!own.includes(host)) return `Host ${host} is not this cloud's address, ${own[0]}`
  if (service === undefined) return undefined

  const site = headers['sec-fetch-site']
  if (site === 'cross-site' || site === 'same-site') return `a page of another site (Sec-Fetch-Site: ${site}) sent it`
  if (headers['sec-fetch-mode'] === 'navigate') return 'a browser navigates to it: no page links to a signed operation'
  const isForeign = origin !== undefined && !own.some((address) => origin === `http://${address}`)
  // A bucket's CORS rules decide about cross-origin reads from S3.
  const isRead = service === 's3' && ['GET', 'HEAD', 'OPTIONS'].includes(method)
  if (isForeign && !isRead) return `a page of ${origin} sent it`
  return undefined
}

/** Headers that keep a browser from running scripts in an S3 object: it has the same origin as the pages of this cloud. */
export const OBJECT_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
}
