import type { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { BellwetherError } from '../errors'
import { keys } from '../keys'
import type { Objects } from '../objects'

/** A run of the collector, by the parts of its key. */
export type RunName = Record<'hashtag' | 'date' | 'run', string>

const HEADER = ['post_id', 'cascade']
const row = z.tuple([z.string().min(1), z.string().regex(/^[0-9a-f]{16}$/, 'a cascade id is 16 hex digits')])

/** The file of a run's cascades, open to be read once. */
export interface CascadeFile {
  rows: AsyncGenerator<[post: string, cascade: string], void, void>
  close(): void
}

/** Open the cascades of a run, to be read or closed; nothing where labelling has not given them yet. */
export async function openCascades(
  objects: Pick<Objects, 'stream'>,
  { hashtag, date, run }: RunName,
): Promise<CascadeFile | undefined> {
  const key = keys.cascades({ hashtag, date, run })
  try {
    const csv = await objects.stream(key)
    return { rows: rowsOf(csv, key), close: () => csv.destroy() }
  } catch (error) {
    if (error instanceof BellwetherError && error.code === 'OBJECT_MISSING') return undefined
    throw error
  }
}

/**
 * The cascade of every post of a run, by post id; undefined before labelling has assigned them. OBJECT_INVALID names the
 * file and the bad row.
 */
export async function readCascades(
  objects: Pick<Objects, 'stream'>,
  run: RunName,
): Promise<Map<string, string> | undefined> {
  const file = await openCascades(objects, run)
  if (!file) return undefined
  const cascades = new Map<string, string>()
  for await (const [post, cascade] of file.rows) cascades.set(post, cascade)
  return cascades
}

/**
 * The posts of a run, each with its assigned cascade, or with its `own` where none is assigned. The file is streamed
 * beside the posts, in the same order, so that memory stays small. Of a file in another order, skipped rows are held.
 */
export async function* withCascades<P extends { post: string }>(
  file: CascadeFile | undefined,
  posts: AsyncIterable<P>,
  own: (post: P) => string,
): AsyncIterable<P & { cascade: string }> {
  const passed = new Map<string, string>()
  const cascadeOf = async (post: string): Promise<string | undefined> => {
    const before = passed.get(post)
    if (before !== undefined || !file) return before
    for (let row = await file.rows.next(); !row.done; row = await file.rows.next()) {
      if (row.value[0] === post) return row.value[1]
      passed.set(...row.value)
    }
    return undefined
  }
  try {
    for await (const one of posts) yield { ...one, cascade: (await cascadeOf(one.post)) ?? own(one) }
  } finally {
    await file?.rows.return()
    file?.close()
  }
}

/** Store the cascades of a run's posts, in the order of its pages. A file that exists stays: an id never changes. */
export async function writeCascades(
  objects: Pick<Objects, 'create'>,
  { hashtag, date, run }: RunName,
  cascades: Iterable<readonly [post: string, cascade: string]>,
): Promise<void> {
  const csv = stringify([HEADER, ...cascades], { record_delimiter: '\r\n' })
  await objects.create(keys.cascades({ hashtag, date, run }), csv)
}

async function* rowsOf(csv: Readable, key: string): CascadeFile['rows'] {
  const parser = parse({ from: 2, relax_column_count: true })
  csv.on('error', (error) => parser.destroy(error)).pipe(parser)
  let rows = 0
  try {
    for await (const fields of parser) {
      const [post, cascade] = row.parse(fields)
      rows++
      yield [post, cascade]
    }
  } catch (cause) {
    if (!(cause instanceof CsvError) && !(cause instanceof z.ZodError)) throw cause
    throw new BellwetherError('OBJECT_INVALID', `${key}: no cascade after row ${rows + 1}`, { cause })
  } finally {
    csv.destroy()
  }
}
