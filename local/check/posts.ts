import type { Settings } from '../../shared/settings'
import { makeTally, placeInWords, type RefusedPlace } from '../../shared/row-file/tally'
import { daysBetween } from '../../shared/utc-day'
import { NO_HASHTAG, type PostRow, postRows, undated } from '../replay/posts'
import { makeRepeats } from './repeats'
import type { CheckRules, FileReport } from './report'
import { counted, countIn, tallied, tallyInWords } from './words'

/** Check a file of posts: what a replay or the collector would make of it. Holds no row. */
export async function checkPosts(file: string, { settings, isOwn, now, all }: CheckRules): Promise<FileReport> {
  const tally = makeTally()
  const places: RefusedPlace[] = []
  const [dated, withoutDate] = [makeCounts(), makeCounts()]
  const undatedLines: number[] = []
  const ids = makeRepeats()
  let words = ''
  let rows = 0
  const refuse = (place: RefusedPlace) => {
    tally.refuse(place)
    if (all) places.push(place)
  }
  const rules = {
    now,
    ...(isOwn ? { tags: settings.hashtags.map(({ tag }) => tag) } : {}),
    ...(isOwn ? { categories: settings.labels.categories.map(({ name }) => name) } : {}),
    onFound: (found: { words: string }) => void (words = found.words),
  }
  for await (const row of postRows(file, rules)) {
    rows += 1
    if ('reason' in row) refuse(row)
    else {
      for (const note of row.notes) tally.note(note)
      if (row.post.id !== '') ids.add(`${row.post.createdAt.slice(0, 10)} ${row.hashtags.join(' ')} ${row.post.id}`)
      if (row.post.createdAt === '') undatedLines.push(row.line)
      const counts = row.post.createdAt === '' ? withoutDate : dated
      counts.take(row)
    }
  }
  const isDated = dated.days.size > 0
  const posts = isDated ? dated : withoutDate
  if (isDated) for (const line of undatedLines) refuse(undated({ line }))
  const repeated = ids.repeated()
  if (repeated > 0) tally.note('id of an earlier row of the same day and hashtag: the first is the post', repeated)
  const used = rows - tally.refused()
  return {
    used,
    refused: tally.refused(),
    places: places.sort((a, b) => a.line - b.line).map((place) => placeInWords(file, place)),
    lines: [
      `${file}: posts, ${words}`,
      `  ${counted(rows, 'row')}, ${counted(used, 'post')}`,
      ...(used > 0 ? posts.inWords(isDated, isOwn ? settings : undefined) : []),
      ...tallyInWords(file, tally, 'row', all),
    ],
  }
}

/** Counts the posts of a file by day, hashtag and label. */
function makeCounts() {
  const days = new Map<string, number>()
  const tags = new Map<string, number>()
  const labels = new Map<string, number>()
  let unlabelled = 0
  return {
    days,
    take({ post, hashtags, label }: PostRow): void {
      if (post.createdAt !== '') countIn(days, post.createdAt.slice(0, 10))
      for (const tag of hashtags) countIn(tags, `#${tag}`)
      if (label === undefined) unlabelled += 1
      else countIn(labels, label)
    },
    inWords(isDated: boolean, settings: Settings | undefined): string[] {
      const watched = settings && new Set(settings.hashtags.map(({ tag }) => `#${tag}`))
      const known = settings && new Set(settings.labels.categories.map(({ name }) => name))
      const foreignTags = watched ? [...tags.keys()].filter((tag) => !watched.has(tag)) : []
      const foreignLabels = known ? [...labels.keys()].filter((label) => !known.has(label)) : []
      return [
        `  days      ${isDated ? span(days) : 'no dates: a replay makes a day of each 100 posts (--per-day)'}`,
        `  hashtags  ${tallied(tags)}${tags.has(`#${NO_HASHTAG}`) ? ` (#${NO_HASHTAG}: rows that name none)` : ''}`,
        `  labels    ${labels.size === 0 ? 'none' : `${tallied(labels)}${unlabelled > 0 ? `; ${unlabelled} without` : ''}`}`,
        ...(foreignTags.length > 0 ? [`  not in the configuration: ${foreignTags.join(', ')}`] : []),
        ...(foreignLabels.length > 0 ? [`  not categories of the configuration: ${foreignLabels.join(', ')}`] : []),
      ]
    },
  }
}

function span(days: ReadonlyMap<string, number>): string {
  const sorted = [...days.keys()].sort()
  const [first = '', last = ''] = [sorted[0], sorted.at(-1)]
  const missing = daysBetween(first, last) + 1 - sorted.length
  const gap = missing > 0 ? `, of which ${counted(missing, 'day')} without posts` : ''
  return `${first} to ${last}${gap}`
}
