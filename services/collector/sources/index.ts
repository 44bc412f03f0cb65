import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { ownEntry } from '../../../shared/by-name'
import { BellwetherError } from '../../../shared/errors'
import type { Settings } from '../../../shared/settings'
import { SOURCES, type SourceRegistry } from '../../../shared/sources'
import { sourcesOfHashtag, type Stream } from '../../../shared/streams'
import type { SourceAdapter, SourcePorts } from './adapter'
import { blueskyAdapter } from './bluesky/bluesky'
import { fileAdapter } from './file/file'
import { hackerNewsAdapter } from './hacker-news/hacker-news'
import { mastodonAdapter } from './mastodon/mastodon'
import { readSecret } from './secret'
import type { Source } from './source'
import { xAdapter } from './x/x'

/** The adapter of every kind of source in shared/sources, by type. */
export const ADAPTERS: Readonly<Record<string, SourceAdapter>> = {
  x: xAdapter,
  mastodon: mastodonAdapter,
  bluesky: blueskyAdapter,
  'hacker-news': hackerNewsAdapter,
  file: fileAdapter,
}

interface Ports extends Omit<SourcePorts, 'secret'> {
  secrets: SecretsManagerClient
  /** Ids of the secrets, by type of source. */
  secretIds: Readonly<Record<string, string>>
}

/**
 * How to ask whether posts of a stream still exist. A source that cannot answer is not opened, so that no secret is
 * read.
 */
export const presenceFor =
  (openSource: (stream: Stream) => Promise<Source>, { sources }: Pick<Settings, 'sources'>, adapters = ADAPTERS) =>
  async (stream: Stream): Promise<Pick<Source, 'name' | 'presence'>> => {
    const { source: name } = stream
    const settings = ownEntry(sources, name)
    const tells = settings && adapters[settings.type]?.tellsPresence?.(settings)
    return tells ? openSource(stream) : { name }
  }

/** The source that `bellwether.yml` names for a stream. */
export const sourceFor =
  (
    { secrets, secretIds, ...ports }: Ports,
    { hashtags, sources, languages }: Pick<Settings, 'hashtags' | 'sources' | 'languages'>,
    adapters = ADAPTERS,
    registry: SourceRegistry = SOURCES,
  ) =>
  async ({ hashtag, source: name }: Pick<Stream, 'hashtag' | 'source'>): Promise<Source> => {
    const settings = ownEntry(sources, name)
    if (!settings)
      throw new Error(`#${hashtag}: bellwether.yml gives it no source named ${name}; name one of its sources`)
    const adapter = adapters[settings.type]
    if (!adapter) throw new Error(`source type ${settings.type} has no adapter: add one in services/collector/sources`)
    const tags = hashtags.filter((other) => sourcesOfHashtag(other).includes(name)).map(({ tag }) => tag)
    const secret = async () => {
      const { type } = settings
      const holds = registry.find((one) => one.type === type)?.secret?.holds ?? 'secret'
      const id = secretIds[type]
      if (id === undefined)
        throw new BellwetherError(
          'SECRET_MISSING',
          `${holds}: the stack has no such secret; deploy it with this source`,
        )
      return { id, value: await readSecret(secrets, id, holds) }
    }
    const source = await adapter.open({ hashtag, name, settings, tags, languages }, { ...ports, secret })
    return { ...source, caps: settings.caps }
  }
