import { addBatch } from '../../../shared/state/desk'
import { claimBatch, markStarted } from '../../../shared/state/open-batches'
import { indexBytes, reportBytes } from '../../../services/analyzer/reports/report'
import { book } from '../../../shared/state/ledger'
import { keys } from '../../../shared/keys'
import type { Objects } from '../../../shared/objects'
import type { AnswerRecord, CardRecord, QualityRecord, ReportRecord, StretchRecord } from '../../../shared/records'
import { mulberry32 } from '../../../shared/statistics/random'
import type { Table } from '../../../shared/table'
import { cardExample, championExample } from '../../shared/card'
import { qualityExample, unmeasuredExample, unreliableExample } from '../../shared/quality'
import { evidenceExample } from '../../shared/evidence'
import { exampleIndex } from '../../shared/reports'

/** A stack at some point in time, described by its bucket and table. */
export interface Story {
  /** UTC days of reports. */
  from: string
  days: number
  hashtags?: string[]
  labels?: string[]
  /** The verdicts on models, oldest first. */
  verdicts?: ('promoted' | 'provisional' | 'rejected')[]
  /** Labels of a day. */
  labelled?: number
  status?: QualityRecord['status']
  /** The first day from which annotators disagree too often for a share. */
  unreliableFrom?: number
  /** The collected part of incomplete days, by hashtag and date. */
  partial?: Record<string, number>
  /** Days without a report, by hashtag and date. */
  missing?: string[]
  /** The number of last days without posts. */
  silent?: number
  disagrees?: boolean
  waiting?: boolean
  /** No batch has been settled yet. */
  unsettled?: boolean
  /** Posts booked on the day after the last. */
  spentPosts?: number
  /** Judgements booked for the posts of the last day. */
  spentJudgements?: number
  /** A language model is asked about every message. */
  hasLanguageModel?: boolean
}

type Store = Pick<Objects, 'put'>

const dayAfter = (date: string, days: number) =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)

/** The reports of the story, by date and hashtag. */
export function reportsOf(story: Story): ReportRecord[] {
  const {
    from,
    days,
    hashtags = ['aws', 'azure'],
    labels = ['technical', 'marketing'],
    missing = [],
    silent = 0,
  } = story
  const random = mulberry32(7)
  const { model } = modelsOf(story)
  return Array.from({ length: days }, (_, at) => dayAfter(from, at)).flatMap((date, at) =>
    hashtags.flatMap((hashtag, h) => {
      const truth = sharesAt(labels, at, h)
      const noise = labels.map(() => (random() - 0.5) * 0.16)
      if (missing.includes(`${hashtag} ${date}`)) return []
      const collected = story.partial?.[`${hashtag} ${date}`] ?? 1
      const labelled = story.labelled ?? 30
      const posts = Math.round((700 + 300 * random()) * collected)
      const silence = Math.max(0, at + 1 - (days - silent))
      const since = Math.max(0, at - 6)
      const isUnreliable = story.unreliableFrom !== undefined && at >= story.unreliableFrom
      const told = (one: AnswerRecord) => (isUnreliable && one.state === 'reported' ? unreliableAnswer(one) : one)
      const week = (share: number[], basis: string) =>
        told(answer(labels, share, labelled * Math.max(0, at - since + 1 - silence), basis, collected > 0.2))
      const day = (share: number[], basis: string) =>
        silence > 0
          ? silentAnswer(labels, hashtag, date)
          : told(answer(labels, share, labelled, basis, collected > 0.2, story.disagrees))
      const stretch = (first: string, over: number, of: typeof day): StretchRecord => ({
        from: first,
        to: date,
        days: over,
        posts: posts * over,
        messages: Math.round(posts * 0.66) * over,
        collected,
        byPosts: of(mixed(truth, over > 1 ? [] : noise), 'posts'),
        byMessages: of(mixed(sharesAt(labels, at, h + 0.4), over > 1 ? [] : noise), 'messages'),
      })
      const whole = collected === 1
      return [
        {
          hashtag,
          date,
          model: model ?? null,
          labels: {
            version: 1,
            status: isUnreliable ? 'unreliable' : (story.status ?? 'ok'),
            errors: errorsIn(story),
            batches: [date],
            latest: dayAfter(date, 1),
          },
          complete: whole,
          collection: {
            words: whole
              ? 'All of the day was collected.'
              : `The cap on posts ended the collection: the last ${Math.round(24 * collected)} hours of the day are there, ${Math.round(100 * collected)} % of its posts.`,
            existing: Math.round(posts / collected),
            stoppedBy: whole ? [] : ['caps.posts.perDay'],
            gaps: [],
          },
          day: stretch(date, silence > 0 ? 0 : 1, day),
          week: stretch(dayAfter(from, since), Math.max(0, at - since + 1 - silence), week),
          predictions: [`predictions/hashtag=${hashtag}/date=${date}/run=one.csv`],
        },
      ]
    }),
  )
}

