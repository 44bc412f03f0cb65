import { gunzipSync } from 'node:zlib'
import { beforeEach, expect, it } from '@jest/globals'
import { writeLabelTable } from '../../../services/formatter/table'
import { keys } from '../../../shared/keys'
import { labelStore, rulesOf } from '../../../shared/labels'
import type { SettledLine } from '../../../shared/records'
import { aSettings, aSettledLine, CATEGORIES, categoriesOf, manifestOf } from '../../given'
import { type TestBucket, testBucket } from '../../shared/bucket'

const settings = aSettings({ labels: { categories: categoriesOf(CATEGORIES) } })
let bucket: TestBucket
beforeEach(() => {
  bucket = testBucket()
})

const settle = (batch: string, lines: SettledLine[]) => bucket.put(keys.settledManifest({ batch }), manifestOf(lines))
const storeOf = (objects: TestBucket) => labelStore(objects, rulesOf(settings.labels))
async function write(): Promise<void> {
  const store = storeOf(bucket)
  await writeLabelTable(bucket, () => 'x', store, (await store.reconcile()).labels)
}
const place = (hashtag: string, date = '2026-11-22') => keys.tableOfLabels({ stream: 'x', hashtag, date })
async function labelsAt(key: string): Promise<string[]> {
  const lines = gunzipSync((await bucket.read(key))!.body)
    .toString()
    .split('\n')
    .slice(0, -1)
  return lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ message, label }) => [message, label].join(' '))
}
const tables = () => bucket.written.filter((key) => key.startsWith('tables/'))
const [technical, marketing] = [CATEGORIES[0]!, CATEGORIES[1]!]

it('writes each current label under each of its hashtags, by the day of its post', async () => {
  await settle('2026-11-22', [
    aSettledLine('b', technical, { date: '2026-11-22', hashtags: ['aws', 'azure'] }),
    aSettledLine('a', marketing, { date: '2026-11-22', hashtags: ['aws'] }),
    aSettledLine('c', marketing, { date: '2026-11-21', hashtags: [] }),
  ])

  await write()

  expect(await labelsAt(place('aws'))).toEqual([`a ${marketing}`, `b ${technical}`])
  expect(await labelsAt(place('azure'))).toEqual([`b ${technical}`])
  expect(await labelsAt(place('-', '2026-11-21'))).toEqual([`c ${marketing}`])
})

it('writes only changed objects, and drops a replaced label', async () => {
  await settle('2026-11-22', [
    aSettledLine('a', technical, { date: '2026-11-22', hashtags: ['aws'] }),
    aSettledLine('b', technical, { date: '2026-11-22', hashtags: ['azure'] }),
  ])
  await write()
  await write()
  const before = tables()
  const decided = { 'creation-date': '2026-11-23T10:00:00', adjudicated: true }
  await settle('correction-1', [
    aSettledLine('a', marketing, { date: '2026-11-22', hashtags: ['aws'], metadata: decided }),
  ])
  await write()

  expect(before).toHaveLength(2)
  expect(tables().slice(before.length)).toEqual([place('aws')])
  expect(await labelsAt(place('aws'))).toEqual([`a ${marketing}`])
})

it('leaves an object without rows when a message moved to another day', async () => {
  await settle('2026-11-22', [aSettledLine('a', technical, { date: '2026-11-21', hashtags: ['aws'] })])
  await write()
  await settle('2026-11-23', [
    aSettledLine('a', technical, {
      date: '2026-11-22',
      hashtags: ['aws'],
      metadata: { 'creation-date': '2026-11-23T10:00:00' },
    }),
  ])
  await write()

  expect(await labelsAt(place('aws', '2026-11-21'))).toEqual([])
  expect(await labelsAt(place('aws', '2026-11-22'))).toEqual([`a ${technical}`])
})

it('ends with the current labels when another invocation writes between two of its writes', async () => {
  await settle('2026-11-22', [aSettledLine('a', technical, { date: '2026-11-22', hashtags: ['aws'] })])
  const store = storeOf(bucket)
  const first = (await store.reconcile()).labels
  const decided = { 'creation-date': '2026-11-23T10:00:00', adjudicated: true }
  let isFirst = true
  const late: TestBucket = {
    ...bucket,
    put: async (...what) => {
      if (isFirst) {
        isFirst = false
        await settle('correction-1', [
          aSettledLine('a', marketing, { date: '2026-11-22', hashtags: ['aws'], metadata: decided }),
        ])
        await write()
      }
      await bucket.put(...what)
    },
  }

  await writeLabelTable(late, () => 'x', store, first)

  expect(await labelsAt(place('aws'))).toEqual([`a ${marketing}`])
})
