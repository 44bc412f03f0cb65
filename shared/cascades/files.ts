import type { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { BellwetherError } from '../errors'
import { keys } from '../keys'
import type { Objects } from '../objects'
import type { StreamName } from '../streams'

/** A run of the collector, by the parts of its key. */
export type RunName = StreamName & Record<'date' | 'run', string>

const HEADER = ['post_id', 'cascade']
/** The name of the column of a category's scores. */
const SCORES_OF = 'scores:'
const row = z.tuple([z.string().min(1), z.string().regex(/^[0-9a-f]{16}$/, 'a cascade id is 16 hex digits')])
const score = z.string().regex(/^(0|1|0\.\d{1,4})$/, 'a score is a number from 0 to 1 of at most four digits')

/** A post of a run, its cascade, and the kept scores of the cascade in the order of the requested categories. */
export type CascadeRow = [post: string, cascade: string, scores?: readonly number[]]

/** The file of a run's cascades, open to be read once. */
interface CascadeFile {
  rows: AsyncGenerator<CascadeRow, void, void>
  close(): void
}

/**
 * Open the cascades of a run, to be read or closed; undefined where labelling has not assigned them yet. Scores are
 * read where the file has exactly these categories.
 */
export async function openCascades(
  objects: Pick<Objects, 'stream'>,
  run: RunName,
  labels: readonly string[] = [],
): Promise<CascadeFile | undefined> {
  const key = keys.cascades(run)
  try {
    const csv = await objects.stream(key)
    return { rows: rowsOf(csv, key, labels), close: () => csv.destroy() }
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
 * The posts of a run, each with its assigned cascade, or with its `own` where none is assigned, and with the kept
 * scores of the cascade. The file is streamed beside the posts, in the same order, so that memory stays small. Where
 * the order differs, skipped rows are held.
 */
export async function* withCascades<P extends { post: string }>(
  file: CascadeFile | undefined,
  posts: AsyncIterable<P>,
  own: (post: P) => string,
): AsyncIterable<P & { cascade: string; kept?: readonly number[] }> {
  const passed = new Map<string, CascadeRow>()
  const rowOf = async (post: string): Promise<CascadeRow | undefined> => {
    const before = passed.get(post)
    if (before !== undefined || !file) return before
    for (let row = await file.rows.next(); !row.done; row = await file.rows.next()) {
      if (row.value[0] === post) return row.value
      passed.set(row.value[0], row.value)
    }
    return undefined
  }
  try {
    for await (const one of posts) {
      const [, cascade = own(one), kept] = (await rowOf(one.post)) ?? []
      yield kept ? { ...one, cascade, kept } : { ...one, cascade }
    }
  } finally {
    await file?.rows.return()
    file?.close()
  }
}

/**
 * Store the cascades of a run's posts, in the order of its pages, with the kept scores of each cascade. An existing
 * file stays: an id never changes.
 */
export async function writeCascades(
  objects: Pick<Objects, 'create'>,
  run: RunName,
  cascades: Iterable<readonly [post: string, cascade: string]>,
  { labels, scores }: { labels: readonly string[]; scores: ReadonlyMap<string, readonly number[]> } = NO_SCORES,
): Promise<void> {
  const header = scores.size > 0 ? [...HEADER, ...labels.map((label) => `${SCORES_OF}${label}`)] : HEADER
  const rowOf = ([post, cascade]: readonly [post: string, cascade: string]) =>
    scores.size > 0 ? [post, cascade, ...(scores.get(cascade) ?? labels.map(() => ''))] : [post, cascade]
  const parts: string[] = []
  let rows: (string | number)[][] = [header]
  for (const one of cascades) {
    if (rows.push(rowOf(one)) < ROWS_AT_ONCE) continue
    parts.push(toCsv(rows))
    rows = []
  }
  await objects.create(keys.cascades(run), [...parts, toCsv(rows)].join(''))
}

/** This many rows are held at a time while a file is made. */
const ROWS_AT_ONCE = 1000

const toCsv = (rows: readonly (string | number)[][]): string => stringify([...rows], { record_delimiter: '\r\n' })

const NO_SCORES = { labels: [], scores: new Map<string, readonly number[]>() }

async function* rowsOf(csv: Readable, key: string, labels: readonly string[]): CascadeFile['rows'] {
  const parser = parse({ relax_column_count: true })
  csv.on('error', (error) => parser.destroy(error)).pipe(parser)
  let rows = 0
  let places: readonly number[] | undefined
  try {
    // Without `columns`, a record is an array of its fields.
    for await (const fields of parser as AsyncIterable<string[]>) {
      if (rows === 0) places = placesOf(fields, labels)
      else {
        const [post, cascade] = row.parse(fields.slice(0, HEADER.length))
        const scores = places && scoresAt(fields, places)
        yield scores ? [post, cascade, scores] : [post, cascade]
      }
      rows++
    }
  } catch (cause) {
    if (!(cause instanceof CsvError) && !(cause instanceof z.ZodError)) throw cause
    throw new BellwetherError('OBJECT_INVALID', `${key}: no cascade after row ${Math.max(1, rows)}`, { cause })
  } finally {
    csv.destroy()
  }
}

/** The columns of the scores of these categories; undefined where the file has none, or those of other categories. */
function placesOf(header: readonly string[], labels: readonly string[]): number[] | undefined {
  const columns = header.slice(HEADER.length)
  const places = labels.map((label) => columns.indexOf(`${SCORES_OF}${label}`))
  const isOfThese = labels.length > 0 && columns.length === labels.length && !places.includes(-1)
  return isOfThese ? places.map((place) => HEADER.length + place) : undefined
}

function scoresAt(fields: readonly string[], places: readonly number[]): number[] | undefined {
  if (places.every((place) => fields[place] === '')) return undefined
  return places.map((place) => Number(score.parse(fields[place])))
}
