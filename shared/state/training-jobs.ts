import { z } from 'zod'
import type { Table } from '../table'
import { expiryOf, rowKind } from './row'

const KEPT_DAYS = 90

export const trainingJobRow = rowKind({
  pk: 'training#job',
  sk: '{job}',
  meaning: 'A training job that the trainer started or wants to start; the reconciler looks for jobs without an end.',
  attributes: z.object({
    state: z.enum(['running', 'parked', 'ended']).describe('`parked`: the request waits on the queue for a quota.'),
    datasetId: z.string().optional(),
    attempt: z.int().default(1).describe('Attempt number, from 1.'),
    entrant: z.string().optional().describe('The engine of the configuration; absent for the first one.'),
    engine: z.string().optional().describe('The engine that is trained; absent in rows of older releases.'),
    spot: z.boolean().default(true).describe('False for a job on demand.'),
    trainer: z.string().optional().describe('The trainer that it was given to; absent in rows of older releases.'),
    startedAt: z.iso.datetime().optional().describe('When it was last tried to start.'),
    since: z.iso
      .datetime()
      .optional()
      .describe(
        'When the job was first requested: the wait for a quota ends a day later. Absent in rows of older releases.',
      ),
    expiresAt: z.number().optional().describe('Seconds since the epoch.'),
  }),
})

export const trainingDayRow = rowKind({
  pk: 'training#day',
  sk: '{day}',
  meaning: 'The dataset that a UTC day trains on: one scheduled training job a day.',
  attributes: z.object({
    datasetId: z.string(),
    expiresAt: z.number().optional().describe('Seconds since the epoch.'),
  }),
})

export type NotedJob = z.infer<typeof trainingJobRow.attributes> & { job: string }

/**
 * Claim a UTC day for training on a dataset. Returns the dataset that already held the day, which is this one in a
 * retry; undefined when the day was free.
 */
export async function claimDay(
  table: Pick<Table, 'create' | 'get'>,
  day: string,
  datasetId: string,
): Promise<string | undefined> {
  const expiresAt = expiryOf(new Date(day), KEPT_DAYS)
  if (await table.create({ ...trainingDayRow.key({ day }), datasetId, expiresAt })) return undefined
  return holderOf(table, day)
}

/** The dataset that holds a UTC day. */
export const holderOf = async (table: Pick<Table, 'get'>, day: string): Promise<string | undefined> =>
  (await trainingDayRow.read(table, { day }))?.datasetId

/** Call it before anything is done for the attempt, so that the reconciler finds an attempt whose start was lost. */
export async function noteStart(
  table: Pick<Table, 'update'>,
  job: string,
  {
    datasetId,
    attempt,
    spot,
    trainer,
    since,
    entrant,
    engine,
  }: {
    datasetId: string
    attempt: number
    spot: boolean
    trainer: string
    since: string
    entrant?: string | undefined
    engine: string
  },
  now: Date,
): Promise<void> {
  const expiresAt = expiryOf(now, KEPT_DAYS)
  await table.update(trainingJobRow.key({ job }), {
    set: {
      datasetId,
      attempt,
      spot,
      trainer,
      since,
      ...(entrant === undefined ? {} : { entrant }),
      engine,
      state: 'running',
      startedAt: now.toISOString(),
      expiresAt,
    },
    when: 'attribute_not_exists(pk) OR #state = :parked',
    values: { parked: 'parked' },
  })
}

/** Call it after the request for the job is in the queue, where it waits for a quota. */
export async function notePark(table: Pick<Table, 'update'>, job: string): Promise<void> {
  await table.update(trainingJobRow.key({ job }), { set: { state: 'parked' } })
}

/**
 * Call it after the end of the job is published. `of` is noted too, because an attempt that was never noted as started
 * may end.
 */
export async function noteEnd(
  table: Pick<Table, 'update'>,
  job: string,
  of: Partial<Pick<NotedJob, 'datasetId' | 'engine' | 'entrant'>> = {},
): Promise<void> {
  await table.update(trainingJobRow.key({ job }), { set: { ...of, state: 'ended' } })
}

export const isParked = async (table: Pick<Table, 'get'>, job: string): Promise<boolean> =>
  (await trainingJobRow.read(table, { job }))?.state === 'parked'

/** The trainer of an attempt; undefined for one that was not noted, or by an older release. */
export const trainerOf = async (table: Pick<Table, 'get'>, job: string): Promise<string | undefined> =>
  (await trainingJobRow.read(table, { job }))?.trainer

/** The engine of an attempt; undefined for one that was not noted, or by an older release. */
export const engineOf = async (table: Pick<Table, 'get'>, job: string): Promise<string | undefined> =>
  (await trainingJobRow.read(table, { job }))?.engine

/** The attempt, if it was noted and its end is not published yet. */
export async function underWay(
  table: Pick<Table, 'get'>,
  job: string,
): Promise<{ onDemand: boolean; since: string | undefined } | undefined> {
  const row = await trainingJobRow.read(table, { job })
  return row?.state === 'running' ? { onDemand: !row.spot, since: row.since } : undefined
}

/** Every job of the last 90 days. */
export async function notedJobs(table: Pick<Table, 'query'>): Promise<NotedJob[]> {
  const jobs: NotedJob[] = []
  for await (const { parts, row } of trainingJobRow.all(table)) jobs.push({ ...row, job: parts.job })
  return jobs
}
