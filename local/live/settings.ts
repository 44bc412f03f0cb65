import { parse, stringify } from 'yaml'
import { parseSettings, type Settings } from '../../shared/settings'
import { file as fileOfPosts } from '../../shared/sources/file'
import { sourcesOfHashtag } from '../../shared/streams'
import { labellerNames, PLAYED_LABELLERS } from '../replay/labellers'
import { judgementCaps } from '../replay/overlay'
import type { LiveOptions } from './options'

/** `bellwether.yml` for real posts. */
export interface LiveSettings {
  yaml: string
  settings: Settings
  /** What was changed in the user's configuration, in sentences. */
  notes: string[]
}

type Chosen = Pick<LiveOptions, 'hashtags' | 'mastodon' | 'labelsPerDay' | 'acceptUnreliable'>

/** For an instance from the command line: the shared caps are for a network that costs money. */
const CAPS = { posts: { perDay: 10_000, perMonth: 300_000 } }

/**
 * The user's configuration with the hashtags and the instance of the command line instead of its own, without files of
 * posts, and with the desk as labeller. Throws SETTINGS_INVALID as packaging would, and where no network is left to
 * read from.
 */
export function liveSettings(yaml: string, file: string, chosen: Chosen): LiveSettings {
  const given = parseSettings(yaml, file)
  const { hashtags, sources, notes } = watched(given, file, chosen)
  const labeller = answeredByHand(given.labelling.labeller)
  // It was just validated, so the parts below exist.
  const document = parse(yaml) as ReturnType<typeof parseSettings>
  const live = stringify({
    ...document,
    hashtags,
    sources,
    caps: { ...document.caps, judgements: judgementCaps(given.caps.judgements, chosen.labelsPerDay) },
    labelling: {
      ...document.labelling,
      labeller,
      itemsPerDay: chosen.labelsPerDay ?? document.labelling.itemsPerDay,
      ...(chosen.acceptUnreliable ? { acceptUnreliable: true } : {}),
    },
  })
  const replaced = given.labelling.labeller
  return {
    yaml: live,
    settings: parseSettings(live, file),
    notes:
      labeller === replaced
        ? notes
        : [...notes, `Labels at the ${labeller}: on this machine nobody can answer for ${replaced}.`],
  }
}

/**
 * The labeller of the configuration if a person at this machine can answer for it, otherwise one with which that is
 * possible.
 */
const answeredByHand = (wanted: string): string => {
  const names = labellerNames.filter((name) => PLAYED_LABELLERS[name].byHand)
  return names.find((name) => name === wanted) ?? names[0] ?? wanted
}

/** Hashtags and sources of the document; it is parsed as a whole. */
interface Watched {
  hashtags: Settings['hashtags']
  sources: Record<string, object>
  notes: string[]
}

function watched(given: Settings, file: string, { hashtags: tags, mastodon }: Chosen): Watched {
  if (mastodon !== undefined) {
    const { host } = new URL(mastodon)
    const wanted = tags.length > 0 ? tags : [...new Set(given.hashtags.map(({ tag }) => tag))]
    return {
      hashtags: wanted.map((tag) => ({ tag, source: host })),
      sources: { [host]: { type: 'mastodon', instance: mastodon, caps: CAPS } },
      notes: [],
    }
  }
  const ofNetworks = given.hashtags.flatMap((one) => withoutFiles(one, given.sources))
  if (ofNetworks.length === 0) throw new Error(noNetwork(file))
  const hashtags = tags.length === 0 ? ofNetworks : tags.map((tag) => named(tag, ofNetworks, file))
  const names = new Set(hashtags.flatMap(sourcesOfHashtag))
  const left = given.hashtags
    .filter((one) => tags.length === 0 && !ofNetworks.some(({ tag }) => tag === one.tag))
    .map(({ tag }) => `#${tag}`)
  return {
    hashtags,
    sources: Object.fromEntries(Object.entries(given.sources).filter(([name]) => names.has(name))),
    notes:
      left.length === 0
        ? []
        : [`Leaves out ${left.join(', ')}: ${file} reads it from a file, which npm start replays.`],
  }
}

/** A hashtag without its sources that are files; undefined where it has no other. */
function withoutFiles(
  { source, sources: several, ...one }: Settings['hashtags'][number],
  sources: Settings['sources'],
): Settings['hashtags'] {
  const names = sourcesOfHashtag({ source, sources: several }).filter(
    (name) => sources[name]?.type !== fileOfPosts.type,
  )
  if (names.length === 0) return []
  return [source === undefined ? { ...one, sources: names } : { ...one, source }]
}

/** A hashtag of the command line, with its sources in the configuration, or those that all hashtags there have. */
function named(tag: string, ofNetworks: Settings['hashtags'], file: string): Settings['hashtags'][number] {
  const known = ofNetworks.find((one) => one.tag === tag)
  if (known) return known
  const [first, ...others] = ofNetworks
  const isSame = (one: Settings['hashtags'][number]) =>
    first && sourcesOfHashtag(one).join() === sourcesOfHashtag(first).join()
  if (first && others.every(isSame)) return { ...first, tag }
  throw new Error(`--hashtag ${tag}: ${file} has several sources; say in it which one #${tag} has, or add --mastodon`)
}

const noNetwork = (file: string): string =>
  [
    `${file} reads its hashtags from files of posts, so there is no network to collect real posts from. Name an instance of`,
    'Mastodon (or a server that speaks its API) whose rules allow it:',
    '',
    '  npm start -- --live --hashtag aws --mastodon https://HOST',
    '',
    `or give the hashtags of ${file} a source of a network. docs/sources.md compares the networks and links their terms.`,
  ].join('\n')
