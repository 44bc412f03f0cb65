import type { MovedSharesRecord, ReportRecord } from '../../shared/records'
import { percent, quotable } from '../../shared/share-sentence'
import type { Letter } from '../../shared/topic'
import { dayAfter } from '../../shared/utc-day'
import type { WaitingBatch } from '../../shared/waiting-batch'
import { dateInWords, instantInWords, isolated, many } from '../../shared/words'

/** A stream in the mail: the decision about its week, and the reports of both weeks, if they exist. */
export interface StreamOfWeek {
  /** Without #: `aws`, or `aws on mastodon` if the hashtag has several networks. */
  topic: string
  decision: MovedSharesRecord['streams'][number]
  now: ReportRecord | undefined
  before: ReportRecord | undefined
}

interface Week {
  stage: string
  /** Its Sunday. */
  week: string
  streams: readonly StreamOfWeek[]
  waiting: readonly WaitingBatch[]
  /** URL of the pages. */
  site: string
}

/** Maximum length of a line. */
const WIDTH = 76

/** SNS's limit: fewer than 100 characters. */
const LONGEST_SUBJECT = 99

/**
 * The mail about a week: only numbers and names of labels. It quotes no post and names nobody, and its one address asks its
 * visitors for their own link. The only user input in the subject is the stage, which is ASCII.
 */
export function letterOf({ stage, week, streams, waiting, site }: Week): Letter {
  const moved = streams.filter(({ decision }) => decision.labels.some((label) => label.moved)).length
  const compared = streams.filter(({ decision }) => decision.state === 'compared').length
  const news =
    moved > 0 ? `: change in ${moved} of ${many(streams.length, 'stream')}` : compared > 0 ? ': no change' : ''
  return {
    subject: `Bellwether (${stage}), week to ${dateInWords(week)}${news}`.slice(0, LONGEST_SUBJECT),
    body: [
      `Bellwether (${stage}): the week from ${dateInWords(dayAfter(week, -6))} to ${dateInWords(week)}`,
      ...streams.map((stream) => [`#${isolated(stream.topic)}`, ...paragraphsOf(stream, week)].map(wrapped).join('\n')),
      ['At the desk', ...waitingInWords(waiting)].map(wrapped).join('\n'),
      `The report: ${site}/report?to=${week}\nWho has no session there needs a link of their own.`,
    ].join('\n\n'),
  }
}

function paragraphsOf({ topic, decision, now, before }: StreamOfWeek, week: string): string[] {
  if (!now) return ['There is no report of this week.']
  const { posts, byPosts: answer } = now.week
  const { model, labels } = now
  const sentence = quotable({ topic, date: week, span: 'week', posts, answer, model, errors: labels.errors })
  if (sentence === undefined) return [`No share: ${withheldInWords(answer)}`, `It would rest on ${labelsIn(answer)}.`]
  return [sentence, ...(statusInWords(labels.status) ?? []), changeInWords(decision, now, before)]
}

const labelsIn = ({ labels, sampled }: ReportRecord['week']['byPosts']): string =>
  `${many(labels, 'label')} of ${many(sampled, 'drawn message')}`

/** The state, and the report's words for it. */
const withheldInWords = ({ state, words }: ReportRecord['week']['byPosts']): string =>
  [STATES[state], words].filter(Boolean).join(' ')

const STATES: Record<ReportRecord['week']['byPosts']['state'], string> = {
  reported: '',
  'not-enough-labels': 'too few posts of this week have a label.',
  'no-posts': 'there were no posts.',
  withheld: 'too little of the week was collected.',
  'labels-unreliable': 'people disagree too often for the labels to be relied on.',
}

function statusInWords(status: ReportRecord['labels']['status']): string[] | undefined {
  if (status === 'ok') return undefined
  if (status === 'unreliable') return ['The labels are unreliable: people disagree too often.']
  return ['How reliable the labels are was not measured yet.']
}

/** The comparison with the week before, as decided, with the shares of both reports. */
function changeInWords(
  { state, reason, labels }: StreamOfWeek['decision'],
  now: ReportRecord,
  before: ReportRecord | undefined,
): string {
  if (state === 'not-compared') return `It was not held against the week before: ${reason}.`
  const moved = labels.filter((label) => label.moved)
  if (moved.length === 0) return 'No label changed beyond chance against the week before.'
  const shareOf = (report: ReportRecord | undefined, label: string) =>
    report?.week.byPosts.shares.find((one) => one.label === label)?.share
  const parts = moved.map(({ label, share, before: earlier }) => {
    const reported = [shareOf(now, label) ?? share, shareOf(before, label) ?? earlier] as const
    // Labels that arrived after the decision may have reversed the reports; the mail states the decision.
    const [after, from] = reported[0] > reported[1] === share > earlier ? reported : [share, earlier]
    return `${share > earlier ? 'more' : 'less'} ${isolated(label)}, ${percent(after)}\u00a0% after ${percent(from)}\u00a0%`
  })
  return `Beyond chance, against the week before: ${parts.join('; ')}.`
}

function waitingInWords(waiting: readonly WaitingBatch[]): string[] {
  if (waiting.length === 0) return ['Nothing waits for answers.']
  return waiting.map(({ batch, deadline, items, answered }) => {
    const far = items === null ? 'with another labeller' : `${answered ?? 0} of ${many(items, 'post')} answered`
    return `Batch ${batch}: ${far}, until ${instantInWords(deadline)}.`
  })
}

/** A paragraph in lines; a number and its sign stay together. */
function wrapped(paragraph: string): string {
  const lines: string[] = []
  for (const word of paragraph.split(/[ \n\t]+/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.join('\n').replaceAll('\u00a0', ' ')
}
