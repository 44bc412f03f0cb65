import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { httpClient, type HttpLimits, secondsToReset, waitOrThrow } from '../../../../services/collector/sources/http'

let server: Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** One request to a server that answers so. */
async function ask(listener: RequestListener, limits?: Partial<HttpLimits>) {
  server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // The address of a TCP server has this form.
  const { port } = server.address() as AddressInfo
  return httpClient('the network', limits)(new URL(`http://127.0.0.1:${port}/secret-path`), {
    headers: { authorization: 'Bearer T' },
  })
}
const json = { 'content-type': 'application/activity+json' }

describe('an HTTP request to a source', () => {
  it('sends a User-Agent and asks for JSON', async () => {
    const { status, json: body } = await ask(({ headers, method }, response) => {
      response
        .writeHead(200, json)
        .end(JSON.stringify({ method, agent: headers['user-agent'], accept: headers.accept }))
    })

    expect({ status, body }).toMatchObject({ status: 200, body: { method: 'GET', accept: 'application/json' } })
    expect(JSON.stringify(body)).toContain('Bellwether/')
  })

  it('follows no redirect, so that the token does not leak', async () => {
    const seen: string[] = []
    const answer = await ask(({ url = '' }, response) => {
      seen.push(url)
      response.writeHead(302, { location: '/elsewhere' }).end()
    })

    expect(seen).toEqual(['/secret-path'])
    expect(() => waitOrThrow('x', answer, 0)).toThrow(/SOURCE_UNAVAILABLE: x answered 302: a redirect/)
  })

  it('retries once when the connection closes before a response', async () => {
    let requests = 0
    const answer = await ask((request, response) => {
      requests += 1
      if (requests === 1) request.socket.destroy()
      else response.writeHead(200, json).end('[]')
    })

    expect({ status: answer.status, requests }).toEqual({ status: 200, requests: 2 })
  })

  it.each<[string, RequestListener, RegExp]>([
    ['closes every connection', ({ socket }) => void socket.destroy(), /was not reached/],
    ['hangs', () => undefined, /took too long/],
    ['stops in the middle of its body', (_, r) => void r.writeHead(200, json).write('[{'), /took too long/],
    ['is cut off', (_, r) => void r.writeHead(200, json).write('[', () => r.destroy()), /was not reached/],
    ['is too large', (_, r) => void r.writeHead(200, json).end('x'.repeat(4000)), /larger than 1000 bytes/],
  ])('gives up on a server that %s', async (_, listener, message) => {
    const failure: unknown = await ask(listener, { timeoutMs: 300, mostBytes: 1000 }).catch((error: unknown) => error)

    expect(String(failure)).toMatch(/^BellwetherError: SOURCE_UNAVAILABLE: the network was not reached/)
    expect(String(failure)).toMatch(message)
    expect(String(failure)).not.toContain('secret-path')
  })
})

describe('an HTTP response without a page', () => {
  it.each<[string, number, Record<string, string>, string, RegExp]>([
    [
      'a failure of the server',
      503,
      { 'content-type': 'text/html' },
      '<title>Down\nfor now</title>',
      /UNAVAILABLE.*503: Down for now$/,
    ],
    ['a wall for bots', 200, { 'content-type': 'text/html' }, '<html>', /UNAVAILABLE.*200: its response is not JSON$/],
    ['half of JSON', 200, json, '[{"id', /UNAVAILABLE.*its response is not JSON/],
    ['a refusal', 400, json, '{"error":"Bad","message":"no such tag"}', /REFUSED.*400: Bad, no such tag$/],
  ])('turns %s into an error that names its cause', async (_, status, headers, body, message) => {
    const answer = await ask((_request, response) => void response.writeHead(status, headers).end(body))

    expect(() => waitOrThrow('the network', answer, 0)).toThrow(message)
  })
})

describe('the end of a rate limit', () => {
  const now = Date.parse('2026-11-28T07:00:00Z')

  it.each([
    ['ISO 8601 with microseconds', { 'x-ratelimit-reset': '2026-11-28T07:05:00.000000Z' }, 300],
    ['Unix seconds', { 'x-ratelimit-reset': String(now / 1000 + 42) }, 42],
    ['Unix seconds, as Bluesky calls it', { 'ratelimit-reset': String(now / 1000 + 61) }, 61],
    ['seconds', { 'retry-after': '17' }, 17],
    ['an HTTP date', { 'retry-after': 'Sat, 28 Nov 2026 07:02:00 GMT' }, 120],
    ['nothing', {}, 300],
    ['no time', { 'x-ratelimit-reset': 'soon' }, 300],
    ['the past', { 'x-ratelimit-reset': '2026-11-28T06:00:00Z' }, 300],
    ['hours', { 'ratelimit-reset': String(now / 1000 + 7200) }, 900],
    ['no second at all', { 'retry-after': '0' }, 1],
  ])('is read from %s', (_, headers, seconds) => {
    expect(secondsToReset(new Headers(Object.entries(headers)), now)).toBe(seconds)
  })
})
