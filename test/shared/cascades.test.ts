import { expect, it } from '@jest/globals'
import { readCascades, writeCascades } from '../../shared/cascades'
import { keys } from '../../shared/keys'
import { testBucket } from './bucket'

const run = { hashtag: 'aws', date: '2026-11-21', run: 'r1' }
const given = new Map([
  ['1', 'ab746ccdec4e028a'],
  ['a,"b"\n', '3e440a75fb052280'],
])

it('reads what was written, in its order', async () => {
  const objects = testBucket()

  await writeCascades(objects, run, given)

  expect([...((await readCascades(objects, run)) ?? [])]).toEqual([...given])
})

it('knows none before they are given', async () => {
  expect(await readCascades(testBucket(), run)).toBeUndefined()
})

it('never changes what was given', async () => {
  const objects = testBucket()
  await writeCascades(objects, run, given)

  await writeCascades(objects, run, new Map([['1', '3e440a75fb052280']]))

  expect([...((await readCascades(objects, run)) ?? [])]).toEqual([...given])
})

it.each([
  ['an id that is none', 'post_id,cascade\r\n1,ab746ccdec4e028a\r\n2,other\r\n'],
  ['a column too few', 'post_id,cascade\r\n1,ab746ccdec4e028a\r\n2\r\n'],
  ['an open quote', 'post_id,cascade\r\n1,ab746ccdec4e028a\r\n"2,3e440a75fb052280\r\n'],
])('names the file and the row of %s', async (_, csv) => {
  const objects = testBucket()
  await objects.put(keys.cascades(run), csv)

  await expect(readCascades(objects, run)).rejects.toThrow(/run=r1\.csv: no cascade after row [12]/)
})
