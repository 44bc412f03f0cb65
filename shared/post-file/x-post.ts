import { isRecord } from '../row-file/open'

/**
 * A post as tools that flatten responses of X's API write it, or as X's archive has it, with the relevant nested parts
 * in columns of their own. Any other object is returned unchanged.
 */
export function unfolded(value: Record<string, unknown>): Record<string, unknown> {
  if (!hasParts(value)) return value
  const post = isRecord(value.tweet) && value.text === undefined ? value.tweet : value
  const repeated = repeatedBy(post)
  const own = longText(post)
  const { author, user } = post
  return {
    ...post,
    ...(own === undefined ? {} : { text: own }),
    ...(isRecord(author) ? { author: author.id ?? author.username } : {}),
    ...(isRecord(user) ? { user: user.id_str ?? user.id ?? user.screen_name ?? user.username } : {}),
    ...(repeated ? { retweetOf: repeated.id_str ?? repeated.id } : {}),
    // The text of a retweet is cut off; that of the repeated post is complete.
    ...(repeated && textOf(repeated) !== undefined ? { text: textOf(repeated) } : {}),
  }
}

/** Whether a row has nested parts; a row of CSV has none. */
function hasParts(row: Record<string, unknown>): boolean {
  for (const name of Object.keys(row)) if (typeof row[name] === 'object') return true
  return false
}

/** Whether a row is a complete response of X's API, with many posts in it. */
export const isWholeAnswer = (value: unknown): boolean =>
  isRecord(value) && Array.isArray(value.data) && ('meta' in value || 'includes' in value)

function repeatedBy(post: Record<string, unknown>): Record<string, unknown> | undefined {
  if (isRecord(post.retweeted_status)) return post.retweeted_status
  const referenced: unknown[] = Array.isArray(post.referenced_tweets) ? post.referenced_tweets : []
  return referenced.filter(isRecord).find(({ type }) => type === 'retweeted')
}

/** The full text of a post of more than 280 characters, which is beside its cut text. */
function longText({ note_tweet: note, extended_tweet: extended }: Record<string, unknown>): unknown {
  if (isRecord(note) && typeof note.text === 'string') return note.text
  return isRecord(extended) ? extended.full_text : undefined
}

const textOf = (post: Record<string, unknown>): unknown => longText(post) ?? post.full_text ?? post.text
