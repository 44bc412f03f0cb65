import type { Columns } from '../row-file/columns'

export type PostField = 'id' | 'createdAt' | 'text' | 'hashtag' | 'author' | 'language' | 'retweetOf' | 'label'

/** The columns of a file of posts, as exports of X, twarc, twint, snscrape and people spell them. */
export const POST_COLUMNS: Columns<PostField> = {
  // Where id_str exists, the number in id has lost its last digits.
  id: ['id_str', 'id', 'tweet_id', 'post_id', 'status_id'],
  createdAt: ['createdAt', 'timestamp', 'datetime', 'date', 'posted_at'],
  text: ['text', 'full_text', 'tweet', 'tweet_text', 'content', 'raw_content', 'body', 'message'],
  // A column `hashtags` lists all hashtags of a post, not the one that it was collected for.
  hashtag: ['hashtag'],
  author: ['author', 'author_id', 'user', 'user_id', 'user_name', 'screen_name', 'author.id', 'author.username'],
  language: ['language', 'lang'],
  retweetOf: ['retweetOf', 'retweeted_id', 'retweet_id', 'referenced_tweets.retweeted.id'],
  label: ['label', 'class', 'category'],
}

/** The columns of the file that Bellwether's first version wrote in 2019: no header, and each text as Python's bytes. */
export const headerOf2019 = (cells: readonly string[]): string[] | undefined =>
  cells.length === 4 && /^\d{4}-\d\d-\d\d/.test(cells[2] ?? '') && /^b['"]/.test(cells[3] ?? '')
    ? ['hashtag', 'author', 'createdAt', 'text']
    : undefined
