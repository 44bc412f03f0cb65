import { answerInvitation, invitationRequest } from '../../../shared/web/invitation'
import { owner } from '../../../services/owner/owner'
import { labelStore, rulesOf } from '../../../shared/labels'
import { keys } from '../../../shared/keys'
import { type SettledLine, settledLine } from '../../../shared/records'
import type { Table } from '../../../shared/table'
import { aSettings, aSettledLine, manifestOf } from '../../given'
import { type TestBucket, testBucket } from '../../shared/bucket'
import { memoryTable } from '../../shared/memory-table'
import { sentBack } from '../../shared/web/cookies'
import { linkKeys } from '../../shared/web/keys'

export const SETTINGS = aSettings({
  caps: { judgements: { perDay: 200, perMonth: 6000 }, labelUsd: { perDay: 10, perMonth: 200 } },
})

interface Sent {
  body?: unknown
  cookie?: string
  query?: Record<string, string>
}

export interface World {
  bucket: TestBucket
  table: Table
  closed: string[]
  /** How often labeling was asked to settle what nobody can answer more of. */
  askedToSettle: number
  logged: unknown[]
  now: Date
  send(
    route: string,
    sent?: Sent,
  ): Promise<{
    status: number
    cookies?: string[] | undefined
    headers: Record<string, string>
    text: string
    json: Json
  }>
  token(request: Record<string, unknown>): Promise<string>
  /** An owner's cookies, as a browser sends them. */
  enter(): Promise<string>
}
// oxlint-disable-next-line typescript/no-explicit-any -- each test checks the body of the response that it asks for
type Json = any

/** The owner's page, over a new world or over the data of another one. */
export function newWorld({
  bucket = testBucket(),
  table = memoryTable(),
}: Partial<Pick<World, 'bucket' | 'table'>> = {}) {
  const settleAnswered = async () => void world.askedToSettle++
  const world: World = {
    bucket,
    table,
    closed: [],
    askedToSettle: 0,
    logged: [],
    now: new Date('2026-11-23T10:00:00Z'),
    send: async (route, { body, cookie, query } = {}) => {
      const [method = '', rawPath = ''] = route.split(' ')
      const serve = owner({
        objects: world.bucket,
        labels: labelStore(world.bucket, rulesOf(SETTINGS.labels)),
        table: world.table,
        settings: SETTINGS,
        linkKeys,
        siteUrl: 'https://desk.example',
        page: () => undefined,
        closeBatch: async (batch) => void world.closed.push(batch),
        settleAnswered,
        log: { error: (...given: unknown[]) => void world.logged.push(given) },
      })
      const answer = await serve(
        {
          version: '2.0',
          rawPath,
          queryStringParameters: query,
          headers: { 'content-type': 'application/json' },
          ...(cookie ? { cookies: cookie.split('; ') } : {}),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          requestContext: { http: { method } },
        },
        world.now,
      )
      const { statusCode: status, cookies, headers, body: text } = answer
      const isJson = headers['content-type']?.startsWith('application/json') && text
      return { status, cookies, headers, text, json: isJson ? JSON.parse(text) : null }
    },
    token: async (request) => {
      const work = answerInvitation({ table: world.table, linkKeys, siteUrl: 'https://desk.example', settleAnswered })
      const made = await work(invitationRequest.parse(request), { now: world.now })
      if (!('url' in made)) throw new Error('no link')
      return new URL(made.url).hash.slice(1)
    },
    enter: async () => {
      const { cookies } = await world.send('POST /desk/owner/session', {
        body: { token: await world.token({ owner: 'me' }) },
      })
      return sentBack(cookies).join('; ')
    },
  }
  return world
}

export const lineOf = (
  item: string,
  label: string,
  more: Partial<Omit<SettledLine, 'label-metadata'>> = {},
  metadata: object = {},
): SettledLine =>
  aSettledLine(item, label, {
    source: `what ${item} says`,
    'post-id': `post of ${item}`,
    ...more,
    metadata: { confidence: 1, 'creation-date': '2026-11-22T10:00:00.000', ...metadata },
  })

/** Settles a batch and records it as the formatter does. */
export async function putLines(bucket: TestBucket, batch: string, lines: readonly SettledLine[]): Promise<void> {
  await bucket.put(keys.settledManifest({ batch }), manifestOf(lines))
  await labelStore(bucket, rulesOf(SETTINGS.labels)).reconcile()
}

export const linesAt = (bucket: TestBucket, batch: string): SettledLine[] =>
  (bucket.texts()[`labeled/${batch}/output.manifest`] ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => settledLine.parse(JSON.parse(line)))
