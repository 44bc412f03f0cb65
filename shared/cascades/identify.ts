import { type CascadeIndex, makeCascadeIndex } from './cascade-index'
import { readCascades, type RunName, writeCascades } from './files'
import { concurrently } from '../concurrently'
import { keys, prefixes } from '../keys'
import type { Objects } from '../objects'
import { type CollectedPost, placeOf, type Post, postsOfRun } from '../posts'
import { runRecord } from '../records'
import { textsFromBytes, textsToBytes } from './known-texts'
import type { LoggedRun } from '../state/run-log'
import { dayAfter } from '../utc-day'

/** The posts that a run stored, and the cascade of each. */
export interface IdentifiedRun extends RunName {
  posts: CollectedPost[]
  cascades: ReadonlyMap<string, string>
}

type Store = Pick<Objects, 'read' | 'readJson' | 'stream' | 'exists' | 'create' | 'list'>

/** Near copies are searched among the texts of this many days. */
const DAYS_BACK = 30

/**
 * Read runs in the order of the log and assign cascades to the posts that have none. Near copies are searched in earlier
 * runs of this call and in the runs that earlier batches were drawn from. Idempotent: assigned cascades stay, and a run
 * that is read again adds the same texts.
 */
export async function identifyRuns(
  objects: Store,
  runs: readonly string[],
  log: readonly LoggedRun[],
): Promise<IdentifiedRun[]> {
  const records = await concurrently([...runs].sort(byLog), 8, (key) => objects.readJson(key, runRecord))
  const index = await indexOf(objects, before(log, records))
  const identified: IdentifiedRun[] = []
  for (const record of records) {
    const { hashtag, date, run } = record
    const posts: CollectedPost[] = []
    for await (const post of postsOfRun(objects, record)) posts.push(post)
    const name = { hashtag, date, run }
    identified.push({ ...name, posts, cascades: await cascadesOf(objects, name, posts, index) })
  }
  return identified
}

/** The runs whose texts are candidates: those that were drawn from, in the days before the latest of `runs`. */
function before(log: readonly LoggedRun[], runs: readonly Pick<RunName, 'date'>[]): LoggedRun[] {
  const latest = runs.reduce((last, { date }) => (date > last ? date : last), '')
  const from = latest && dayAfter(latest, -DAYS_BACK)
  return log.filter(({ batch, date }) => batch !== undefined && date >= from)
}

/** An index of the texts of the last days of the log and of imported labels. */
export const knownIndex = (objects: Pick<Objects, 'read' | 'list'>, log: readonly LoggedRun[]): Promise<CascadeIndex> =>
  indexOf(objects, before(log, log))

async function indexOf(objects: Pick<Objects, 'read' | 'list'>, runs: readonly RunName[]): Promise<CascadeIndex> {
  const index = makeCascadeIndex()
  const imported: string[] = []
  for await (const { key } of objects.list(prefixes.importedTexts)) imported.push(key)
  const files = await concurrently([...imported.sort(), ...runs.map(textsKey)], 8, (key) => textsAt(objects, key))
  for (const texts of files) for (const text of texts) index.add(text)
  return index
}

const textsKey = ({ hashtag, date, run }: RunName): string => keys.knownTexts({ hashtag, date, run })

async function textsAt(objects: Pick<Objects, 'read'>, key: string) {
  const stored = await objects.read(key)
  return stored ? textsFromBytes(stored.body, key) : []
}

async function cascadesOf(
  objects: Store,
  run: RunName,
  posts: readonly Post[],
  index: CascadeIndex,
): Promise<ReadonlyMap<string, string>> {
  const known = await readCascades(objects, run)
  if (known) {
    for (const text of await textsAt(objects, textsKey(run))) index.add(text)
    return known
  }
  const sorted = [...posts].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
  const given = new Map(sorted.map(({ id, text }) => [id, index.identify(text)]))
  await objects.create(textsKey(run), textsToBytes(index.learned()))
  await writeCascades(
    objects,
    run,
    posts.map(({ id }) => [id, given.get(id)!]),
  )
  return given
}

/** By date, hashtag and run. */
function byLog(a: string, b: string): number {
  const place = (key: string) => {
    const parts = keys.run.match(key)
    return parts ? `${parts.date} ${parts.hashtag} ${parts.run}` : key
  }
  return place(a) < place(b) ? -1 : 1
}
