import { readCascades } from '../../shared/cascades/files'
import { keys, prefixes } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { postsOfRun } from '../../shared/posts'
import { runRecord } from '../../shared/records'
import { streamLabel, streamNameOf, type StreamName } from '../../shared/streams'
import { cascadeId } from '../../shared/text/cascade'
import { wilson } from '../../shared/statistics/wilson'
import { inColumns } from '../columns'
import { leadingLabels } from './annotators'
import type { FilePost } from './posts'
import type { Summary } from './summary'

/** The true share among all collected posts, by the labels that annotators without mistakes would give. */
export type TrueShare = (of: {
  hashtag: string
  stream?: string | undefined
  from: string
  to: string
  basis: 'posts' | 'messages'
  label: string
}) => number | undefined

/** A collected post with the label of its message: several where they tie, undefined where the file has none. */
export interface KnownPost extends StreamName {
  date: string
  cascade: string
  labels: readonly string[] | undefined
}

/** The truth about the collected posts, from the labels of the file. */
export async function truthOf(objects: Objects, posts: readonly FilePost[]): Promise<TrueShare> {
  const leading = leadingLabels(posts)
  const known = new Map<string, KnownPost>()
  for await (const { key } of objects.list(prefixes.raw)) {
    if (!keys.run.match(key)) continue
    const record = await objects.readJson(key, runRecord)
    const { date } = record
    const name = streamNameOf(record)
    const cascades = await readCascades(objects, record)
    for await (const { id, text } of postsOfRun(objects, record)) {
      const exact = cascadeId(text)
      known.set(`${streamLabel(name)} ${date} ${id}`, {
        ...name,
        date,
        cascade: cascades?.get(id) ?? exact,
        labels: leading.get(exact),
      })
    }
  }
  return truthAmong([...known.values()])
}

/** Of two tied labels each counts half, of three a third. Days with an unlabelled post have no known truth. */
export const truthAmong =
  (all: readonly KnownPost[]): TrueShare =>
  ({ from, to, basis, label, ...name }) => {
    const some = all.filter((post) => streamLabel(post) === streamLabel(name) && post.date >= from && post.date <= to)
    if (some.length === 0 || some.some(({ labels }) => labels === undefined)) return undefined
    const counted = basis === 'posts' ? some : [...new Map(some.map((post) => [post.cascade, post])).values()]
    const parts = counted.map(({ labels = [] }) => (labels.includes(label) ? 1 / labels.length : 0))
    return parts.reduce((sum, part) => sum + part, 0) / counted.length
  }

type Share = Summary['shares'][number]
type Withheld = Summary['withheld'][number]

/** The shares with the truth of each, where it is known. */
export const besideTruth = (shares: readonly Share[], truth: TrueShare): Share[] =>
  shares.map((share) => {
    const { basis, label, low, high } = share
    const [from = '', to = ''] = share.date ? [share.date, share.date] : (share.window ?? '').split('/')
    const found = truth({ ...streamNameOf(share), from, to, basis, label })
    // Shares are counted in whole posts; the last digit of a double is noise.
    return found === undefined
      ? share
      : { ...share, truth: found, covered: low - 1e-9 <= found && found <= high + 1e-9 }
  })

const percent = (share: number): string => `${Math.round(100 * share)} %`

/**
 * Every reported day's interval beside its truth, by posts, and how many intervals hold it. Undefined where no truth is
 * known.
 */
export function truthTable({ shares, withheld }: Pick<Summary, 'shares' | 'withheld'>): string {
  const labels = [...new Set(shares.map(({ label }) => label))]
  // Of two labels, one determines the other.
  const known = shares.filter(({ truth, label }) => truth !== undefined && (labels.length > 2 || label === labels[0]))
  if (known.length === 0) return ''
  const shown = known.filter(({ date, basis }) => date !== undefined && basis === 'posts')
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
  return [...inColumns(rows), '', ...coverage(known, withheld, labels.length)].join('\n')
}

/**
 * How many intervals hold the truth, with the binomial 95 % interval of that share, and how many answers were withheld.
 * Days are not independent, nor are the labels of a day: the binomial interval is a lower bound of the uncertainty.
 */
function coverage(known: readonly Share[], withheld: readonly Withheld[], labels: number): string[] {
  const rows = [true, false].flatMap((isDay) =>
    (['posts', 'messages'] as const).map((basis) => {
      const isOf = (one: Share | Withheld) => one.basis === basis && (one.date !== undefined) === isDay
      const some = known.filter(isOf)
      const held = some.filter(({ covered }) => covered).length
      const { low, high } = wilson(held / some.length, some.length)
      const figures =
        some.length === 0
          ? 'none reported'
          : `${held} of ${some.length} = ${percent(held / some.length)} [${Math.round(100 * low)}–${percent(high)}]`
      return [isDay ? 'days' : 'seven days', `by ${basis}`, figures, withheldOf(withheld.filter(isOf), some)]
    }),
  )
  const of = labels > 2 ? 'every label counted' : 'one label counted, because it determines the other'
  return [`Intervals that hold the truth, ${of}; in brackets the binomial 95 % interval:`, ...inColumns(rows)]
}

function withheldOf(withheld: readonly Withheld[], reported: readonly Share[]): string {
  const answers = new Set(reported.map(({ date, window, ...share }) => `${streamLabel(share)} ${date ?? window}`)).size
  if (withheld.length === 0) return 'none withheld'
  const states = [...new Set(withheld.map(({ state }) => state))].sort()
  const counts = states.map((state) => `${withheld.filter((one) => one.state === state).length} ${state}`)
  return `${withheld.length} of ${withheld.length + answers} withheld: ${counts.join(', ')}`
}
