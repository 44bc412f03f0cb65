import type { Settings } from '../../shared/settings'
import { counted } from '../check/words'
import type { FilePost } from './posts'

/**
 * The posts that the configuration covers: posts of other hashtags are left out, and an unknown label counts as none.
 * `notes` says what was left out. Throws where no post is left.
 */
export function withinSettings(
  all: readonly FilePost[],
  { hashtags, labels }: Settings,
): { posts: FilePost[]; notes: string[] } {
  const tags = new Set(hashtags.map(({ tag }) => tag))
  const names = new Set(labels.categories.map(({ name }) => name))
  const hasLabel = ({ label }: FilePost) => label !== undefined && names.has(label)

  const watched = all.filter(({ hashtag }) => tags.has(hashtag))
  const foreign = all.filter(({ hashtag }) => !tags.has(hashtag)).map(({ hashtag }) => `#${hashtag}`)
  if (watched.length === 0)
    throw new Error(`no post has a hashtag of the configuration, only ${some(foreign)}: add these hashtags to it`)
  const unknown = watched.filter((post) => !hasLabel(post)).flatMap(({ label }) => label ?? [])
  return {
    posts: watched.map((post) => {
      const { label: _, ...rest } = post
      return hasLabel(post) ? post : rest
    }),
    notes: [
      ...(foreign.length > 0
        ? [
            `left out ${counted(foreign.length, 'post')} of hashtags that the configuration does not watch: ${some(foreign)}`,
          ]
        : []),
      ...(unknown.length > 0
        ? [
            `${counted(unknown.length, 'post')} ${unknown.length === 1 ? 'counts' : 'count'} as without a label, because the configuration lacks it: ${some(unknown)}`,
          ]
        : []),
    ],
  }
}

const some = (names: readonly string[]): string => {
  const different = [...new Set(names)].sort()
  return different.length > 5 ? `${different.slice(0, 5).join(', ')} and others` : different.join(', ')
}
