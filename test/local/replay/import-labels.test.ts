import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { importLabelFile } from '../../../local/replay/import-labels'
import { testBucket } from '../../shared/bucket'

let folder = ''
let file = ''

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bellwether-labels-'))
  file = path.join(folder, 'labels.csv')
  writeFileSync(file, 'text,label\na,technical\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

const cloudThat = (payload: object, functionError = false) => {
  const asked: unknown[] = []
  return {
    asked,
    idle: async () => undefined,
    invoke: async (name: string, request: unknown) => {
      asked.push([name, request])
      return {
        requestId: '1',
        payload: JSON.stringify(payload),
        ...(functionError ? { functionError: 'Unhandled' as const } : {}),
      }
    },
  }
}

it('puts the file into the bucket, requests the import, and reports what was imported and refused', async () => {
  const cloud = cloudThat({ batch: 'import-1', items: 1, refused: { clock: 2, 'unknown-class': 3 } })
  const bucket = testBucket()

  const said = await importLabelFile(cloud, bucket, file)

  expect(bucket.texts()).toEqual({ 'imports/labels.csv': 'text,label\na,technical\n' })
  expect(cloud.asked).toEqual([['labels', { import: 'imports/labels.csv' }]])
  expect(said).toBe(
    `Imported 1 labels from ${file} as batch import-1. Left out, each with its reason in ` +
      'labeled/import-1/refused.jsonl: 2 clock, 3 unknown-class.',
  )
})

it('explains labels of the future when the posts are older than their labels', async () => {
  const cloud = cloudThat({ batch: 'import-1', items: 1, refused: { clock: 2 } })

  expect(await importLabelFile(cloud, testBucket(), file, '2019-01-03')).toMatch(
    /2 clock\. npm start -- check --all \S+labels\.csv names their lines\. A replay begins on the first day of its posts: a label given after 2019-01-03 is in the future there/,
  )
})

it("fails with the function's message for a refused request", async () => {
  const cloud = cloudThat({ requestRefused: 'NOT_FOUND: there is no file imports/labels.csv' })

  await expect(importLabelFile(cloud, testBucket(), file)).rejects.toThrow(/^NOT_FOUND: there is no file/)
})

it("fails with the function's message for a refused file", async () => {
  const cloud = cloudThat(
    { errorMessage: 'OBJECT_INVALID: imports/labels.csv, line 1: two columns are named label' },
    true,
  )

  await expect(importLabelFile(cloud, testBucket(), file)).rejects.toThrow(
    /^OBJECT_INVALID: .*two columns are named label$/,
  )
})
