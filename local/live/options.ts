import path from 'node:path'
import { parseArgs } from 'node:util'
import { hashtag } from '../../shared/settings'
import { networkUrl } from '../../shared/sources/declaration'
import { makeNumbers } from '../numbers'
import { OF_A_REPLAY, OF_LIVE, SHARED, sharedIn, type SharedOptions } from '../start-options'

export interface LiveOptions extends SharedOptions {
  /** Replaces the hashtags of the configuration; empty keeps them. */
  hashtags: string[]
  /** URL of the instance that replaces the configuration's sources. */
  mastodon?: string
  /** How many whole UTC days before today are collected at first. */
  days: number
  /** This many seconds after the last answer, the labels given so far are counted. */
  countAfterSeconds: number
  /** Files with the values of secrets, by type of source. */
  secrets: Record<string, string>
  /** Absolute. */
  data: string
  /** Undefined: the port of the last time, or any free one. */
  port?: number
}

const DEFAULT_DATA = 'bellwether-data'

/** The options of `--live`, or what is wrong with them, a sentence a line. */
export function parseLive(argv: string[]): LiveOptions | { problem: string } | 'help' {
  let values: ReturnType<typeof parsed>
  try {
    values = parsed(argv)
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
  if (values.help) return 'help'

  const problems = (Object.keys(OF_A_REPLAY) as (keyof typeof OF_A_REPLAY)[])
    .filter((name) => values[name] !== undefined)
    .map((name) => `--${name} is for a replay: leave it out, or leave out --live`)
  const number = makeNumbers(values, problems)
  const options: LiveOptions = {
    hashtags: hashtagsIn(values.hashtag ?? [], problems),
    mastodon: instanceIn(values.mastodon, problems),
    days: number('days', 1, 30) ?? 7,
    ...sharedIn(values, number),
    countAfterSeconds: number('count-after', 1, 86_400) ?? 60,
    secrets: secretsIn(values.secret ?? [], problems),
    data: path.resolve(values.data ?? DEFAULT_DATA),
    port: number('port', 0, 65_535),
  }
  return problems.length > 0 ? { problem: problems.join('\n') } : options
}

const parsed = (argv: string[]) =>
  parseArgs({
    args: argv,
    options: {
      ...OF_A_REPLAY,
      ...OF_LIVE,
      ...SHARED,
    },
  }).values

function hashtagsIn(given: readonly string[], problems: string[]): string[] {
  const tags = given.map((one) => {
    const tag = hashtag.safeParse(one.replace(/^[#＃]/, ''))
    if (!tag.success) problems.push(`--hashtag "${one}" is not a hashtag: ${tag.error.issues[0]?.message}`)
    return tag.data ?? ''
  })
  return [...new Set(tags)]
}

function instanceIn(given: string | undefined, problems: string[]): string | undefined {
  if (given === undefined) return undefined
  const address = networkUrl.safeParse(given)
  if (!address.success) {
    const why = URL.canParse(given) ? `${address.error.issues[0]?.message}` : 'is not a URL'
    problems.push(`--mastodon "${given}" ${why}: name an instance as in https://social.example`)
    return undefined
  }
  const { origin, pathname } = new URL(given)
  if (pathname !== '/') {
    problems.push(`--mastodon "${given}" is a page of an instance: name the instance alone, ${origin}`)
  }
  return origin
}

function secretsIn(given: readonly string[], problems: string[]): Record<string, string> {
  const files = given.map((one) => {
    const [, type = '', file = ''] = /^([a-z-]+)=(.+)$/.exec(one) ?? []
    // The input may be the secret itself: it is not repeated.
    if (!type)
      problems.push('--secret takes the type of a source and a file that holds its secret: --secret bluesky=FILE')
    return [type, file] as const
  })
  return Object.fromEntries(files)
}

/** What is wrong where an option of `--live` is given without it. */
export function onlyLive(argv: readonly string[]): { problem: string } | undefined {
  const name = Object.keys(OF_LIVE).find((one) =>
    argv.some((word) => word === `--${one}` || word.startsWith(`--${one}=`)),
  )
  return name === undefined ? undefined : { problem: `--${name} is for real posts: add --live` }
}

/** The command that continues in the same folder with the same sources. */
export function resumeCommand({ hashtags, mastodon, config, data, labelsPerDay, port }: LiveOptions): string {
  const isDefault = data === path.resolve(DEFAULT_DATA)
  return [
    'npm start -- --live',
    ...hashtags.map((tag) => `--hashtag ${tag}`),
    ...(mastodon === undefined ? [] : [`--mastodon ${mastodon}`]),
    ...(config === undefined ? [] : [`--config ${quoted(config)}`]),
    ...(labelsPerDay === undefined ? [] : [`--labels-per-day ${labelsPerDay}`]),
    ...(port === undefined ? [] : [`--port ${port}`]),
    ...(isDefault ? [] : [`--data ${quoted(data)}`]),
  ].join(' ')
}

/** A word for a shell. */
const quoted = (word: string): string => (/^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
