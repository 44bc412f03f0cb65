import { z } from 'zod'
import type { HackerNewsSettings } from '../../../../shared/sources/hacker-news'
import type { SourceAdapter, SourcePorts, Watched } from '../adapter'
import { urlBelow, type HttpAnswer, httpClient, type HttpLimits, unavailable, waitOrThrow } from '../http'
import type { Presence, Presences, Source, SourcePage, Wait } from '../source'
import { firstHackerNewsPlace, hackerNewsPlace, readHackerNewsPage, hackerNewsSearchBody, secondsOf } from './page'

/** After this time the index has the whole day, unless indexing has stopped. */
const LAG_SECONDS = 6 * 3600

/** The response of a search. */
type Found = ReturnType<typeof hackerNewsSearchBody.parse>

/** Stories and comments of Hacker News that contain the words of a hashtag, by Algolia's search. */
export const openHackerNews =
  (limits: Partial<HttpLimits> = {}) =>
  async (
    { hashtag, name, settings }: Watched<HackerNewsSettings>,
    { nowMs }: Pick<SourcePorts, 'nowMs'>,
  ): Promise<Source> => {
    const client = httpClient(name, limits)
    const words = settings.words ?? hashtag.replaceAll('_', ' ')
    const kinds = settings.comments ? '(story,comment)' : 'story'

    const search = async (parameters: Record<string, string>): Promise<Found | Wait> => {
      const all = { tags: kinds, page: '0', attributesToHighlight: '', ...parameters }
      const answer = await client(urlBelow(settings.searchUrl, 'search_by_date', Object.entries(all)))
      const body = answer.status === 200 ? hackerNewsSearchBody.safeParse(answer.json).data : undefined
      return body ?? failed(answer)
    }
    const failed = (answer: HttpAnswer): Wait => {
      if (answer.status !== 200) return waitOrThrow(name, answer, nowMs())
      throw unavailable(name, 'its response has no list of hits')
    }
    /** Quotes search for the words together, exactly as written. */
    const about = { query: `"${words.replaceAll('"', ' ')}"`, advancedSyntax: 'true', typoTolerance: 'false' }
    const between = (from: string, before: number) => `created_at_i>=${secondsOf(from)},created_at_i<${before}`

    /**
     * Whether the index has anything of a time. Indexing has stopped for days before; then every search is empty.
     * https://github.com/algolia/hn-search/issues/248
     */
    const hasAny = async (numericFilters: string): Promise<boolean | Wait> => {
      const found = await search({ tags: '(story,comment)', hitsPerPage: '1', numericFilters })
      return 'waitSeconds' in found ? found : found.hits.length > 0
    }

    return {
      name,
      textEncoding: 'plain',
      order: 'newest first',
      // Pages overlap in the items of one second, so a page has to be longer than those.
      page: { least: 50, most: 1000 },
      mostUsd: () => 0,
      countUsd: 0,
      lagSeconds: LAG_SECONDS,
      horizon: () => undefined,

      presence: {
        batch: 1,
        stillThere: async ([post]): Promise<Presences | Wait> => {
          const id = /^hn:(\d+)$/.exec(post?.id ?? '')?.[1]
          if (!post || id === undefined) return { said: new Map(), requests: 0 }
          const answer = await client(urlBelow(settings.itemsUrl, `item/${id}.json`))
          if (answer.status !== 200) return waitOrThrow(name, answer, nowMs())
          const presence = presenceOf(answer.json)
          if (!presence) throw unavailable(name, 'its response has no item')
          return { said: new Map([[post.id, presence]]), requests: 1 }
        },
      },

      count: async ({ from, to }) => {
        const found = await search({ ...about, hitsPerPage: '0', numericFilters: between(from, secondsOf(to)) })
        if ('waitSeconds' in found) return found
        return found.exhaustiveNbHits === false ? { about: found.nbHits } : found.nbHits
      },

      read: async ({ window, next, limit }): Promise<SourcePage | Wait> => {
        const { from, to } = window
        const hasLater = next === null ? await hasAny(`created_at_i>=${secondsOf(to)}`) : true
        if (typeof hasLater === 'object') return hasLater
        if (!hasLater) throw unavailable(name, `its index has nothing after ${to}: indexing has stopped`)
        const after = next === null ? firstHackerNewsPlace(window) : hackerNewsPlace.parse(JSON.parse(next))
        const found = await search({
          ...about,
          hitsPerPage: String(limit),
          numericFilters: between(from, after.before),
        })
        if ('waitSeconds' in found) return found
        // Algolia reports deep pages as empty; each of our searches begins at the top.
        if (found.message && found.hits.length === 0) throw unavailable(name, found.message.slice(0, 80))
        // A day without any item at all was skipped by the index.
        const isSilent = next === null && found.hits.length === 0
        const hasItems = isSilent ? await hasAny(between(from, secondsOf(to))) : true
        if (typeof hasItems === 'object') return hasItems
        if (!hasItems) throw unavailable(name, `its index has nothing of ${from.slice(0, 10)}`)
        return readHackerNewsPage(found.hits, { name, window, limit }, after)
      },
    }
  }

export const hackerNewsAdapter: SourceAdapter<HackerNewsSettings> = {
  open: openHackerNews(),
  tellsPresence: () => true,
}

const item = z.object({ id: z.int(), deleted: z.boolean().optional(), dead: z.boolean().optional() })

/** An author may delete an item; a dead one is hidden by moderators or flags, and may come back. */
function presenceOf(body: unknown): Presence | undefined {
  if (body === null) return 'absent'
  const found = item.safeParse(body).data
  if (!found) return undefined
  return found.deleted ? 'gone' : found.dead ? 'absent' : 'there'
}
