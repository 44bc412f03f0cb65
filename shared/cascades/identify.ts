import { type CascadeIndex, makeCascadeIndex } from './cascade-index'
import { readCascades, type RunName, writeCascades } from './files'
import { concurrently } from '../concurrently'
import { keys, prefixes } from '../keys'
import type { Objects } from '../objects'
import { type CollectedPost, isShownBefore, lineBreaksOfPost, placeOf, postsOfRun } from '../posts'
import { runRecord } from '../records'
import type { LineBreaks, ShownText } from '../text'
import { type FirstSeen, kept, textsFromBytes, textsToBytes } from './known-texts'
import type { LoggedRun } from '../state/run-log'
import { streamLabel, streamNameOf } from '../streams'
import { dayAfter } from '../utc-day'

/** What is held of a post until a batch is drawn. */
type HeldPost = Pick<CollectedPost, 'id' | 'createdAt' | 'retweetOf' | 'shown'> & { breaks?: LineBreaks }

/** The posts that a run stored, and the cascade of each. */
interface IdentifiedRun extends RunName {
  posts: HeldPost[]
  cascades: ReadonlyMap<string, string>
}

/** Runs with their cascades. */
interface Identified {
  runs: IdentifiedRun[]
  /** The kept scores of cascades of these runs and of earlier ones, or null where a cascade was not scored. */
  scores: ReadonlyMap<string, readonly number[] | null>
}

/** How new cascades are scored. */
export interface CascadeScoring {
  /** The categories in whose order scores stand. */
  labels: readonly string[]
  /** The live model, which scores the shown texts of messages; null where none is live. */
  model: { job: string; score: (texts: readonly ShownText[]) => Promise<readonly (readonly number[])[]> } | null
  /**
   * The kept scores of a labelled cascade, or null where it was never scored; undefined for a cascade without a label.
   * A label may be older than the known texts.
   */
  ofLabelled: (cascade: string) => readonly number[] | null | undefined
}

type Store = Pick<Objects, 'read' | 'readJson' | 'stream' | 'exists' | 'create' | 'list'>

/** New cascades are scored in groups of this size. */
const AT_ONCE = 10_000

/** Near copies are searched among the texts of this many days. */
const DAYS_BACK = 30

/**
 * Read runs in the order of the log and assign cascades to the posts that have none. Near copies are searched in earlier
 * runs of this call and in the runs that earlier batches were drawn from. A cascade that none of these had is scored by the
 * live model, which cannot have learnt from it, and keeps those scores. Idempotent: assigned cascades and scores stay, and
 * a run that is read again adds the same texts.
 */
export async function identifyRuns(
  objects: Store,
  runs: readonly string[],
  log: readonly LoggedRun[],
  scoring: CascadeScoring,
): Promise<Identified> {
  const records = await concurrently([...runs].sort(byLog), 8, (key) => objects.readJson(key, runRecord))
  const known = await knownBefore(objects, before(log, records), scoring.labels)
  const identified: IdentifiedRun[] = []
  for (const record of records) {
    const texts: PostWithText[] = []
    // A day of a busy hashtag has to fit into memory: no more of a post is held than is used.
    for await (const post of postsOfRun(objects, record)) {
      const { id, createdAt, retweetOf, text, shown } = post
      const breaks = lineBreaksOfPost(post, record.textEncoding)
      texts.push({ id, createdAt, retweetOf, text: text === shown ? shown : text, shown, ...(breaks && { breaks }) })
    }
    const name = { ...streamNameOf(record), date: record.date, run: record.run }
    const cascades = await cascadesOf(objects, name, texts, known, scoring)
    const posts = texts.map(withoutText)
    identified.push({ ...name, posts, cascades })
  }
  return { runs: identified, scores: known.scores }
}

type PostWithText = HeldPost & Pick<CollectedPost, 'text'>

const withoutText = ({ id, createdAt, retweetOf, shown, breaks }: PostWithText): HeldPost => ({
  id,
  createdAt,
  retweetOf,
  shown,
  ...(breaks && { breaks }),
})

/** The runs whose texts are candidates: those that batches were drawn from, in the days before the latest of `runs`. */
function before(log: readonly LoggedRun[], runs: readonly Pick<RunName, 'date'>[]): LoggedRun[] {
  const latest = runs.reduce((last, { date }) => (date > last ? date : last), '')
  const from = latest && dayAfter(latest, -DAYS_BACK)
  return log.filter(({ batch, date }) => batch !== undefined && date >= from)
}

/** An index of the texts of the last days of the log and of imported labels. */
export const knownIndex = async (
  objects: Pick<Objects, 'read' | 'list'>,
  log: readonly LoggedRun[],
): Promise<CascadeIndex> => (await knownBefore(objects, before(log, log), [])).index

