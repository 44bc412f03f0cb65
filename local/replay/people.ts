import * as http from 'node:http'
import * as https from 'node:https'
import { z } from 'zod'
import type { Judge } from './annotators'

const invited = z.object({ url: z.url() })
const claimed = z.object({
  items: z.array(z.object({ batch: z.string(), item: z.string() })),
})

/** The address of the desk, and the function that invites to it. */
interface Site {
  endpoint: string
  invoke(name: string, request: unknown): Promise<{ payload: string; functionError?: string }>
}

/** Items that an annotator takes at a time. */
const HANDFUL = 20

/**
 * Simulated annotators at the label desk. Each opens their own link, and answers over HTTP as a browser does until no
 * item is left. Returns the number of judgements.
 */
export async function answerAtDesk(cloud: Site, names: readonly string[], judge: Judge): Promise<number> {
  let judgements = 0
  // All are invited before the first answers: the desk waits only for invited annotators.
  const people: [string, Person][] = []
  for (const name of names) people.push([name, await arrive(cloud, name)])
  for (const [name, person] of people) {
    for (;;) {
      const { items } = claimed.parse(await person('GET', `/desk/batch/next?count=${HANDFUL}`))
      if (items.length === 0) break
      const answers = items.map(({ batch, item }) => {
        const label = judge(name, item)
        if (label !== undefined) judgements += 1
        return { batch, item, revision: 1, ...(label === undefined ? { skip: true } : { label }) }
      })
      await person('POST', '/desk/answers', { answers })
    }
  }
  return judgements
}

type Person = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<unknown>

/** Exchange an invitation for a cookie. */
async function arrive(cloud: Site, name: string): Promise<Person> {
  const { url } = await patiently(async () => {
    const outcome = await cloud.invoke('desk-invite', { annotator: name })
    if (outcome.functionError) throw new Busy(outcome.payload)
    return invited.parse(JSON.parse(outcome.payload))
  })
  const token = new URL(url).hash.slice(1)
  const { headers } = await patiently(() => send(cloud.endpoint, 'POST', '/desk/session', { token }))
  const cookie = (headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ')
  return async (method, path, body) => (await patiently(() => send(cloud.endpoint, method, path, body, cookie))).json
}

/** Retries a throttled or failed request to the desk, as the page in a browser does. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      if (attempt === 8 || !(error instanceof Busy)) throw error
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt))
    }
  }
}

class Busy extends Error {}

/** `fetch` would do, except for the Secure cookie, which only browsers keep from plain HTTP. */
function send(endpoint: string, method: string, path: string, body: unknown, cookie?: string) {
  return new Promise<{ headers: Record<string, string[] | undefined>; json: unknown }>((resolve, reject) => {
    const url = new URL(path, endpoint)
    const { request } = url.protocol === 'https:' ? https : http
    const sent = request(
      url,
      { method, headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          const status = response.statusCode ?? 0
          if (status >= 300) {
            const said = `${method} ${path} answered ${status}: ${text}`
            return reject(status === 429 || status >= 500 ? new Busy(said) : new Error(said))
          }
          resolve({
            headers: { 'set-cookie': response.headers['set-cookie'] },
            json: text ? JSON.parse(text) : undefined,
          })
        })
      },
    )
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