const errorsIn = ({ status = 'ok' }: Story): ReportRecord['labels']['errors'] =>
  ({
    ok: { source: 'pairs' as const, items: 210, differing: 21, rate: 0.053, high: 0.078 },
    unreliable: { source: 'pairs' as const, items: 120, differing: 51, rate: 0.31, high: 0.42 },
    unmeasured: { source: 'assumed' as const, items: 0, differing: 0, rate: 0.05, high: 0.108 },
  })[status]

/** The answer in place of a share when annotators disagree too often. */
const unreliableAnswer = ({ shares, ...one }: AnswerRecord): AnswerRecord => ({
  ...one,
  state: 'labels-unreliable',
  words:
    'Two people disagree about 43 % of the messages that both judged, so no share can be told. Of what one person says of them, 58 % is technical (95 % interval 46 to 69 %), 42 % marketing (31 to 54 %).',
  judgements: { disagree: 0.425, shares },
  effective: null,
  shares: [],
  pacc: {
    ...one.pacc,
    state: 'not-estimable',
    words: 'It cannot be estimated: the labels are unreliable.',
    shares: [],
  },
  tight: { ...one.tight, state: 'not-estimable', words: 'It is shown beside a headline only.', z7: null, shares: [] },
  counting: [],
})

/** Writes what the stack would have written by then. */
export async function tell(objects: Store, table: Table, story: Story): Promise<void> {
  const reports = story.hasLanguageModel ? reportsOf(story).map(withLanguageModel) : reportsOf(story)
  for (const report of reports) await objects.put(keys.report(report), reportBytes(report))
  for (const { hashtag, stream, date } of reports.slice(-4)) {
    await objects.put(
      keys.evidence({ hashtag, stream, date }),
      JSON.stringify({ ...evidenceExample, hashtag, stream, date, from: dayAfter(date, -6) }),
    )
  }
  if (reports.length > 0) await objects.put(keys.reportIndex({}), indexBytes(exampleIndex(reports)))
  for (let at = 0; at < story.days && !story.unsettled; at++) {
    const batch = dayAfter(story.from, at)
    await objects.put(keys.quality({ batch }), JSON.stringify(quality(batch, story)))
  }
  const { cards, champion } = modelsOf(story)
  for (const card of cards) await objects.put(keys.card(card), JSON.stringify(card))
  if (champion) {
    const provisional = champion.provisional
    const promotedAt = `${dayAfter(champion.dataset.latestDate, 1)}T03:30:00.000Z`
    await objects.put(
      keys.champion({}),
      JSON.stringify({ ...championExample, job: champion.job, provisional, promotedAt }),
    )
  }
  const today = dayAfter(story.from, story.days)
  const posts = { kind: 'posts', perDay: 2000, perMonth: 60_000 }
  if (story.spentPosts) await book(table, posts, today, 'run', story.spentPosts)
  const judgements = { kind: 'judgements', perDay: 420, perMonth: 6000 }
  if (story.spentJudgements) await book(table, judgements, dayAfter(today, -1), 'batch', story.spentJudgements)
  if (story.waiting) await waitForLabels(table, dayAfter(today, -1), today)
}

function withLanguageModel(report: ReportRecord): ReportRecord {
  const { messages, byPosts } = report.day
  const wider = byPosts.shares.map((share) => ({
    ...share,
    low: Math.max(0, share.low - 0.03),
    high: Math.min(1, share.high + 0.03),
  }))
  const without = byPosts.shares.length > 0 ? { shares: wider, effective: 40 } : null
  return {
    ...report,
    secondPredictor: {
      provider: 'bedrock',
      model: 'eu.some-model-v1:0',
      prompt: '0123456789abcdef',
      words: 'It answered.',
      messages,
      answered: Math.max(0, messages - 12),
      abstained: { refusal: 7, unsure: 5 },
      costUsd: 0.134,
      stopped: null,
      window: 300,
      agreement: { items: 300, share: 0.86, low: 0.816, high: 0.895 },
      people: { items: 210, share: 0.9, low: 0.852, high: 0.934 },
      confused: [{ label: 'technical', said: 'marketing', items: 27, of: 170 }],
    },
    day: { ...report.day, byPosts: { ...byPosts, secondPredictor: { weight: 1, answered: 0.98, without } } },
  }
}

async function waitForLabels(table: Table, batch: string, today: string): Promise<void> {
  const deadline = `${today}T21:00:00Z`
  await claimBatch(table, { batch, date: batch, claimedAt: `${today}T01:00:00Z`, deadline, runs: [], carried: [] })
  await addBatch(table, {
    batch,
    deadline,
    categories: [],
    items: Array.from({ length: 60 }, (_, i) => ({ item: `item${i}`, source: `post ${i}`, wanted: 1, most: 1 })),
    expiresAt: 4_000_000_000,
  })
  await markStarted(table, batch)
}