/** What is known of texts and cascades. */
interface Known {
  index: CascadeIndex
  /** The kept scores of the cascades of earlier runs, or null where a cascade was not scored. */
  scores: Map<string, readonly number[] | null>
}

async function knownBefore(
  objects: Pick<Objects, 'read' | 'list'>,
  runs: readonly RunName[],
  labels: readonly string[],
): Promise<Known> {
  const known: Known = { index: makeCascadeIndex(), scores: new Map() }
  const imported: string[] = []
  for await (const { key } of objects.list(prefixes.importedTexts)) imported.push(key)
  const files = await concurrently([...imported.sort(), ...runs.map(textsKey)], 8, (key) => textsAt(objects, key))
  for (const file of files) if (file) learn(known, file, labels)
  return known
}

type TextsFile = ReturnType<typeof textsFromBytes>

/** Add the content of a file. Of a cascade in several files, the first scores count. */
function learn({ index, scores }: Known, { texts, first }: TextsFile, labels: readonly string[]): void {
  for (const text of texts) index.add(text)
  const isOfThese = first.labels.join('\n') === labels.join('\n')
  for (const [cascade, of] of first.scores) {
    if (!scores.has(cascade)) scores.set(cascade, (isOfThese && of) || null)
  }
}

const textsKey = (run: RunName): string => keys.knownTexts(run)

async function textsAt(objects: Pick<Objects, 'read'>, key: string): Promise<TextsFile | undefined> {
  const stored = await objects.read(key)
  return stored && textsFromBytes(stored.body, key)
}

async function cascadesOf(
  objects: Store,
  run: RunName,
  posts: readonly PostWithText[],
  known: Known,
  scoring: CascadeScoring,
): Promise<IdentifiedRun['cascades']> {
  const { labels } = scoring
  const before = await readCascades(objects, run)
  if (before) {
    const file = await textsAt(objects, textsKey(run))
    if (file) learn(known, file, labels)
    return before
  }
  const sorted = [...posts].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
  const cascades = new Map(sorted.map(({ id, text }) => [id, known.index.identify(text)]))
  const first = await firstSeen(posts, cascades, known, scoring)
  const made = await objects.create(textsKey(run), textsToBytes(known.index.learned(), first))
  // An invocation that stopped in between may have scored them by an earlier model: those scores stay.
  const file = made === 'created' ? { texts: [], first } : await textsAt(objects, textsKey(run))
  if (file) learn(known, file, labels)
  const scores = new Map<string, readonly number[]>()
  for (const cascade of cascades.values()) {
    const of = known.scores.get(cascade)
    if (of) scores.set(cascade, of)
  }
  await writeCascades(objects, run, cascadesInOrder(posts, cascades), { labels, scores })
  return cascades
}

function* cascadesInOrder(
  posts: readonly PostWithText[],
  cascades: ReadonlyMap<string, string>,
): Generator<readonly [post: string, cascade: string]> {
  // oxlint-disable-next-line typescript/no-non-null-assertion -- every post of the run was identified
  for (const { id } of posts) yield [id, cascades.get(id)!]
}

/** The cascades that this run is the first to have, scored where a model is live. */
async function firstSeen(
  posts: readonly PostWithText[],
  cascades: ReadonlyMap<string, string>,
  known: Known,
  { labels, model, ofLabelled }: CascadeScoring,
): Promise<FirstSeen> {
  const shown = new Map<string, PostWithText>()
  for (const post of posts) {
    // oxlint-disable-next-line typescript/no-non-null-assertion -- every post of the run was identified
    const cascade = cascades.get(post.id)!
    const other = shown.get(cascade)
    if (!known.scores.has(cascade) && (!other || isShownBefore(post, other))) shown.set(cascade, post)
  }
  const fresh = [...shown].sort(([a], [b]) => (a < b ? -1 : 1))
  const scores = new Map(fresh.map(([cascade]) => [cascade, ofLabelled(cascade)?.map(kept)]))
  const unlabelled = fresh.filter(([cascade]) => ofLabelled(cascade) === undefined)
  for (let from = 0; model && from < unlabelled.length; from += AT_ONCE) {
    const some = unlabelled.slice(from, from + AT_ONCE)
    const given = await model.score(some.map(([, post]) => post.shown))
    for (const [i, [cascade]] of some.entries()) scores.set(cascade, given[i]?.map(kept))
  }
  return { model: model?.job ?? null, labels: [...labels], scores }
}

/** By date, stream and run. */
function byLog(a: string, b: string): number {
  const place = (key: string) => {
    const parts = keys.run.match(key)
    return parts ? `${parts.date} ${streamLabel(parts)} ${parts.run}` : key
  }
  return place(a) < place(b) ? -1 : 1
}
