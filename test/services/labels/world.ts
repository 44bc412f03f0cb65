import { answerLabels } from '../../../services/labels/labels'
import { type LabelsRequest, labelsRequest } from '../../../services/labels/request'
import { type LabelStore, labelStore, rulesOf } from '../../../shared/labels'
import { settledLine, type SettledLine } from '../../../shared/records'
import type { Table } from '../../../shared/table'
import { aSettings, CATEGORIES, categoriesOf } from '../../given'
import { type TestBucket, testBucket } from '../../shared/bucket'
import { memoryTable } from '../../shared/memory-table'
import { askTombstones, markWith } from '../../../shared/tombstones'

/** The key of the tombstone hashes. */
export const MARK = markWith('a key for tests that is long enough')

export const NOW = new Date('2026-11-22T12:00:00Z')

export interface World {
  bucket: TestBucket
  table: Table
  labels: LabelStore
  ask: (request: LabelsRequest, now?: Date) => Promise<Record<string, unknown>>
  /** Puts the file under imports/ and imports it. */
  take: (name: string, text: string | Buffer) => Promise<Record<string, unknown>>
  lines: (batch: unknown) => SettledLine[]
  refused: (batch: unknown) => Record<string, unknown>[]
}

type Mapping = Record<string, Record<string, string>>

export function newWorld(categories = CATEGORIES, version = 1, from?: Mapping): World {
  const bucket = testBucket()
  const table = memoryTable()
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const settings = aSettings({ labels: { version, categories: categoriesOf(categories), ...(from ? { from } : {}) } })
  const labels = labelStore(bucket, rulesOf(settings.labels))
  const answer = answerLabels({
    objects: bucket,
    table,
    settings,
    labels,
    tombstones: askTombstones(table, async () => MARK),
  })
  const ask: World['ask'] = async (request, now = NOW) => ({
    ...(await answer(labelsRequest.parse(request), { now, log, remainingMs: () => 60_000 })),
  })
  const jsonLines = (key: string) => (bucket.texts()[key] ?? '').split('\n').filter(Boolean).map(parsed)
  return {
    bucket,
    table,
    labels,
    ask,
    take: async (name, text) => {
      await bucket.put(`imports/${name}`, text)
      return ask({ import: `imports/${name}` })
    },
    lines: (batch) => jsonLines(`labeled/${String(batch)}/output.manifest`).map((line) => settledLine.parse(line)),
    refused: (batch) => jsonLines(`labeled/${String(batch)}/refused.jsonl`),
  }
}

const parsed = (line: string): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>
