import type { Objects } from '../../shared/objects'
import type { Settings } from '../../shared/settings'
import { fileSource } from './file'
import type { Source } from './source'

type XSettings = Extract<Settings['sources'][string], { type: 'x' }>

interface Ports {
  objects: Pick<Objects, 'lines' | 'stream'>
  openX(hashtag: string, name: string, settings: XSettings, languages: readonly string[]): Promise<Source>
}

/** The source that `bellwether.yml` names for a hashtag. */
export const sourceFor =
  ({ objects, openX }: Ports, { hashtags, sources, languages }: Settings) =>
  async (hashtag: string): Promise<Source> => {
    const name = hashtags.find(({ tag }) => tag === hashtag)?.source ?? ''
    const source = sources[name]
    if (!source) throw new Error(`#${hashtag} has no source`)
    if (source.type === 'x') return openX(hashtag, name, source, languages)
    const tags = hashtags.filter((other) => other.source === name).map(({ tag }) => tag)
    return fileSource(objects, hashtag, { name, tags, ...source })
  }
