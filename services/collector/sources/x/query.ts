import { BellwetherError } from '../../../../shared/errors'

/** What self-serve accounts may ask; Enterprise may ask more. */
const MOST_CHARACTERS = 512

/**
 * The query of a hashtag. Languages are asked for, and not only kept, because every post that X answers is paid; posts
 * whose language X could not tell are then left out. REFUSED when it is longer than X takes.
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
      `X takes queries of ${MOST_CHARACTERS} characters, and that of #${hashtag} has ${query.length}: name fewer languages`,
    )
  }
  return query
}
