import { createHash } from 'node:crypto'
import type { CreateLabelingJobRequest } from '@aws-sdk/client-sagemaker'
import type { PublishedEvent } from '../../../events'
import { handOut } from '../../../services/desk/hand-out'
import type { ShownItem, Taken } from '../../../services/desk/shown'
import { takeAnswers } from '../../../services/desk/take-answers'
import { deskLabeller } from '../../../services/labeling/labellers/desk/desk'
import { answerLabeling } from '../../../services/labeling/label'
import type { Labeller, LabellerAdapter } from '../../../services/labeling/labellers/labeller'
import { settleBatch } from '../../../services/labeling/settle'
import type { ChoiceSettings } from '../../../services/labeling/sampling/choose'
import { onRun } from '../../../services/labeling/start'
import { s3Artefacts } from '../../../shared/artefact'
import type { Publish } from '../../../shared/bus'
import { canonical } from '../../../shared/canonical'
import { termsOf } from '../../../shared/labellers'
import { labelStore, rulesOf } from '../../../shared/labels'
import type { Post } from '../../../shared/posts'
import type { Settings } from '../../../shared/settings'
import type { Table } from '../../../shared/table'
import type { TextEncoding } from '../../../shared/text/encoding'
import { invite } from '../../../shared/state/people'
import { aPost, aSettings, invocationOf, isKilled, putRun, type Writes } from '../../given'
import { type TestBucket, testBucket } from '../../shared/bucket'
import { memoryTable } from '../../shared/memory-table'

export type LabellingSettings = Pick<Settings, 'hashtags' | 'sources' | 'labels' | 'caps' | 'labelling'> &
  ChoiceSettings

export interface World extends Writes {
  bucket: TestBucket
  table: Table
  told: { event: string; detail: Record<string, unknown> }[]
  settings: LabellingSettings
  now: Date
  groundTruth?: LabellerAdapter
  /** Extra labellers besides the product's, by name. */
  plugged?: Record<string, Labeller>
  requests: CreateLabelingJobRequest[]
  /** What happens while an invocation waits for another. */
  pause?: () => Promise<void>
}

export const settingsWith = (labelling: Partial<Settings['labelling']> = {}): LabellingSettings =>
  aSettings({ labelling })

export const newWorld = (given: Partial<World> = {}): World => ({
  bucket: testBucket(),
  table: memoryTable(),
  told: [],
  settings: settingsWith(),
  now: new Date('2026-06-03T00:12:00Z'),
  writes: 0,
  requests: [],
  ...given,
})

export const postOf = (id: number | string, text?: string, more: Partial<Post> = {}): Post =>
  aPost(id, text, { createdAt: '2026-06-02T10:00:00Z', ...more })

/** Words that occur in no other post. */
export const wordsOf = (seed: string): string =>
  createHash('sha256').update(seed).digest('hex').match(/.{8}/g)!.join(' ')

export const postsOf = (hashtag: string, count: number, date = '2026-06-02'): Post[] =>
  Array.from({ length: count }, (_, i) =>
    postOf(`${hashtag}-${date}-${i}`, `${hashtag} post ${i} of ${date} says ${wordsOf(`${hashtag} ${date} ${i}`)}`, {
      createdAt: `${date}T10:00:00Z`,
    }),
  )

/** Stores a run as the collector does. */
export const storeRun = (
  world: World,
  hashtag: string,
  date: string,
  posts: readonly Post[],
  run = 'r1',
  textEncoding: TextEncoding = 'html',
) => putRun(world.bucket, { hashtag, date, run, pages: [posts], textEncoding })

/** One invocation: all its ports fail together when it is killed. */
export function functionOf(world: World) {
  const { writes, port } = invocationOf(world)
  const table = port(world.table, ['create', 'update', 'remove'])
  // The writing is of unknown arity; the bus is generic.
  const publish = writes(async (event: PublishedEvent, given: Record<string, unknown>) => {
    const detail: unknown = event.detail.parse({ version: event.version, id: 'x', ...given })
    world.told.push({ event: event.name, detail: Object.fromEntries(Object.entries(detail ?? {})) })
  }) as Publish
  const refusing: LabellerAdapter = {
    check: () => undefined,
    start: async () => undefined,
    finish: async () => undefined,
  }
  const objects = port(world.bucket, ['create', 'put', 'swap'])
  const ports = {
    objects,
    labels: labelStore(objects, rulesOf(world.settings.labels)),
    table,
    load: s3Artefacts(world.bucket),
    publish,
    settings: world.settings,
    stream: () => 'file',
    stage: 'test',
    pause: world.pause ?? (async () => undefined),
    labellers: {
      desk: { terms: termsOf('desk'), ...deskLabeller(table) },
      'ground-truth': { terms: termsOf('ground-truth'), ...(world.groundTruth ?? refusing) },
      ...world.plugged,
    },
  }
  const invocation = { now: world.now, remainingMs: () => 60_000, log }
  return {
    ports,
    invocation,
    onRun: (parts: Parameters<ReturnType<typeof onRun>>[0]) => onRun(ports)(parts, invocation),
    request: (request: Parameters<ReturnType<typeof answerLabeling>>[0]) => answerLabeling(ports)(request, invocation),
    settle: (batch: string) => settleBatch(ports)(batch, world.now),
    handOut: (annotator: string, count = 20) => handOut(table, annotator, count, world.now.getTime()),
    answer: async (annotator: string, answers: readonly unknown[], invited: readonly string[] = []): Promise<Taken[]> =>
      (await takeAnswers({ table, publish })(annotator, answers, invited, world.now)).answers,
    invite: (name: string) =>
      invite(table, { name, role: 'annotator' }, world.now.getTime(), world.now.getTime() + 86_400_000),
  }
}

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

type Invoked = ReturnType<typeof functionOf>

/** Retries a killed invocation, as Lambda does. */
export async function retried<T>(world: World, work: (invoked: Invoked) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work(functionOf(world))
    } catch (error) {
      if (!isKilled(error)) throw error
    }
  }
}

/** The answer of a consistent annotator, derived from the text alone. */
export const opinionOf = ({ text }: ShownItem): string => (/\d*[02468] of/.test(text) ? 'technical' : 'marketing')

/** Lets an annotator answer until no item is left for them. */
export async function answerAll(
  world: World,
  annotator: string,
  opinion: (shown: ShownItem) => string | undefined = opinionOf,
): Promise<number> {
  let given = 0
  for (;;) {
    const { items } = await retried(world, (invoked) => invoked.handOut(annotator, 5))
    if (items.length === 0) return given
    const answers = items.map((shown) => {
      const label = opinion(shown)
      return {
        batch: shown.batch,
        item: shown.item,
        revision: 0,
        ...(label === undefined ? { skip: true } : { label }),
      }
    })
    const taken = await retried(world, (invoked) => invoked.answer(annotator, answers))
    given += taken.filter(({ result }) => result === 'kept').length
  }
}

export interface Outcome {
  objects: Record<string, string>
  events: string[]
}

/** The observable outcome: the bytes of each object, and the published events. */
export const outcomeOf = ({ bucket, told }: World): Outcome => ({
  objects: bucket.texts(),
  events: [...new Set(told.map(({ event, detail }) => `${event} ${canonical(detail)}`))].sort(),
})

export const linesOf = <T = Record<string, unknown>>(world: World, key: string): T[] =>
  (world.bucket.texts()[key] ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T)
