import { parseArgs } from 'node:util'
import { makeNumbers } from '../numbers'
import { OF_A_REPLAY, SHARED, sharedIn, type SharedOptions } from '../start-options'
import { type LabellerName, labellerNames, PLAYED_LABELLERS } from './labellers'

export interface ReplayOptions extends SharedOptions {
  posts?: string
  perDay?: number
  /** Whether days without posts are played too. */
  everyDay: boolean
  annotators: 'knowing' | 'rows' | 'none'
  mistakes: number
  /** The error rate of the simulated language model; absent without one. */
  llmMistakes?: number
  labeller: LabellerName
  data: string
  port: number
  seed: number
}

/** The seed that draws as a deployment does. */
export const DEFAULT_SEED = 1

export const REPLAY_USAGE = `Bellwether on a laptop: the whole loop on an embedded cloud, without an AWS account.

  npm start                          replay the sample posts, then keep serving until Ctrl-C
  npm start -- --posts FILE          replay your own posts (CSV, JSON Lines, JSON, tweets.js)
  npm start -- --live                today's real posts, which you label, day by day (docs/live.md)
  npm start -- check FILE            say which rows of a file of posts or labels can be used; starts nothing

Real posts
  --live                collect, label, train and report by the real clock, from the networks in bellwether.yml
  --hashtag TAG         in place of the hashtags in bellwether.yml; may be given several times
  --mastodon https://HOST   the instance to read from, in place of the sources in bellwether.yml
  --days N              how many whole UTC days before today are collected at first (7)
  --count-after N       count your labels when you gave none for N seconds (60)
  --secret TYPE=FILE    a file that holds the secret of a type of source (bluesky, mastodon, x); a terminal asks for it

Posts that are replayed
  --posts FILE          text, and optionally createdAt, id, hashtag, author, label; replayed by their dates
  --per-day N           how many posts make a day, where the file has no dates (100)
  --every-day           also play the days without posts in between; otherwise they are skipped
  --config FILE         another bellwether.yml

Labels (--labels-per-day, --import and --accept-unreliable-labels also work with --live)
  --mistakes P          how often a simulated annotator errs, 0 to 1 (0.05)
  --annotators rows     take each labelled row of --posts FILE as one person's judgement, used once
  --label-by-hand       wait for people at the label desk instead
  --labeller ground-truth   let the embedded SageMaker play Ground Truth instead of the desk
  --seed N              of the samples and the simulated annotators (1)
  --labels-per-day N    how many posts a day are labelled (as in bellwether.yml)
  --import FILE         labels to begin with: CSV, Label Studio's JSON or an augmented manifest (docs/labels.md)
  --accept-unreliable-labels   train although people err too often; cards say so

Language model
  --llm                 ask a simulated language model about every message; its answers narrow the intervals (docs/llm.md)
  --llm-mistakes P      how often it errs, 0 to 1 (0.15); with --llm alone

Running
  --once                exit when the last day is done; with --live, when what is there is collected and reported
  --data DIR            where the cloud keeps its state (a fresh temporary folder; with --live ./bellwether-data)
  --port N              of 127.0.0.1 (any free one; with --live that of the last time)
  --summary FILE        write the outcome as JSON, each share with its interval and what is true of it
  --record DIR          write every request that the services send to AWS
  --help                this text
`

/** The replay's options, or what is wrong with them in one sentence. */
export function parseReplayOptions(
  argv: string[],
  temporary: () => string,
): ReplayOptions | { problem: string } | 'help' {
  let values: ReturnType<typeof parsed>
  try {
    values = parsed(argv)
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
  if (values.help) return 'help'

  const problems: string[] = []
  const number = makeNumbers(values, problems)
  const oneOf = <T extends string>(name: 'annotators' | 'labeller', allowed: readonly T[]): T | undefined => {
    const given = values[name]
    const found = allowed.find((candidate) => candidate === given)
    if (given !== undefined && !found) problems.push(`--${name} takes ${allowed.join(' or ')}, not "${given}"`)
    return found
  }

  const annotators = oneOf('annotators', ['knowing', 'rows'])
  const options: ReplayOptions = {
    posts: values.posts,
    perDay: number('per-day', 1, 1_000_000),
    everyDay: values['every-day'] ?? false,
    annotators: values['label-by-hand'] ? 'none' : (annotators ?? 'knowing'),
    mistakes: number('mistakes', 0, 1, false) ?? 0.05,
    labeller: oneOf('labeller', labellerNames) ?? 'desk',
    data: values.data ?? '',
    port: number('port', 0, 65_535) ?? 0,
    seed: number('seed', 0, 2 ** 31) ?? DEFAULT_SEED,
    ...sharedIn(values, number),
  }
  const llmMistakes = number('llm-mistakes', 0, 1, false)
  if (values.llm) options.llmMistakes = llmMistakes ?? 0.15
  else if (llmMistakes !== undefined) problems.push('--llm-mistakes is for the simulated language model: add --llm')
  if (values['label-by-hand'] && annotators) problems.push('--label-by-hand and --annotators exclude each other')
  if (annotators === 'rows' && !values.posts) problems.push('--annotators rows needs --posts with labelled rows')
  if (values['label-by-hand'] && !PLAYED_LABELLERS[options.labeller].byHand) {
    problems.push(`--label-by-hand is for the desk: leave out --labeller ${options.labeller}`)
  }
  if (problems.length > 0) return { problem: problems.join('\n') }
  return { ...options, data: options.data || temporary() }
}

const parsed = (argv: string[]) =>
  parseArgs({
    args: argv,
    options: {
      ...OF_A_REPLAY,
      llm: { type: 'boolean' },
      'llm-mistakes': { type: 'string' },
      ...SHARED,
    },
  }).values
