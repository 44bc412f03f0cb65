/**
 * A stream as keys and records name it: a hashtag on one network. Names from releases without streams have no network;
 * the settings say which network they belong to.
 */
export interface StreamName {
  hashtag: string
  stream?: string | undefined
}

/** A UTC day of a stream. */
export interface StreamDay extends StreamName {
  date: string
}

/** A configured stream, and the source of its posts. */
export interface Stream extends StreamName {
  stream: string
  /** Name under `sources`. */
  source: string
}

/** All names of one stream: the current one, then the one of its days from a release without streams. */
export type StreamNames = readonly [today: StreamName, ...before: StreamName[]]

/** What the settings say of streams. */
interface Watching {
  hashtags: readonly Watched[]
  sources: Readonly<Record<string, { type: string; network?: string | undefined }>>
}

interface Watched {
  tag: string
  source?: string | undefined
  sources?: readonly string[] | undefined
  unnamedNetwork?: string | undefined
}

/** Names of the sources of a hashtag: at least one. */
export const sourcesOfHashtag = ({ source, sources }: Pick<Watched, 'source' | 'sources'>): readonly string[] =>
  sources ?? (source === undefined ? [] : [source])

/** The network that the posts of a source are from. */
export function networkOf(sources: Watching['sources'], name: string): string {
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined
  return source?.network ?? source?.type ?? name
}

/** Every configured stream, in the order of the settings. */
export const watchedStreams = ({ hashtags, sources }: Watching): Stream[] =>
  hashtags.flatMap((one) =>
    sourcesOfHashtag(one).map((source) => ({ hashtag: one.tag, stream: networkOf(sources, source), source })),
  )

/**
 * The networks that a hashtag is collected from, and the one of its names without a network; none for a hashtag that is
 * not configured.
 */
export function networksOf(settings: Watching, hashtag: string): string[] {
  const unnamed = unnamedNetwork(settings, hashtag)
  const watched = watchedStreams(settings).flatMap((one) => (one.hashtag === hashtag ? [one.stream] : []))
  return [...new Set([...watched, ...(unnamed === undefined ? [] : [unnamed])])]
}

/** The network of names without one: that of the first source, unless the settings name another. */
function unnamedNetwork({ hashtags, sources }: Watching, hashtag: string): string | undefined {
  const watched = hashtags.find(({ tag }) => tag === hashtag)
  if (!watched) return undefined
  const [first] = sourcesOfHashtag(watched)
  return watched.unnamedNetwork ?? (first === undefined ? undefined : networkOf(sources, first))
}

/** The names under which days of a stream may be stored. */
export function namesOf(settings: Watching, name: StreamName): StreamNames {
  const { hashtag } = name
  const unnamed = unnamedNetwork(settings, hashtag)
  const stream = name.stream ?? unnamed
  if (stream === undefined) return [{ hashtag }]
  return stream === unnamed ? [{ hashtag, stream }, { hashtag }] : [{ hashtag, stream }]
}

/** The current name of a stream: the same for all names of one stream. */
export const nameToday = (settings: Watching, name: StreamName): StreamName => namesOf(settings, name)[0]

/** `aws`, or `aws/mastodon` where the network is named. Sorted as text, streams are in the order of their hashtags. */
export const streamLabel = ({ hashtag, stream }: StreamName): string =>
  stream === undefined ? hashtag : `${hashtag}/${stream}`

/** The name for a label. A hashtag has no slash. */
export function nameFrom(label: string): StreamName {
  const [hashtag = '', stream] = label.split('/')
  return streamNameOf({ hashtag, stream })
}

/** Only the name of an object that has one: without a network, it has no such field. */
export const streamNameOf = ({ hashtag, stream }: StreamName): StreamName =>
  stream === undefined ? { hashtag } : { hashtag, stream }

/** For people: `#aws on mastodon`, or `#aws` without a network. */
export const streamInWords = (name: StreamName): string => `#${topicOf(name)}`

/** For people, with the network only where the settings need it to tell the streams of the hashtag apart. */
export const watchedInWords = (settings: Watching, name: StreamName): string => `#${topicIn(settings, name)}`

/** `aws`, or `aws on mastodon` where the hashtag is collected from several networks, or was collected from another. */
export function topicIn(settings: Watching, name: StreamName): string {
  const { hashtag, stream } = nameToday(settings, name)
  const all = new Set([stream, ...networksOf(settings, hashtag)])
  return topicOf(all.size > 1 ? { hashtag, stream } : { hashtag })
}

const topicOf = ({ hashtag, stream }: StreamName): string =>
  stream === undefined ? hashtag : `${hashtag} on ${stream}`
