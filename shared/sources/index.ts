import { ownEntry } from '../by-name'
import { z } from 'zod'
import {
  commonOptions,
  type DeclaredSecret,
  network,
  type SourceCaps,
  type SourceDeclaration,
  type SourceSettings,
} from './declaration'
import { sourcesOfHashtag } from '../streams'
import { bluesky } from './bluesky'
import { file } from './file'
import { hackerNews } from './hacker-news'
import { mastodon } from './mastodon'
import { x } from './x'

export { network }
export type { SourceCaps, SourceDeclaration, SourceSettings }

/** Kinds of sources, at least one. */
export type SourceRegistry = readonly [SourceDeclaration, ...SourceDeclaration[]]

/**
 * Every kind of source. Settings, the doctor, costs, smoke and the stack's secrets follow from this list; the adapters
 * are listed in services/collector/sources.
 */
export const SOURCES: SourceRegistry = [x, mastodon, bluesky, hackerNews, file]

/** Schema of an entry under `sources`: the options of its type, and those of every type. */
export const sourceSettings = ([first, ...others]: SourceRegistry) =>
  z.discriminatedUnion('type', [withCommon(first), ...others.map(withCommon)])

const withCommon = ({ settings }: SourceDeclaration) => settings.extend(commonOptions)

/** The settings of the configured sources, for each kind of source. */
export function watchedSources(
  {
    hashtags,
    sources,
  }: {
    hashtags: readonly { source?: string | undefined; sources?: readonly string[] | undefined }[]
    sources: Readonly<Record<string, SourceSettings>>
  },
  registry: SourceRegistry = SOURCES,
): { declaration: SourceDeclaration; watched: SourceSettings[] }[] {
  const all = hashtags.flatMap(({ source, sources: several }) =>
    sourcesOfHashtag({ source, sources: several }).flatMap((name) => ownEntry(sources, name) ?? []),
  )
  return registry.map((declaration) => ({
    declaration,
    watched: all.filter(({ type }) => type === declaration.type),
  }))
}

/** A source in words, with the price of a post. */
export function describeSource(settings: SourceSettings, registry: SourceRegistry = SOURCES) {
  const declaration = registry.find(({ type }) => type === settings.type)
  if (!declaration) throw new Error(`source type ${settings.type} is not declared: add it to shared/sources`)
  return { ...declaration.describe(settings), perPostUsd: declaration.prices(settings).perPostUsd }
}

/** The secrets that these sources need, by type. */
export const sourceSecrets = (
  sources: Readonly<Record<string, SourceSettings>>,
  registry: SourceRegistry = SOURCES,
): (DeclaredSecret & { type: string })[] => {
  const all = Object.values(sources)
  return registry.flatMap(({ type, secret, needsSecret = () => true }) =>
    secret && all.some((source) => source.type === type && needsSecret(source)) ? { type, ...secret } : [],
  )
}
