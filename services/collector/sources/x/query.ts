import { BellwetherError } from '../../../../shared/errors'

/** The limit of self-serve accounts; Enterprise accounts have a higher one. */
const MOST_CHARACTERS = 512

/**
 * The query of a hashtag. Languages are part of the query, not a filter afterwards, because every returned post is paid
 * for; posts whose language X could not tell are then left out. REFUSED when the query is longer than X allows.
 */
export function searchQuery(hashtag: string, languages: readonly string[], excludeRetweets: boolean): string {
  const spoken = languages.map((language) => `lang:${language}`)
  const query = [
    `#${hashtag}`,
    ...(spoken.length > 1 ? [`(${spoken.join(' OR ')})`] : spoken),
    ...(excludeRetweets ? ['-is:retweet'] : []),
  ].join(' ')
  if (query.length > MOST_CHARACTERS) {
    throw new BellwetherError(
      'SOURCE_REFUSED',
      `the query of #${hashtag} has ${query.length} characters: X allows ${MOST_CHARACTERS}; name fewer languages`,
    )
  }
  return query
}
