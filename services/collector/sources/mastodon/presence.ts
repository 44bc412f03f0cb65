import { z } from 'zod'
import { type Ask, urlBelow, type HttpAnswer, unavailable } from '../http'
import { loose } from '../rows'
import type { KeptPost, Presence, PresencePort, Presences, Wait } from '../source'

/** https://docs.joinmastodon.org/methods/statuses/#index */
const BATCH = 20
const STATEMENT = 'application/activity+json'

interface Known {
  requests: number
  isThere: ReadonlyMap<string, boolean>
}
const NOTHING: Known = { requests: 0, isThere: new Map() }

interface Instance {
  name: string
  /** Address of the API. */
  instance: string
  ask: Ask
  headers: Record<string, string>
  /** What a response without a list of posts means. */
  refused(answer: HttpAnswer): Wait
  /** Asks servers of other people, without the token. */
  askOrigin: Ask
}

/**
 * An instance is asked about posts by its own ids. It leaves out deleted posts, and those of authors whom it suspended
 * or silenced. So the author's own server is asked about each post that is left out.
 */
export function mastodonPresence({ name, instance, ask, headers, refused, askOrigin }: Instance): PresencePort {
  const { host } = new URL(instance)

  /** Which of the posts that it was asked about the instance still shows. */
  const known = async (ids: readonly string[], most: number): Promise<Known | Wait> => {
    const answer = await ask(
      urlBelow(
        instance,
        'api/v1/statuses',
        ids.map((id) => ['id[]', id]),
      ),
      { headers },
    )
    // Servers older than Mastodon 4.3, and others that speak its API.
    if (answer.status === 404 && answer.json !== undefined) return oneByOne(ids, most)
    if (answer.status !== 200 || answer.json === undefined) return refused(answer)
    const statuses = z.array(z.object({ id: loose })).safeParse(answer.json).data
    if (!statuses) throw unavailable(name, 'its response has no list of posts')
    const found = new Set(statuses.flatMap(({ id }) => id ?? []))
    return { requests: 1, isThere: new Map(ids.map((id) => [id, found.has(id)])) }
  }

  const oneByOne = async (ids: readonly string[], most: number): Promise<Known | Wait> => {
    const isThere = new Map<string, boolean>()
    for (const id of ids.slice(0, Math.max(0, most - 1))) {
      const answer = await ask(urlBelow(instance, `api/v1/statuses/${encodeURIComponent(id)}`), { headers })
      if (answer.status !== 200 && answer.status !== 404) return refused(answer)
      isThere.set(id, answer.status === 200)
    }
    return { requests: 1 + isThere.size, isThere }
  }

  /** What the author's server says of a post; undefined where it does not say, or may not be asked. */
  const atOrigin = async (uri: string): Promise<Presence | undefined> => {
    const url = originOf(uri, host)
    const answer = url && (await askOrigin(url, { headers: { accept: STATEMENT } }).catch(() => undefined))
    if (answer?.status === 404 || answer?.status === 410) return 'gone'
    return answer?.status === 200 ? 'there' : undefined
  }

  return {
    batch: BATCH,
    stillThere: async (posts, most): Promise<Presences | Wait> => {
      const own = posts.flatMap((post) => {
        const id = ownIdOf(post, host)
        return id === undefined ? [] : [{ post, id }]
      })
      const found =
        own.length === 0
          ? NOTHING
          : await known(
              own.map(({ id }) => id),
              most,
            )
      if ('waitSeconds' in found) return found
      let { requests } = found
      const said = new Map<string, Presence>()
      for (const { post, id } of own) {
        const isThere = found.isThere.get(id)
        if (isThere !== undefined) said.set(post.id, isThere ? 'there' : 'absent')
      }
      for (const { id } of posts) {
        if (said.get(id) === 'there' || requests >= most) continue
        requests += 1
        const presence = await atOrigin(id)
        if (presence) said.set(id, presence)
      }
      return { said, requests }
    },
  }
}

/** The id by which the instance knows a post; undefined for a post of another instance. */
function ownIdOf({ id, sourceId = '' }: KeptPost, host: string): string | undefined {
  const [from, ...own] = sourceId.split('/')
  if (from === host && own.length === 1) return own[0]
  // Collected before pages stored the instance's own id, and written on this instance.
  return id.startsWith(`https://${host}/`) ? /\/statuses\/(\d+)$/.exec(id)?.[1] : undefined
}

/** Names of private networks: RFC 6761, RFC 6762, RFC 9476. */
const RESERVED = /\.(local(host)?|internal|intranet|home|lan|corp|arpa|alt|onion|test|invalid)$/i

/** Where to ask for a post: a public host, because anybody may write any address, or the instance itself. */
function originOf(uri: string, host: string): URL | undefined {
  if (!URL.canParse(uri)) return undefined
  const url = new URL(uri)
  if (url.host === host) return url
  const isPublic = /\.[a-z][a-z0-9-]*$/i.test(url.hostname) && !RESERVED.test(url.hostname)
  return url.protocol === 'https:' && isPublic && url.port === '' && url.username === '' ? url : undefined
}
