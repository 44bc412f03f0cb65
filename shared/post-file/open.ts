import { BellwetherError } from '../errors'
import { fieldReader } from '../row-file/columns'
import { findColumns, type FoundFile } from '../row-file/found'
import { isRecord, namesIn, openFile, type RawRow } from '../row-file/open'
import { headerOf2019, POST_COLUMNS, type PostField } from './columns'
import { isWholeAnswer, unfolded } from './x-post'

export type PostValues = Partial<Record<PostField, unknown>>

/** A row of a file of posts, by field; or its raw content, where it is not a row. */
export type ValuesRow = { line: number; values: PostValues } | (RawRow & { problem: string })

interface PostsInFile {
  found: FoundFile<PostField>
  rows: AsyncIterable<ValuesRow>
}

const read = fieldReader(POST_COLUMNS)

/**
 * Open a file of posts: CSV with any delimiter, JSON Lines, a JSON array, flattened responses of X, `tweets.js` of X's
 * archive, or the form of 2019. OBJECT_INVALID says in one message what was found and what is expected.
 */
export async function openPosts(file: string, body: AsyncIterable<Uint8Array | string>): Promise<PostsInFile> {
  const opened = await openFile(file, body, POST_COLUMNS, headerOf2019)
  const { form, sample, rows } = opened
  if (sample.some(isWholeAnswer)) {
    throw new BellwetherError(
      'OBJECT_INVALID',
      `${file} has complete responses of X's API, with many posts a line: flatten it to one post a line, as in jq -c ".data[]"`,
    )
  }
  const objects = sample.filter(isRecord).map(unfolded)
  const names = form.kind === 'csv' ? opened.names : namesIn(objects)
  const remark = form.kind === 'csv' && form.isHeaderless ? ', in the form of 2019 without a header' : ''
  const found = findColumns(file, opened, { what: 'posts', columns: POST_COLUMNS, needed: ['text'], names, remark })
  return { found, rows: valuesOf(rows) }
}

async function* valuesOf(rows: AsyncIterable<RawRow>): AsyncIterable<ValuesRow> {
  for await (const { line, value, problem } of rows) {
    if (problem !== undefined) yield { line, value, problem }
    else if (!isRecord(value)) yield { line, value, problem: 'is not an object' }
    else yield { line, values: read(unfolded(value)) }
  }
}
