/**
 * A stream as keys and records name it: a hashtag on one network. A name without a network is of a release that had no
 * streams; the settings say which network it belongs to.
 */
export interface StreamName {
  hashtag: string
  stream?: string | undefined
}

/** A stream that the settings watch, and the source that its posts come from. */
export interface Stream extends StreamName {
  stream: string
  /** Name under `sources`. */
  source: string
}

/** All names of one stream: that of today, then the one that its days have from a release without streams. */
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
export const sourcesOf = ({ source, sources }: Pick<Watched, 'source' | 'sources'>): readonly string[] =>
  sources ?? (source === undefined ? [] : [source])

/** The network that the posts of a source are from. */
export function networkOf(sources: Watching['sources'], name: string): string {
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined
  return source?.network ?? source?.type ?? name
}

/** Every stream that the settings watch, in their order. */
export const watchedStreams = ({ hashtags, sources }: Watching): Stream[] =>
  hashtags.flatMap((one) =>
    sourcesOf(one).map((source) => ({ hashtag: one.tag, stream: networkOf(sources, source), source })),
  )

/** The networks that a hashtag is watched on, and the one of its names without a network; none where nobody watches it. */
export function networksOf(settings: Watching, hashtag: string): string[] {
  const unnamed = unnamedNetwork(settings, hashtag)
  const watched = watchedStreams(settings).flatMap((one) => (one.hashtag === hashtag ? [one.stream] : []))
  return [...new Set([...watched, ...(unnamed === undefined ? [] : [unnamed])])]
}

/** The network that names without one belong to: of the first source, unless the settings say it. */
function unnamedNetwork({ hashtags, sources }: Watching, hashtag: string): string | undefined {
  const watched = hashtags.find(({ tag }) => tag === hashtag)
  if (!watched) return undefined
  const [first] = sourcesOf(watched)
  return watched.unnamedNetwork ?? (first === undefined ? undefined : networkOf(sources, first))
}

/** The names under which days of a stream may stand. */
export function namesOf(settings: Watching, name: StreamName): StreamNames {
  const { hashtag } = name
  const unnamed = unnamedNetwork(settings, hashtag)
  const stream = name.stream ?? unnamed
  if (stream === undefined) return [{ hashtag }]
  return stream === unnamed ? [{ hashtag, stream }, { hashtag }] : [{ hashtag, stream }]
}

/** The name that a stream has today: the same for all names of one stream. */
export const nameToday = (settings: Watching, name: StreamName): StreamName => namesOf(settings, name)[0]

/** `aws`, or `aws/mastodon` where the network is named. Sorted as text, streams are in the order of their hashtags. */
export const labelOf = ({ hashtag, stream }: StreamName): string =>
  stream === undefined ? hashtag : `${hashtag}/${stream}`

/** The name that a label stands for. A hashtag has no slash. */
export function nameFrom(label: string): StreamName {
  const [hashtag = '', stream] = label.split('/')
  return named({ hashtag, stream })
}

/** The name alone of whatever has one: without a network, it has no such field. */
export const named = ({ hashtag, stream }: StreamName): StreamName =>
  stream === undefined ? { hashtag } : { hashtag, stream }

/** For people: `#aws on mastodon`, or `#aws` without a network. */
export const streamInWords = (name: StreamName): string => `#${topicOf(name)}`

/** The same where the settings say whether it takes the network to tell the streams of the hashtag apart. */
export const inWords = (settings: Watching, name: StreamName): string => `#${topicIn(settings, name)}`

/** `aws`, or `aws on mastodon` where the hashtag is watched on several networks, or was on another. */
export function topicIn(settings: Watching, name: StreamName): string {
  const { hashtag, stream } = nameToday(settings, name)
  const all = new Set([stream, ...networksOf(settings, hashtag)])
  return topicOf(all.size > 1 ? { hashtag, stream } : { hashtag })
}

const topicOf = ({ hashtag, stream }: StreamName): string =>
  stream === undefined ? hashtag : `${hashtag} on ${stream}`
