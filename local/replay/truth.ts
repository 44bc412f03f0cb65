import { readCascades } from '../../shared/cascades/files'
import { keys, prefixes } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { postsOfRun } from '../../shared/posts'
import { runRecord } from '../../shared/records'
import { cascadeId } from '../../shared/text/cascade'
import { majorities } from './annotators'
import type { FilePost } from './posts'
import type { Summary } from './summary'

/** What is true of a share: that of all collected posts, by what people without mistakes would say of their messages. */
export type Truth = (of: {
  hashtag: string
  from: string
  to: string
  basis: 'posts' | 'messages'
  label: string
}) => number | undefined

interface Known {
  hashtag: string
  date: string
  cascade: string
  label: string | undefined
}

/** The truth about the posts that were collected, by the labels that the file has; none of a day with a post without. */
export async function truthOf(objects: Objects, posts: readonly FilePost[]): Promise<Truth> {
  const labels = majorities(posts)
  const known = new Map<string, Known>()
  for await (const { key } of objects.list(prefixes.raw)) {
    if (!keys.run.match(key)) continue
    const record = await objects.readJson(key, runRecord)
    const { hashtag, date } = record
    const cascades = await readCascades(objects, record)
    for await (const { id, text } of postsOfRun(objects, record)) {
      const exact = cascadeId(text)
      known.set(`${hashtag} ${date} ${id}`, {
        hashtag,
        date,
        cascade: cascades?.get(id) ?? exact,
        label: labels.get(exact),
      })
    }
  }
  const all = [...known.values()]
  return ({ hashtag, from, to, basis, label }) => {
    const some = all.filter((post) => post.hashtag === hashtag && post.date >= from && post.date <= to)
    if (some.length === 0 || some.some((post) => post.label === undefined)) return undefined
    const counted = basis === 'posts' ? some : [...new Map(some.map((post) => [post.cascade, post])).values()]
    return counted.filter((post) => post.label === label).length / counted.length
  }
}

type Share = Summary['shares'][number]

/** The shares with what is true of each, where it is known. */
export const besideTruth = (shares: readonly Share[], truth: Truth): Share[] =>
  shares.map((share) => {
    const { hashtag, basis, label, low, high } = share
    const [from = '', to = ''] = share.date ? [share.date, share.date] : (share.window ?? '').split('/')
    const found = truth({ hashtag, from, to, basis, label })
    // Shares are counted in whole posts; the last digit of a double says nothing.
    return found === undefined
      ? share
      : { ...share, truth: found, covered: low - 1e-9 <= found && found <= high + 1e-9 }
  })

const percent = (share: number): string => `${Math.round(100 * share)} %`

/** Every reported day's interval beside its truth, by posts, and how many intervals hold it. Nothing where none is known. */
export function truthTable(shares: readonly Share[]): string {
  const known = shares.filter(({ truth }) => truth !== undefined)
  if (known.length === 0) return ''
  const labels = [...new Set(known.map(({ label }) => label))]
  // Of two labels the one says what the other does.
  const shown = known.filter(
    ({ date, basis, label }) => date !== undefined && basis === 'posts' && (labels.length > 2 || label === labels[0]),
  )
  const rows = [
    ['day', 'hashtag', 'label', 'share', '95 %', 'truth', ''],
    ...shown.map(({ date, hashtag, label, share, low, high, truth, covered }) => [
      date ?? '',
      `#${hashtag}`,
      label,
      percent(share),
      `${Math.round(100 * low)}–${percent(high)}`,
      percent(truth ?? 0),
      covered ? '' : 'missed',
    ]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
  const heldOf = (some: readonly Share[]) => `${some.filter(({ covered }) => covered).length} of ${some.length}`
  const of = (basis: Share['basis'], isDay: boolean) =>
    known.filter((share) => share.basis === basis && (share.date !== undefined) === isDay)
  const total =
    `Intervals that hold the truth, every label counted: ${heldOf(of('posts', true))} by posts and ${heldOf(of('messages', true))} by messages of single days;` +
    ` ${heldOf(of('posts', false))} and ${heldOf(of('messages', false))} of seven days.`
  return [...lines, '', total].join('\n')
}
