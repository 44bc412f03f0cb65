import { z } from 'zod'
import { keys } from '../../shared/keys'
import { type Objects, parseJson } from '../../shared/objects'
import { type EvidenceRecord, evidenceRecord } from '../../shared/records'
import { boundedStreamFields } from '../../shared/stream-fields'
import { problem, type HttpReply } from '../../shared/web/http'
import type { EvidenceInBrief, MessageInBrief, PostAccess } from './overview'

type LabelRecord = EvidenceRecord['labels'][number]

const asked = z.object({ ...boundedStreamFields, date: z.iso.date() })

/** The evidence of a day as this visitor may see it; null if there is none, as for days of an earlier release. */
export async function answerEvidence(
  objects: Pick<Objects, 'read'>,
  query: Record<string, string>,
  shows: PostAccess,
): Promise<HttpReply> {
  const parsed = asked.safeParse(query)
  if (!parsed.success) return problem(400, 'invalid', 'say hashtag, date as in 2026-11-21, and stream')
  const { hashtag, stream, date } = parsed.data
  // A day of a release without streams is stored under its hashtag alone.
  const places = [...(stream === undefined ? [] : [{ hashtag, stream, date }]), { hashtag, date }].map(keys.evidence)
  for (const key of places) {
    const stored = await objects.read(key)
    if (stored)
      return { status: 200, body: inBrief(parseJson(stored.body.toString('utf8'), evidenceRecord, key), shows) }
  }
  return { status: 200, body: null }
}

/** The evidence without the parts that the visitor may not see. */
export function inBrief({ labels, messages, ...evidence }: EvidenceRecord, shows: PostAccess): EvidenceInBrief {
  const { hashtag, stream, date, from, posts, postsBefore, part } = evidence
  const brief = ({
    text,
    language,
    posts: times,
    predicted,
    post,
  }: LabelRecord['messages'][number]): MessageInBrief => {
    const link = shows === 'links' ? linkTo(stream, post) : undefined
    return { text, language, posts: times, predicted, ...(link ? { link } : {}) }
  }
  return {
    hashtag,
    ...(stream === undefined ? {} : { stream }),
    date,
    from,
    posts,
    postsBefore,
    part,
    counted: messages,
    shows,
    labels: labels.map((one) => ({
      label: one.label,
      words: one.words,
      messages: shows === 'none' ? [] : one.messages.map(brief),
      moves:
        shows === 'none' ? [] : one.moves.map((move) => ({ ...brief(move), before: move.before, change: move.change })),
    })),
  }
}

/** URL of a post at its network, for networks where the id suffices. */
function linkTo(stream: string | undefined, post: string): string | undefined {
  if (stream === 'x' && /^\d+$/.test(post)) return `https://x.com/i/status/${post}`
  const hackerNews = /^hn:(\d+)$/.exec(post)
  if (hackerNews) return `https://news.ycombinator.com/item?id=${hackerNews[1]}`
  const bluesky = /^at:\/\/(did:[a-z0-9:.-]+)\/app\.bsky\.feed\.post\/([\w-]+)$/.exec(post)
  return bluesky ? `https://bsky.app/profile/${bluesky[1]}/post/${bluesky[2]}` : undefined
}
