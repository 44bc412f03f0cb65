import http from 'node:http'
import https from 'node:https'
import { ApiResponseError, TwitterApi } from 'twitter-api-v2'
import { withoutSlashAtEnd } from '../../../../shared/base-url'
import { BellwetherError } from '../../../../shared/errors'
import type { XSettings } from '../../../../shared/sources/x'
import { DAY_MS } from '../../../../shared/utc-day'
import type { SourceAdapter, SourcePorts, Watched } from '../adapter'
import { httpClient } from '../http'
import type { Exhausted, Source, Wait } from '../source'
import type { TimeWindow } from '../../window'
import { readCount, readXPage, readPlace, readProblem } from './answer'
import { xPresence } from './presence'
import { searchQuery } from './query'

/** The length of X's rate-limit window, for responses that do not say when it ends. */
const RATE_LIMIT_SECONDS = 900
/** Recent search reaches back seven days; one minute less leaves time for the request to arrive. */
const REACH_MS = 7 * DAY_MS - 60_000

/** X's recent search (API v2, app-only) as a source. Posts are read newest first, and each is paid for. */
export const openX =
  (timeout = 10_000, pollMs = 5000) =>
  async (
    { hashtag, name, settings, languages }: Watched<XSettings>,
    { secret, nowMs }: Pick<SourcePorts, 'secret' | 'nowMs'>,
  ): Promise<Source> => {
    const { id: secretId, value: token } = await secret()
    const { excludeRetweets, pricePerPostUsd, pricePerCountUsd, apiUrl } = settings
    const prefix = `${withoutSlashAtEnd(apiUrl)}/`
    const agent = prefix.startsWith('http:') ? new http.Agent() : new https.Agent()
    const { v2 } = new TwitterApi(token, { httpAgent: agent }).readOnly
    const query = searchQuery(hashtag, languages, excludeRetweets)

    const ask = async (path: string, parameters: Record<string, string | number>): Promise<unknown> => {
      const given: unknown = await v2.get(path, { query, ...parameters }, { prefix, timeout })
      return given
    }

    return {
      name,
      ...(settings.presence === 'age'
        ? {}
        : {
            presence: xPresence({ name, settings, token, ask: httpClient('X', { timeoutMs: timeout }), nowMs, pollMs }),
          }),
      textEncoding: 'html',
      order: 'newest first',
      page: { least: 10, most: 100 },
      // A post may come with two that it refers to: the one it replies to, and the one it quotes or repeats.
      mostUsd: (posts) => posts * (excludeRetweets ? 1 : 3) * pricePerPostUsd,
      countUsd: pricePerCountUsd,
      lagSeconds: 60,
      horizon: (now) => new Date(Math.ceil((now.getTime() - REACH_MS) / 1000) * 1000).toISOString(),

      count: async (window) => {
        try {
          return readCount(await ask('tweets/counts/recent', { ...between(window), granularity: 'day' }))
        } catch (error) {
          const refusal = refusalOf(error, secretId, nowMs())
          // The count is only informative: the search itself will report any other error.
          return 'waitSeconds' in refusal ? refusal : undefined
        }
      },

      read: async ({ window, next, limit }) => {
        const after = readPlace(next)
        try {
          const body = await ask('tweets/search/recent', {
            ...between(window),
            max_results: limit,
            'tweet.fields': 'created_at,author_id,lang,referenced_tweets,note_tweet,paid_partnership',
            // Included posts are paid for too; only retweets need them, for their full text.
            ...(excludeRetweets ? {} : { expansions: 'referenced_tweets.id' }),
            ...(after ? { next_token: after.token } : {}),
          })
          return readXPage(body, name, after, pricePerPostUsd)
        } catch (error) {
          const refusal = refusalOf(error, secretId, nowMs())
          if (refusal instanceof Error) throw refusal
          return refusal
        }
      },
    }
  }

export const xAdapter: SourceAdapter<XSettings> = {
  open: openX(),
  tellsPresence: ({ presence }) => presence !== 'age',
}

const between = ({ from, to }: TimeWindow) => ({ start_time: toSecond(from), end_time: toSecond(to) })
const toSecond = (instant: string): string => instant.replace(/\.\d+Z$/, 'Z')

/** What a response without posts means: retry later, no more money, or an error that says what to do. */
function refusalOf(error: unknown, secretId: string, nowMs: number): Wait | Exhausted | Error {
  if (error instanceof BellwetherError) return error
  // The library's errors hold the request with its bearer token: only their message is kept.
  const words = error instanceof Error ? error.message : String(error)
  if (!(error instanceof ApiResponseError))
    return new BellwetherError('SOURCE_UNAVAILABLE', `X was not reached: ${words}`)

  const { title, detail, type = '' } = readProblem(error.data)
  const said = `X answered ${error.code}: ${[title, detail].filter(Boolean).join(', ') || words}`
  // A spending limit comes as 402, 403 or 429; the type tells it from a rate limit and from a missing permission.
  if (error.code === 402 || /usage-capped|credits|spend-cap/.test(type)) {
    return { exhausted: `${said}. Raise the spending limit or buy credit in X's developer console` }
  }
  if (error.code === 429) {
    const reset = error.rateLimit?.reset
    return { waitSeconds: reset ? Math.max(1, Math.ceil(reset - nowMs / 1000)) : RATE_LIMIT_SECONDS }
  }
  if (error.code >= 500) return new BellwetherError('SOURCE_UNAVAILABLE', said)
  if (error.code === 401) {
    return new BellwetherError('SOURCE_REFUSED', `${said}. Put a valid bearer token into the secret ${secretId}`)
  }
  if (error.code === 403) {
    return new BellwetherError(
      'SOURCE_REFUSED',
      `${said}. The app needs access to recent search: X's developer console`,
    )
  }
  return new BellwetherError('SOURCE_REFUSED', said)
}