function modelsOf({ from, verdicts = [] }: Story) {
  const cards = verdicts.map((verdict, i): CardRecord => {
    const score = Math.min(0.92, 0.74 + 0.02 * i) - (verdict === 'rejected' ? 0.07 : 0)
    const promoted = verdict !== 'rejected'
    const challenger = {
      ...cardExample.scores.majority,
      ...cardExample.scores.challenger,
      macroF1: score,
      macroF1Interval: { low: score - 0.08, high: score + 0.07 },
    }
    return {
      ...cardExample,
      job: `bellwether-dev-${(0x3f9c2a7d + i).toString(16)}0b1e4c55-1`,
      verdict: promoted ? 'promoted' : 'rejected',
      provisional: verdict === 'provisional',
      reasons: promoted
        ? [`macro-F1 ${score.toFixed(3)} is not below the 0.735 of the champion`]
        : [
            `macro-F1 ${score.toFixed(3)} is below the ${(score + 0.07).toFixed(3)} of the champion`,
            'recall of marketing fell by 9 points, from 0.80 to 0.71',
          ],
      scores: { ...cardExample.scores, challenger },
      dataset: { ...cardExample.dataset, latestDate: dayAfter(from, i) },
    }
  })
  const champion = cards.findLast(({ verdict }) => verdict === 'promoted')
  return { cards, champion, model: champion?.job }
}

function quality(batch: string, { status = 'ok' }: Story): QualityRecord {
  const { [status]: measured } = { ok: qualityExample, unreliable: unreliableExample, unmeasured: unmeasuredExample }
  return { ...measured, batch, date: batch, batches: [batch] }
}

/** Shares that sum to one and move slowly. */
function sharesAt(labels: readonly string[], at: number, shift: number): number[] {
  const weights = labels.map((_, i) => 1 + 0.6 * Math.sin(0.23 * at + 1.7 * i + 1.1 * shift) + (i === 0 ? 0.5 : 0))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

function mixed(shares: readonly number[], noise: readonly number[]): number[] {
  const moved = shares.map((share, i) => Math.max(0.005, share + (noise[i] ?? 0) * share))
  const sum = moved.reduce((total, share) => total + share, 0)
  return moved.map((share) => share / sum)
}

const silentAnswer = (labels: readonly string[], hashtag: string, date: string): AnswerRecord => ({
  ...answer(labels, [], 0, 'posts', true),
  state: 'no-posts',
  words: `No posts about #${hashtag} were collected on ${date}.`,
  more: null,
})

function answer(
  labels: readonly string[],
  truth: readonly number[],
  labelled: number,
  basis: string,
  enough: boolean,
  disagrees = false,
): AnswerRecord {
  const half = (share: number, factor = 1) =>
    factor * 1.96 * Math.sqrt((share * (1 - share) * 0.6) / Math.max(1, labelled))
  const shares = (factor = 1) =>
    labels.map((label, i) => {
      const share = truth[i] ?? 0
      return {
        label,
        share,
        low: Math.max(0, share - half(share, factor)),
        high: Math.min(1, share + half(share, factor)),
      }
    })
  const reported = enough && labelled >= 10
  const state = reported ? 'reported' : enough ? 'not-enough-labels' : 'withheld'
  const more = Math.max(0, 97 - labelled)
  return {
    state,
    words:
      state === 'reported'
        ? `Reported by ${basis}.`
        : state === 'withheld'
          ? 'Too little of the day was collected for a share to mean anything.'
          : `Not enough labels yet: about ${more} more would give ±10 points.`,
    method: `Difference estimator on the labels of the day, weighted by ${basis}; the model’s scores of all messages, put right by ${labelled} labels.`,
    labels: labelled,
    sampled: labelled + 2,
    flagged: 0,
    effective: reported ? Math.round(1.5 * labelled) : null,
    more: state === 'not-enough-labels' ? more : null,
    shares: reported ? shares() : [],
    raw: [],
    modelWeight: 0.8,
    pacc: {
      state: reported ? 'reported' : 'withheld',
      words: reported ? 'How the model errs was learnt from 300 labels of the last days.' : '',
      items: 300,
      shares: reported ? shares(0.8) : [],
      raw: [],
    },
    tight: disagrees
      ? {
          state: 'withheld',
          words: 'The two estimates differ by 2.7 standard errors over seven days.',
          z7: 2.7,
          label: null,
          shares: [],
        }
      : {
          state: reported ? 'shown' : 'not-estimable',
          words: reported ? 'Both agree over seven days.' : '',
          z7: 0.6,
          label: null,
          shares: reported ? shares(0.6) : [],
        },
    counting: shares().map(({ label, share }) => ({ label, share })),
  }
}
