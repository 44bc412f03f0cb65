import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One response that replaces the next one. */
export interface Odd {
  status?: number
  headers?: Record<string, string>
  /** An object is sent as JSON, a string unchanged. */
  body?: unknown
  hang?: true
  /** Closes the connection in the middle of the body. */
  cut?: true
}

export interface Asked {
  method: string
  path: string
  /** The last value of a repeated parameter. */
  query: Record<string, string>
  /** All values of repeated parameters, in order. */
  lists: Record<string, string[]>
  headers: IncomingMessage['headers']
  body: string
}

/** The request handler of a stub. */
export interface Answer {
  status?: number
  headers?: Record<string, string>
  body: unknown
}

/** Posts that are gone: deleted by their author, or hidden with a suspended author. */
export interface Departed {
  deleted: Set<string>
  suspended: Set<string>
}

export const departed = (): Departed => ({ deleted: new Set(), suspended: new Set() })

/** A stub server for a network, on 127.0.0.1. */
export interface StubServer {
  url: string
  /** The next responses by path, in order; `*` matches every path. */
  odd: Record<string, Odd[]>
  asked: Asked[]
  stop(): Promise<void>
}

export async function startStub(answer: (asked: Asked) => Answer, port = 0): Promise<StubServer> {
  const server = createServer((request, response) => void serve(request, response))
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(Buffer.from(piece as Uint8Array))
    const url = new URL(request.url ?? '', stub.url)
    const asked: Asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      lists: Object.fromEntries(Array.from(url.searchParams.keys(), (name) => [name, url.searchParams.getAll(name)])),
      headers: request.headers,
      body: Buffer.concat(pieces).toString(),
    }
    stub.asked.push(asked)
    const odd = (stub.odd[url.pathname]?.length ? stub.odd[url.pathname] : stub.odd['*'])?.shift()
    if (odd?.hang) return
    const { status = 200, headers = {}, body } = odd ? { body: {}, ...odd } : answer(asked)
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    if (odd?.cut) response.write(text.slice(0, text.length / 2), () => response.destroy())
    else response.end(text)
  }
  // A client on a busy machine keeps its connection.
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const stub: StubServer = {
    // The address of a TCP server has this form.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    odd: {},
    asked: [],
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return stub
}
