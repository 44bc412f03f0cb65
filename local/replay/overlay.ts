import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { MOST_CATEGORIES, parseSettings } from '../../shared/settings'
import { type LabellerName, PLAYED_LABELLERS } from './labellers'
import type { FilePost } from './posts'

/** The name under which the replay puts its posts into the bucket. */
export const SOURCE_FILE = 'replay.jsonl'

const sections = z.record(z.string(), z.unknown())

interface OverlayOptions {
  labeller: LabellerName
  labelsPerDay?: number
  /** Whether to train on unreliable labels. */
  acceptUnreliable?: boolean
  workteamArn: string
  /** Changes the samples; empty for those of a deployment. */
  salt: string
  /** Whether the user chose the configuration: then its hashtags and labels are kept. */
  ownConfig: boolean
  /** A YAML file with further sections, which replace those of the configuration. */
  added?: string
}

/**
 * The `bellwether.yml` of a replay: that of the user, with every hashtag read from the replayed posts, and with the
 * file's own hashtags and labels where it has any. Throws SETTINGS_INVALID as packaging would.
 */
export function overlay(yaml: string, file: string, posts: readonly FilePost[], options: OverlayOptions): string {
  const given = parseSettings(yaml, file)
  // It was just validated, so the parts below exist.
  const document = parse(yaml) as ReturnType<typeof parseSettings>

  const tags = options.ownConfig
    ? given.hashtags.map(({ tag }) => tag)
    : [...new Set(posts.map(({ hashtag }) => hashtag))].sort()
  const labels = [...new Set(posts.flatMap(({ label }) => label ?? []))].sort()
  const known = new Map(given.labels.categories.map((category) => [category.name, category]))
  const ownLabels = !options.ownConfig && labels.length > 1 && !labels.every((label) => known.has(label))
  if (ownLabels && labels.length > MOST_CATEGORIES) {
    throw new Error(
      `the posts have ${labels.length} different labels: at most ${MOST_CATEGORIES} are possible; name those to use with --config`,
    )
  }
  const mostPosts = mostOnOneDay(posts)

  const replayed = {
    ...document,
    ...(options.added === undefined ? {} : sections.parse(parse(options.added))),
    hashtags: tags.map((tag) => ({ tag, source: 'replay' })),
    sources: { replay: { type: 'file', file: SOURCE_FILE } },
    labels: ownLabels
      ? { version: 1, categories: labels.map((name) => ({ name, definition: definitionOf(name) })) }
      : document.labels,
    caps: {
      ...document.caps,
      posts: options.ownConfig
        ? document.caps.posts
        : {
            perDay: Math.max(given.caps.posts.perDay, mostPosts),
            perMonth: Math.max(given.caps.posts.perMonth, posts.length),
          },
      judgements: judgementCaps(given.caps.judgements, options.labelsPerDay),
    },
    labelling: {
      ...document.labelling,
      labeller: options.labeller,
      itemsPerDay: options.labelsPerDay ?? document.labelling.itemsPerDay,
      ...(options.acceptUnreliable ? { acceptUnreliable: true } : {}),
      ...(options.salt === '' ? {} : { salt: options.salt }),
      ...PLAYED_LABELLERS[options.labeller].options(document.labelling, options.workteamArn),
    },
  }
  const text = stringify(replayed)
  parseSettings(text, file)
  return text
}

/**
 * A cap for fewer labels does not limit a user who asks for N labels a day: it is raised to three judgements an item.
 */
export const judgementCaps = (caps: { perDay: number; perMonth: number }, labelsPerDay = 0) => ({
  perDay: Math.max(caps.perDay, 3 * labelsPerDay),
  perMonth: Math.max(caps.perMonth, 3 * 31 * labelsPerDay),
})

const mostOnOneDay = (posts: readonly FilePost[]): number => {
  const perDay = new Map<string, number>()
  for (const { createdAt } of posts) {
    const day = createdAt.slice(0, 10)
    perDay.set(day, (perDay.get(day) ?? 0) + 1)
  }
  return Math.max(1, ...perDay.values())
}

/** The placeholder for a definition when labels are known only from a file of posts. */
const definitionOf = (name: string): string =>
  `There is no definition: rows of the file have the label ${name}. Write one into a bellwether.yml, and name it with --config.`
