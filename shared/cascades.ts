import type { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { BellwetherError } from './errors'
import { keys } from './keys'
import type { Objects } from './objects'

/** A run of the collector, by the parts of its key. */
export type RunName = Record<'hashtag' | 'date' | 'run', string>

const HEADER = ['post_id', 'cascade']
const row = z.tuple([z.string().min(1), z.string().regex(/^[0-9a-f]{16}$/, 'a cascade id is 16 hex digits')])

/**
 * The cascade of every post of a run, by post id; nothing where labeling has not given them yet. OBJECT_INVALID names the
 * file and the row that is not one.
 */
export async function readCascades(
  objects: Pick<Objects, 'exists' | 'stream'>,
  { hashtag, date, run }: RunName,
): Promise<Map<string, string> | undefined> {
  const key = keys.cascades({ hashtag, date, run })
  if (!(await objects.exists(key))) return undefined
  return new Map(await rowsOf(await objects.stream(key), key))
}

/** Give the posts of a run their cascades, once and for ever: where they have some already, those stay. */
export async function writeCascades(
  objects: Pick<Objects, 'create'>,
  { hashtag, date, run }: RunName,
  cascades: ReadonlyMap<string, string>,
): Promise<void> {
  const csv = stringify([HEADER, ...cascades], { record_delimiter: '\r\n' })
  await objects.create(keys.cascades({ hashtag, date, run }), csv)
}

async function rowsOf(csv: Readable, key: string): Promise<[string, string][]> {
  const parser = parse({ from: 2, relax_column_count: true })
  csv.on('error', (error) => parser.destroy(error)).pipe(parser)
  const rows: [string, string][] = []
  try {
    for await (const fields of parser) rows.push(row.parse(fields))
  } catch (cause) {
    if (!(cause instanceof CsvError) && !(cause instanceof z.ZodError)) throw cause
    throw new BellwetherError('OBJECT_INVALID', `${key}: no cascade after row ${rows.length + 1}`, { cause })
  } finally {
    csv.destroy()
  }
  return rows
}
