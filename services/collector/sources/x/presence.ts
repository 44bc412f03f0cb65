import { z } from 'zod'
import { BellwetherError } from '../../../../shared/errors'
import { jsonOrNothing } from '../../../../shared/json'
import type { XSettings } from '../../../../shared/sources/x'
import { urlBelow, type Ask, type HttpAnswer, unavailable, waitOrThrow } from '../http'
import type { CannotTell, KeptPost, Presence, PresencePort, Presences, Wait } from '../source'
import { readProblem } from './answer'

interface Asking {
  name: string
  settings: XSettings
  token: string
  ask: Ask
  nowMs(): number
  /** Milliseconds between two polls of a job. */
  pollMs: number
}

/** The ids of one look-up. A compliance job takes far more, but one daily check never has more. */
const LOOKED_UP = 100
const IN_A_JOB = 10_000
/** Polls of a job before it is left for another day. */
const MOST_LOOKS = 24

/** How X tells which posts are gone: by a batch compliance job, which is free, or by a look-up, which is paid for. */
export const xPresence = (asking: Asking): PresencePort =>
  asking.settings.presence === 'lookup' ? byLookup(asking) : byJob(asking)

const lookedUp = z.object({
  data: z.array(z.object({ id: z.string() })).default([]),
  errors: z
    .array(z.object({ resource_id: z.string().optional(), value: z.string().optional(), type: z.string() }))
    .default([]),
})

function byLookup({ name, settings, token, ask, nowMs }: Asking): PresencePort {
  const { apiUrl, pricePerPostUsd } = settings
  return {
    batch: LOOKED_UP,
    mostUsd: (posts) => posts * pricePerPostUsd,
    stillThere: async (posts): Promise<Presences | Wait | CannotTell> => {
      const answer = await ask(urlBelow(apiUrl, 'tweets', [['ids', posts.map(({ id }) => id).join(',')]]), {
        headers: { authorization: `Bearer ${token}` },
      })
      if (answer.status !== 200) return refusalOf(name, answer, nowMs())
      const body = lookedUp.safeParse(answer.json)
      if (!body.success) throw unavailable(name, 'its response has no list of posts')
      const { data, errors } = body.data
      if (data.length + errors.length === 0) throw unavailable(name, 'its response has no list of posts')
      const said = new Map<string, Presence>(data.map(({ id }) => [id, 'there']))
      for (const { resource_id, value, type } of errors) {
        const id = resource_id ?? value
        if (id === undefined || said.has(id)) continue
        // The host in the type is api.twitter.com or api.x.com.
        if (type.endsWith('/resource-not-found')) said.set(id, 'gone')
        // Protected, or of a suspended author.
        else if (type.endsWith('/not-authorized-for-resource')) said.set(id, 'absent')
      }
      return { said, requests: 1, costUsd: data.length * pricePerPostUsd }
    },
  }
}

const job = z.object({
  data: z.object({
    id: z.string(),
    status: z.enum(['created', 'in_progress', 'complete', 'failed', 'expired']),
    upload_url: z.url().optional(),
    download_url: z.url().optional(),
  }),
})
type Job = z.infer<typeof job>['data']
const redaction = z.object({ id: z.string(), reason: z.string().optional() })

/** https://docs.x.com/x-api/compliance/batch-compliance */
function byJob({ name, settings, token, ask, nowMs, pollMs }: Asking): PresencePort {
  const { apiUrl } = settings
  const headers = { authorization: `Bearer ${token}` }
  const jobIn = ({ json }: HttpAnswer): Job => {
    const found = job.safeParse(json).data
    if (!found) throw unavailable(name, 'its response has no compliance job')
    return found.data
  }

  /** Storage on another host takes the ids and returns the result, without our token. */
  const stored = async (address: string | undefined, put?: string): Promise<string> => {
    const url = address === undefined ? undefined : new URL(address)
    if (!url || (url.protocol !== 'https:' && url.host !== new URL(apiUrl).host))
      throw unavailable(name, 'its compliance job has no address')
    const answer = await ask(url, put === undefined ? {} : { put })
    if (answer.status < 200 || answer.status >= 300) throw unavailable(name, `its storage answered ${answer.status}`)
    return answer.text
  }

  const finished = async (begun: Job): Promise<{ job: Job; requests: number } | Wait> => {
    let current = begun
    for (let looks = 0; ; looks++) {
      if (current.status === 'complete') return { job: current, requests: looks }
      if (current.status === 'failed' || current.status === 'expired' || looks === MOST_LOOKS)
        throw unavailable(name, `its compliance job is ${current.status}`)
      await new Promise((resolve) => setTimeout(resolve, pollMs))
      const answer = await ask(urlBelow(apiUrl, `compliance/jobs/${encodeURIComponent(begun.id)}`), { headers })
      if (answer.status !== 200) return waitOrThrow(name, answer, nowMs())
      current = jobIn(answer)
    }
  }

  return {
    batch: IN_A_JOB,
    stillThere: async (posts): Promise<Presences | Wait | CannotTell> => {
      const answer = await ask(urlBelow(apiUrl, 'compliance/jobs'), {
        headers,
        body: { type: 'tweets', name: `bellwether ${new Date(nowMs()).toISOString()}`, resumable: false },
      })
      if (answer.status !== 200) return refusalOf(name, answer, nowMs())
      const begun = jobIn(answer)
      await stored(begun.upload_url, posts.map(({ id }) => id).join('\n'))
      const done = await finished(begun)
      if ('waitSeconds' in done) return done
      const lines = await stored(done.job.download_url ?? begun.download_url)
      return { said: saidBy(posts, lines, name), requests: done.requests + 3 }
    },
  }
}

/** Ids that a job does not list still exist. A post that is only withheld somewhere need not be deleted. */
function saidBy(posts: readonly KeptPost[], lines: string, name: string): ReadonlyMap<string, Presence> {
  const said = new Map<string, Presence>(posts.map(({ id }) => [id, 'there']))
  for (const line of lines.split('\n').filter((one) => one.trim() !== '')) {
    const found = redaction.safeParse(jsonOrNothing(line)).data
    if (!found) throw unavailable(name, 'the result of its compliance job is not JSON')
    if (!said.has(found.id) || found.reason === 'scrub_geo') continue
    said.set(found.id, found.reason === 'deleted' ? 'gone' : 'absent')
  }
  return said
}

/** An account without access is left to retention by age. A spending limit is temporary. */
function refusalOf(name: string, answer: HttpAnswer, nowMs: number): Wait | CannotTell {
  const { type = '' } = readProblem(answer.json)
  const isMoney = answer.status === 402 || /usage-capped|credits|spend-cap/.test(type)
  if (isMoney || ((answer.status === 403 || answer.status === 404) && answer.json !== undefined))
    return { cannot: `${name} answered ${answer.said}` }
  if (answer.status === 401)
    throw new BellwetherError(
      'SOURCE_REFUSED',
      `${name} answered ${answer.said}; put a valid bearer token into its secret`,
    )
  return waitOrThrow(name, answer, nowMs)
}
