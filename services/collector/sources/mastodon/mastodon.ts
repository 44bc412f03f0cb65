import { z } from 'zod'
import { BellwetherError } from '../../../../shared/errors'
import { jsonOrNothing } from '../../../../shared/json'
import type { MastodonSettings } from '../../../../shared/sources/mastodon'
import { DAY_MS } from '../../../../shared/utc-day'
import type { SourceAdapter, SourcePorts, Watched } from '../adapter'
import { urlBelow, type HttpAnswer, httpClient, type HttpLimits, unavailable, waitOrThrow } from '../http'
import { type Count, NO_POSTS, type Source, type SourcePage, type Wait } from '../source'
import type { TimeWindow } from '../../window'
import { idsOf } from './instance'
import { firstMastodonPlace, type MastodonPlace, mastodonPlace, readMastodonPage } from './page'
import { mastodonPresence } from './presence'

/** While an instance is down, a cache in front of it may answer with data up to a day old. */
const OLDEST_SECONDS = 60

/**
 * The public posts of a hashtag as one instance has them. Pages are requested by id, never by the `Link` header, which
 * is sometimes missing and may lead to another host.
 */
export const openMastodon =
  (limits: Partial<HttpLimits> = {}) =>
  async (
    { hashtag, name, settings }: Watched<MastodonSettings>,
    { secret, nowMs }: Pick<SourcePorts, 'secret' | 'nowMs'>,
  ): Promise<Source> => {
    const { token, localOnly: isOwnOnly, lateHours, contact } = settings
    const { host } = new URL(settings.instance)
    const { id: secretId, value } = token ? await secret() : { id: '', value: '' }
    const agent: Record<string, string> = contact ? { 'user-agent': `Bellwether/1.0 (+${contact})` } : {}
    const headers = { ...(token ? { authorization: `Bearer ${tokenFor(host, secretId, value)}` } : {}), ...agent }
    const client = httpClient(name, limits)
    const ask = (path: string, parameters: Record<string, string> = {}) =>
      client(urlBelow(settings.instance, path, Object.entries(parameters)), { headers })
    const refused = (answer: HttpAnswer): Wait => {
      const { status, said, json } = answer
      if (json === undefined || ![401, 403, 422].includes(status)) return waitOrThrow(name, answer, nowMs())
      const remedy = token
        ? `put a token of ${host} with the scope read:statuses into the secret ${secretId}`
        : 'set token: true and put a user token into the secret, or name another instance'
      throw new BellwetherError('SOURCE_REFUSED', `${name} answered ${said}; ${remedy}`)
    }

    let known: MastodonPlace['ids'] | undefined
    /** Checked once: a feed that is switched off looks like a day without posts. */
    const ids = async (): Promise<MastodonPlace['ids'] | Wait> => {
      if (known) return known
      const answer = await ask('api/v2/instance')
      if (answer.status === 404) return (known = 'opaque')
      if (answer.status !== 200 || answer.json === undefined) return refused(answer)
      return (known = idsOf(answer.json, name, settings))
    }

    const begin = async (window: TimeWindow): Promise<MastodonPlace | Wait> => {
      const found = await ids()
      return typeof found === 'string' ? firstMastodonPlace(host, found, window, lateHours) : found
    }

    return {
      name,
      presence: mastodonPresence({
        name,
        instance: settings.instance,
        ask: client,
        headers,
        refused,
        askOrigin: (url, request) => client(url, { headers: { ...agent, ...request?.headers } }),
      }),
      textEncoding: 'plain',
      order: 'newest first',
      page: { least: 1, most: 40 },
      mostUsd: () => 0,
      countUsd: 0,
      lagSeconds: lateHours * 3600,
      horizon: () => undefined,

      count: async (window) => {
        // The history of a hashtag covers the whole instance.
        if (isOwnOnly) return undefined
        const answer = await ask(`api/v1/tags/${encodeURIComponent(hashtag)}`).catch(() => undefined)
        if (answer?.status === 429) return waitOrThrow(name, answer, nowMs())
        return answer?.status === 200 ? usesOn(window, answer.json) : undefined
      },

      read: async ({ window, next, limit }): Promise<SourcePage | Wait> => {
        const after = next === null ? await begin(window) : mastodonPlace.parse(JSON.parse(next))
        if ('waitSeconds' in after) return after
        if (after.host !== host) return { ...NO_POSTS, stopped: `the change of the instance of ${name} to ${host}` }
        const answer = await ask(`api/v1/timelines/tag/${encodeURIComponent(hashtag)}`, {
          limit: String(limit),
          ...(after.below === null ? {} : { max_id: after.below }),
          ...(isOwnOnly ? { local: 'true' } : {}),
        })
        const { status, json, headers: given } = answer
        // A hashtag that nobody has used.
        if (status === 404 && json !== undefined) return NO_POSTS
        if (status !== 200 || json === undefined) return refused(answer)
        if (!Array.isArray(json)) throw unavailable(name, 'its response has no list of posts')
        if (Number(given.get('age') ?? 0) > OLDEST_SECONDS) throw unavailable(name, 'a cache answered for it')
        return readMastodonPage(json, { name, hashtag, settings, window, limit }, after)
      },
    }
  }

export const mastodonAdapter: SourceAdapter<MastodonSettings> = {
  open: openMastodon(),
  tellsPresence: () => true,
}

const tokens = z.record(z.string(), z.string().min(1))

function tokenFor(host: string, secretId: string, value: string): string {
  const parsed = tokens.safeParse(jsonOrNothing(value)).data
  const token = parsed && Object.hasOwn(parsed, host) ? parsed[host] : undefined
  if (token !== undefined) return token
  throw new BellwetherError(
    'SECRET_MISSING',
    `user token of ${host}: the secret ${secretId} has none; its value is JSON by host, as in {"${host}":"TOKEN"}`,
  )
}

const tag = z.object({ history: z.array(z.object({ day: z.string(), uses: z.string() })) })

/** How often the hashtag was used on a UTC day, as the instance counted it: without posts that arrived later. */
function usesOn({ from, to }: TimeWindow, body: unknown): Count | undefined {
  if (Date.parse(to) - Date.parse(from) !== DAY_MS) return undefined
  const day = String(Date.parse(from) / 1000)
  const uses = Number(tag.safeParse(body).data?.history.find((one) => one.day === day)?.uses)
  return Number.isInteger(uses) && uses >= 0 ? { about: uses } : undefined
}
