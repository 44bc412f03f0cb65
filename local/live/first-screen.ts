import type { RunRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { describeSource } from '../../shared/sources'
import { sum } from '../../shared/statistics/numbers'
import { sourcesOfHashtag, type StreamName, streamInWords } from '../../shared/streams'
import { counted } from '../check/words'
import { inColumns } from '../columns'
import type { CollectedStream } from './collecting'
import { FEWEST } from './counting'

/** The source of the posts, and whose terms apply. A paid network says what it may cost. */
export function placesInWords({ hashtags, sources, caps }: Pick<Settings, 'hashtags' | 'sources' | 'caps'>): string[] {
  return Object.entries(sources).flatMap(([name, source]) => {
    const tags = hashtags.filter((one) => sourcesOfHashtag(one).includes(name)).map(({ tag }) => `#${tag}`)
    const { place, terms, perPostUsd } = describeSource(source)
    const { perDay } = caps.collectUsd
    return [
      `${tags.join(', ')} on ${place}. Terms: ${terms.join(' ')}`,
      ...(perPostUsd > 0
        ? [`Reading there costs $${perPostUsd} a post, at most $${perDay} a day (caps.collectUsd in bellwether.yml).`]
        : []),
    ]
  })
}

/** How many posts there were, a run a line, and the likely reason where there were none. */
export function daysInWords(runs: readonly RunRecord[], languages: readonly string[]): string {
  const posts = sum(runs.map((run) => run.posts))
  const days = new Set(runs.map(({ date }) => date)).size
  const total = `${counted(posts, 'post')} of ${counted(days, 'day')}.`
  if (posts === 0) return [total, ...whyNone(runs, languages)].join('\n')
  const isOne = ({ hashtag, stream }: StreamName) =>
    runs.every((run) => run.hashtag !== hashtag || run.stream === stream)
  const nameOf = (run: RunRecord) => streamInWords(isOne(run) ? { hashtag: run.hashtag } : run)
  const rows = runs.map((run) => [run.date, nameOf(run), String(run.posts), existingOf(run), besidesOf(run)])
  const shown = inColumns([['day', 'hashtag', 'posts', 'of', 'left out'], ...rows])
  return [...shown, total].join('\n')
}

/** The number of posts by the network; an estimate says so. */
function existingOf({ existing, existingIsEstimate }: RunRecord): string {
  if (existing === null) return ''
  return existingIsEstimate ? `about ${existing}` : String(existing)
}

/** The posts that were not stored, and why the run is incomplete. */
function besidesOf(run: RunRecord): string {
  const left = Object.entries(leftOutOf(run)).map(([reason, posts]) => `${posts} ${reason}`)
  return [
    ...left,
    ...(run.stoppedBy === null ? [] : [`ended by ${run.stoppedBy}`]),
    ...(run.gap === null ? [] : ['the source no longer has a part of the day']),
  ].join(', ')
}

const leftOutOf = ({ otherLanguages, refusedRows, leftOut = {} }: RunRecord): Record<string, number> => ({
  ...(otherLanguages > 0 ? { 'in other languages': otherLanguages } : {}),
  ...(refusedRows > 0 ? { malformed: refusedRows } : {}),
  ...leftOut,
})

function whyNone(runs: readonly RunRecord[], languages: readonly string[]): string[] {
  const left = sum(runs.flatMap((run) => Object.values(leftOutOf(run))))
  if (left === 0) {
    return [
      'The instance has no post with the hashtag from these days: it has only the posts that reached it.',
      'Try a larger instance, or another hashtag.',
    ]
  }
  const others = sum(runs.map(({ otherLanguages }) => otherLanguages))
  return [
    `${counted(left, 'post')} left out: ${runs.map(besidesOf).filter(Boolean).join('; ')}.`,
    ...(others > 0 ? [`Languages that are stored: ${languages.join(', ')} (languages in bellwether.yml).`] : []),
  ]
}

/** What is collected later, because its network may still receive posts of that day. */
export const waitsInWords = (collected: readonly CollectedStream[]): string[] =>
  collected.flatMap(({ topic, through, waitsUntil }) =>
    waitsUntil === undefined || through === undefined
      ? []
      : [
          `#${topic}, ${through}: late posts still arrive there; while this runs, the day is collected when they are in.`,
        ],
  )

/** The next steps of the person at the terminal. */
export interface Next {
  links: { desk: string; report: string; owner: string }
  /** Posts that wait at the desk. */
  waiting: number
  /** Labels until a first model may go live; undefined where one is live. */
  untilModel: number | undefined
  countAfterSeconds: number
}

export const nextInWords = ({ links, waiting, untilModel, countAfterSeconds }: Next): string =>
  [
    waiting > 0
      ? `Label posts with the keys 1, 2, …; ${counted(waiting, 'post')} wait:`
      : 'No post waits for a label now. The desk, for later:',
    `  ${links.desk}`,
    ...(waiting > 0
      ? [
          `  ${FEWEST} labels of a day and a pause of ${counted(countAfterSeconds, 'second')} give a first share, more a narrower one` +
            (untilModel === undefined ? '.' : `; about ${untilModel} a first model.`),
        ]
      : []),
    'See the shares:',
    `  ${links.report}`,
    'See what was labelled, correct it, invite others:',
    `  ${links.owner}`,
    'While this command runs, it continues by itself, day by day. Ctrl-C stops it, and the next start catches up.',
  ].join('\n')
