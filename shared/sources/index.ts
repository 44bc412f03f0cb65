import { z } from 'zod'
import type { DeclaredSecret, SourceDeclaration, SourceSettings } from './declaration'
import { file } from './file'
import { x } from './x'

export type { SourceDeclaration, SourceSettings }

/** Kinds of sources, at least one. */
export type SourceRegistry = readonly [SourceDeclaration, ...SourceDeclaration[]]

/**
 * Every kind of source there is. Settings, the doctor, costs, smoke and the stack's secrets follow from this list; the
 * adapters are listed in services/collector/sources.
 */
export const SOURCES: SourceRegistry = [x, file]

/** Schema of an entry under `sources`. */
export const sourceSettings = ([first, ...others]: SourceRegistry) =>
  z.discriminatedUnion('type', [first.settings, ...others.map(({ settings }) => settings)])

/** The settings of the sources that hashtags have, for each kind of source. */
export function watchedSources(
  { hashtags, sources }: { hashtags: readonly { source: string }[]; sources: Readonly<Record<string, SourceSettings>> },
  registry: SourceRegistry = SOURCES,
): { declaration: SourceDeclaration; watched: SourceSettings[] }[] {
  const all = hashtags.flatMap(({ source }) => sources[source] ?? [])
  return registry.map((declaration) => ({
    declaration,
    watched: all.filter(({ type }) => type === declaration.type),
  }))
}

/** The secrets that these sources need, by type. */
export const sourceSecrets = (
  sources: Readonly<Record<string, SourceSettings>>,
  registry: SourceRegistry = SOURCES,
): (DeclaredSecret & { type: string })[] => {
  const types = new Set(Object.values(sources).map(({ type }) => type))
  return registry.flatMap(({ type, secret }) => (secret && types.has(type) ? { type, ...secret } : []))
}
