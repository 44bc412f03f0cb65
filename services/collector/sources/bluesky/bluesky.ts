import { z } from 'zod'
import { BellwetherError } from '../../../../shared/errors'
import { jsonOrNothing } from '../../../../shared/json'
import type { BlueskySettings } from '../../../../shared/sources/bluesky'
import type { SourceAdapter, SourcePorts, Watched } from '../adapter'
import { urlBelow, type HttpAnswer, httpClient, type HttpLimits, unavailable, waitOrThrow } from '../http'
import type { Presences, Source, SourcePage, Wait } from '../source'
import type { TimeWindow } from '../../window'
import { firstBlueskyPlace, blueskyPlace, readBlueskyPage, searchAgain, blueskySearchBody } from './page'

/** https://docs.bsky.app/docs/api/app-bsky-feed-get-posts */
const MOST_URIS = 25
/** The count of a total that search no longer counts exactly. */
const TRUNCATED = 10_000

/** Bluesky's search for the posts of a hashtag. It needs an account, which signs in once for each invocation. */
export const openBluesky =
  (limits: Partial<HttpLimits> = {}) =>
  async (
    { hashtag, name, settings }: Watched<BlueskySettings>,
    { secret, nowMs }: Pick<SourcePorts, 'secret' | 'nowMs'>,
  ): Promise<Source> => {
    const { id: secretId, value } = await secret()
    const account = accountIn(value, secretId)
    const client = httpClient(name, limits)
    const at = (method: string, parameters: [string, string][] = []) =>
      urlBelow(settings.service, `xrpc/${method}`, parameters)

    let token: string | undefined
    const signIn = async (): Promise<string | Wait> => {
      const answer = await client(at('com.atproto.server.createSession'), { body: account })
      const session = answer.status === 200 ? sessionBody.safeParse(answer.json).data : undefined
      if (session && session.active !== false) return session.accessJwt
      if (session) throw refusal(name, `its account is ${session.status ?? 'not active'}; use another account`)
      if (answer.status === 400 || answer.status === 401 || answer.status === 403)
        throw refusal(name, `answered ${answer.said}; put a handle and an app password into the secret ${secretId}`)
      if (answer.status === 200) throw unavailable(name, 'its session has no token')
      return waitOrThrow(name, answer, nowMs())
    }

    /** Call a method. It signs in first, and once more where the session has expired. */
    const ask = async (method: string, parameters: [string, string][]): Promise<HttpAnswer | Wait> => {
      for (let tries = 1; ; tries++) {
        const session = token ?? (await signIn())
        if (typeof session !== 'string') return session
        token = session
        const answer = await client(at(method, parameters), {
          headers: { authorization: `Bearer ${token}` },
        })
        if (!isExpired(answer)) return answer
        if (tries === 2) throw refusal(name, `answered ${answer.said} to a new session; check its account`)
        token = undefined
      }
    }

    const search = (parameters: [string, string][]) => ask('app.bsky.feed.searchPosts', parameters)

    const query = (
      { from, to }: TimeWindow,
      until: string,
      limit: number,
      cursor: string | null,
    ): [string, string][] => [
      // As words and as a hashtag: accounts are served by different searches, and each search reads one of the two.
      ['q', `#${hashtag}`],
      ['tag', hashtag],
      ['sort', 'latest'],
      ['since', from],
      ['until', until < to ? until : to],
      ['limit', String(limit)],
      ...(cursor === null ? [] : [['cursor', cursor] satisfies [string, string]]),
    ]

    const refused = (answer: HttpAnswer): Wait => {
      const { status, said } = answer
      if (status === 401 || status === 403)
        throw refusal(name, `answered ${said}; its search is closed to this account or address`)
      return waitOrThrow(name, answer, nowMs())
    }

    return {
      name,
      textEncoding: 'plain',
      order: 'newest first',
      page: { least: 1, most: 100 },
      mostUsd: () => 0,
      countUsd: 0,
      // Posts are found once they are indexed, and their labels once moderators have seen them.
      lagSeconds: 900,
      horizon: () => undefined,

      count: async (window) => {
        const answer = await search(query(window, window.to, 1, null))
        if ('waitSeconds' in answer) return answer
        if (answer.status === 429) return waitOrThrow(name, answer, nowMs())
        const total = answer.status === 200 ? blueskySearchBody.safeParse(answer.json).data?.hitsTotal : undefined
        return total !== undefined && Number.isInteger(total) && total > 0 && total < TRUNCATED
          ? { about: total }
          : undefined
      },

      presence: {
        batch: MOST_URIS,
        stillThere: async (posts): Promise<Presences | Wait> => {
          const answer = await ask(
            'app.bsky.feed.getPosts',
            posts.map(({ id }) => ['uris', id]),
          )
          if ('waitSeconds' in answer) return answer
          if (answer.status !== 200 || answer.json === undefined) return refused(answer)
          const views = viewsBody.safeParse(answer.json).data?.posts
          if (!views) throw unavailable(name, 'its response has no list of posts')
          const there = new Set(views.map(({ uri }) => uri))
          // It leaves out what was deleted, taken down or deactivated, and gives no reason.
          return { said: new Map(posts.map(({ id }) => [id, there.has(id) ? 'there' : 'absent'])), requests: 1 }
        },
      },

      read: async ({ window, next, limit }): Promise<SourcePage | Wait> => {
        let after = next === null ? firstBlueskyPlace(window) : blueskyPlace.parse(JSON.parse(next))
        for (;;) {
          const answer = await search(query(window, after.until, limit, after.cursor))
          if ('waitSeconds' in answer) return answer
          if (after.cursor !== null && isInvalidCursor(answer)) {
            // Between two pages the account was moved to another search, which does not know this cursor.
            after = searchAgain(after)
            continue
          }
          if (answer.status !== 200 || answer.json === undefined) return refused(answer)
          const body = blueskySearchBody.safeParse(answer.json)
          if (body.success) return readBlueskyPage(body.data, { name, window, limit, settings }, after)
          throw unavailable(name, 'its response has no list of posts')
        }
      },
    }
  }

export const blueskyAdapter: SourceAdapter<BlueskySettings> = { open: openBluesky(), tellsPresence: () => true }

const viewsBody = z.object({ posts: z.array(z.object({ uri: z.string() })) })

const sessionBody = z.object({
  accessJwt: z.string().min(1),
  active: z.boolean().optional(),
  status: z.string().optional(),
})
const errorBody = z.object({ error: z.string().optional(), message: z.string().optional() })

/** An expired token is answered with 400, and by some servers with 401. */
function isExpired({ status, json }: HttpAnswer): boolean {
  const { error } = errorBody.safeParse(json).data ?? {}
  return (status === 400 || status === 401) && (error === 'ExpiredToken' || error === 'InvalidToken')
}

const isInvalidCursor = ({ status, json }: HttpAnswer): boolean =>
  status === 400 && /cursor/i.test(errorBody.safeParse(json).data?.message ?? '')

const accountBody = z.strictObject({ identifier: z.string().min(1), password: z.string().min(1) })

function accountIn(value: string, secretId: string): z.infer<typeof accountBody> {
  const account = accountBody.safeParse(jsonOrNothing(value)).data
  if (account) return account
  // A cause would hold the password.
  throw new BellwetherError(
    'SECRET_MISSING',
    `Bluesky account: the secret ${secretId} is not JSON as in {"identifier":"NAME.bsky.social","password":"APP-PASSWORD"}`,
  )
}

const refusal = (name: string, why: string) => new BellwetherError('SOURCE_REFUSED', `${name} ${why}`)
