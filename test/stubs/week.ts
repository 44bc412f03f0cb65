import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { dayAfter, dayOf, daysBetween } from '../../shared/utc-day'
import { aStatus, type Status } from './mastodon'

const row = z.object({ createdAt: z.string(), hashtag: z.string(), text: z.string(), language: z.string().optional() })

/** The first day of the sample. */
const SAMPLE_FROM = '2026-06-01'

/**
 * The sample's posts of a hashtag in the form of an instance: the posts before a UTC day, with the first day of the
 * sample a number of days before it. Texts are HTML, as Mastodon writes it.
 */
export function weekOfPosts(today: string, days: number, tag = 'aws'): Status[] {
  const file = path.resolve(__dirname, '../../samples/posts/sample.jsonl')
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => row.parse(JSON.parse(line)))
  const first = dayAfter(today, -days)
  return rows.flatMap(({ createdAt, hashtag, text, language }) => {
    const nth = daysBetween(SAMPLE_FROM, dayOf(Date.parse(createdAt)))
    if (hashtag !== tag || nth >= days) return []
    const at = `${dayAfter(first, nth)}${createdAt.slice(10)}`
    return aStatus(at, { content: htmlOf(text), language: language ?? 'en', tags: [{ name: tag }] })
  })
}

/** The sample has X's texts: entities stay, links and hashtags become links. */
const htmlOf = (text: string): string =>
  `<p>${text
    .replaceAll(/https:\/\/\S+/g, '<a href="$&" rel="nofollow noopener" target="_blank">$&</a>')
    .replaceAll(
      /#(\w+)/g,
      '<a href="https://a.example/tags/$1" class="mention hashtag" rel="tag">#<span>$1</span></a>',
    )}</p>`
