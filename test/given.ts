import { createHash } from 'node:crypto'
import { keys } from '../shared/keys'
import type { Objects } from '../shared/objects'
import { type Post, postsToCsv } from '../shared/posts'
import type { RunRecord, SettledLine } from '../shared/records'
import type { TextEncoding } from '../shared/text/encoding'
import { streamNameOf } from '../shared/streams'
import { type Category, settings, type Settings } from '../shared/settings'

/** Fixtures of tests in several folders. */

export const CATEGORIES = ['technical', 'marketing']

export const categoriesOf = (names: readonly string[] = CATEGORIES): Category[] =>
  names.map((name) => ({ name, definition: `It is ${name}.`, examples: [] }))

type Changes = {
  [Part in keyof Settings]?: Settings[Part] extends readonly unknown[] ? Settings[Part] : Partial<Settings[Part]>
}

/** A configuration with generous caps, small batches, and no repeated questions. */
export const aSettings = (changes: Changes = {}): Settings =>
  settings.parse({
    hashtags: changes.hashtags ?? ['aws', 'azure'].map((tag) => ({ tag, source: 'file' })),
    sources: { file: { type: 'file', file: 'posts.jsonl' }, ...changes.sources },
    languages: changes.languages ?? [],
    labels: { version: 1, categories: categoriesOf(), ...changes.labels },
    schedule: { collect: 'cron(10 0 * * ? *)', label: 'cron(0 1 * * ? *)', ...changes.schedule },
    caps: {
      posts: { perDay: 1000, perMonth: 10_000 },
      collectUsd: { perDay: 10, perMonth: 100 },
      judgements: { perDay: 1000, perMonth: 10_000 },
      labelUsd: { perDay: 100, perMonth: 1000 },
      trainingSeconds: 600,
      ...changes.caps,
    },
    labelling: {
      labeller: 'desk',
      itemsPerDay: 8,
      evaluationShare: 0.5,
      evaluationJudgements: 2,
      trainingJudgements: 1,
      deadlineHours: 20,
      pricePerJudgementUsd: 0.01,
      goldShare: 0,
      repeatShare: 0,
      relabelShare: 0,
      ...changes.labelling,
    },
    // Tests have few labels; a test of the engine for few labels sets this itself.
    // One engine; a test of the contest sets several.
    training: {
      trainer: 'blazingtext',
      ...(changes.training && 'engines' in changes.training ? {} : { engine: 'blazingtext' }),
      fewLabels: 0,
      hyperparameters: {},
      tuneSeconds: 0,
      ...changes.training,
    },
    gate: changes.gate ?? {},
  })

export const aPost = (
  id: number | string,
  text = `post number ${id} says something`,
  more: Partial<Post> = {},
): Post => ({
  id: String(id),
  createdAt: '2026-11-21T10:00:00.000Z',
  authorId: 'a',
  language: 'en',
  retweetOf: '',
  source: 'file',
  text,
  ...more,
})

export interface ARun {
  hashtag?: string
  /** The network; without it, the run is from a release without streams. */
  stream?: string
  date?: string
  run?: string
  pages: readonly (readonly Post[])[]
  complete?: boolean
  textEncoding?: TextEncoding
}

/** Stores a run as the collector does; returns the parts of its keys. */
export async function putRun(
  bucket: Pick<Objects, 'put'>,
  { hashtag = 'aws', stream, date = '2026-11-21', run = 'one', pages, complete = true, textEncoding = 'html' }: ARun,
) {
  const parts = { ...streamNameOf({ hashtag, stream }), date, run }
  const objects: RunRecord['objects'] = []
  for (const [i, posts] of pages.entries()) {
    const key = keys.posts({ ...parts, page: String(i + 1) })
    const csv = postsToCsv(posts)
    await bucket.put(key, csv)
    objects.push({ key, posts: posts.length, sha256: createHash('sha256').update(csv).digest('hex') })
  }
  const window = { from: `${date}T00:00:00.000Z`, to: `${date}T23:59:59.000Z` }
  const record: RunRecord = {
    ...parts,
    source: 'file',
    textEncoding,
    window,
    covered: window,
    gap: null,
    complete,
    stoppedBy: null,
    pages: pages.length,
    posts: pages.flat().length,
    existing: null,
    otherLanguages: 0,
    refusedRows: 0,
    costUsd: 0,
    objects,
  }
  await bucket.put(keys.run(parts), JSON.stringify(record))
  return parts
}

type LineChange = Partial<Omit<SettledLine, 'label-metadata'>> & { metadata?: Partial<SettledLine['label-metadata']> }

/** A line of a settled manifest, as labelling writes it. */
export function aSettledLine(item: string, label: string, { metadata, ...change }: LineChange = {}): SettledLine {
  return {
    source: `text of ${item}`,
    item,
    'post-id': `post-${item}`,
    role: 'training',
    hashtags: ['aws'],
    date: '2026-11-21',
    size: 2,
    'inclusion-probability': null,
    label: Math.max(0, CATEGORIES.indexOf(label)),
    'label-metadata': {
      'class-name': label,
      confidence: 0.9,
      'human-annotated': 'yes',
      'job-name': 'labeling-job/bellwether-test',
      'creation-date': '2026-11-22T12:00:00.000000',
      type: 'groundtruth/text-classification',
      'schema-version': 1,
      judgements: [{ annotator: 'ana', label }],
      ...metadata,
    },
    ...change,
  }
}

/** A manifest of these lines; strings are copied unchanged. */
export const manifestOf = (lines: readonly (SettledLine | string)[]): string =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')

/** The error of every call after a function was killed. */
export const KILLED = 'killed'

/** Counts the writes of a test's functions, and injects a fault into one of them. */
export interface Writes {
  /** Writes done so far, by all functions. */
  writes: number
  /** Kills the function right after this write, or instead of it. Counted from 1. */
  killAt?: { write: number; how: 'before' | 'after' }
  /** Loses the response to this write, so that the SDK sends it again. */
  loseAnswerOf?: number
}

/** One invocation of a function: all its ports fail after the kill, so that not even a `finally` has an effect. */
export function invocationOf(world: Writes) {
  let dead = false
  const reads =
    <A extends unknown[], T>(work: (...given: A) => Promise<T>) =>
    async (...given: A): Promise<T> => {
      if (dead) throw new Error(KILLED)
      return work(...given)
    }
  const writes = <A extends unknown[], T>(work: (...given: A) => Promise<T>) =>
    reads(async (...given: A): Promise<T> => {
      world.writes += 1
      const { write, how } = world.killAt ?? {}
      const number = world.writes
      const isFatal = number === write
      if (isFatal) dead = true
      if (isFatal && how === 'before') throw new Error(KILLED)
      const done = await work(...given)
      if (number === world.loseAnswerOf) return work(...given)
      if (isFatal) throw new Error(KILLED)
      return done
    })
  /** Wraps a port: these methods write, the others read. */
  const port = <T extends object>(real: T, writers: readonly (keyof T & string)[]): T =>
    new Proxy(real, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        const call = (...given: unknown[]): unknown => Reflect.apply(member, target, given)
        if (writers.some((writer) => writer === name)) return writes(async (...given: unknown[]) => call(...given))
        return (...given: unknown[]) => {
          if (dead) throw new Error(KILLED)
          return call(...given)
        }
      },
    })
  return { reads, writes, port }
}

/** Whether the injected kill caused the error. */
export const isKilled = (error: unknown): boolean => error instanceof Error && error.message === KILLED
