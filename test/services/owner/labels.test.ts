import { expect, it } from '@jest/globals'
import { decisionsOf, disputesOf, flagsOf, knownReader, notedOf } from '../../../services/owner/labels'
import { keys } from '../../../shared/keys'
import { labelStore, rulesOf } from '../../../shared/labels'
import { testBucket } from '../../shared/bucket'
import { lineOf, putLines, SETTINGS } from './world'

const flagged = (item: string) => ({
  item,
  reason: 'flagged',
  found: '',
  again: false,
  plan: {
    item,
    post: `post of ${item}`,
    role: 'evaluation',
    hashtags: ['aws'],
    date: '2026-11-21',
    size: 3,
    inclusionProbability: 0.25,
    judgements: 1,
    purpose: 'label',
  },
  source: `what ${item} says`,
  judgements: [{ annotator: 'ana', said: { flag: 'personal' }, at: '2026-11-22T08:00:00Z', note: `about ${item}` }],
})

it('reads the left-over items of a batch once, and the labels again only after a new batch', async () => {
  const bucket = testBucket()
  const read: string[] = []
  const watched: typeof bucket = {
    ...bucket,
    read: async (key) => {
      read.push(key)
      return bucket.read(key)
    },
  }
  const known = knownReader(watched, labelStore(watched, rulesOf(SETTINGS.labels)))

  await putLines(bucket, '2026-11-21', [lineOf('a', 'technical')])
  await known()
  read.splice(0)
  await known()
  expect(read).toEqual([keys.currentLabels({})])

  await putLines(bucket, '2026-11-22', [lineOf('a', 'marketing', {}, { 'creation-date': '2026-11-23T00:00:00' })])
  expect((await known()).labels.labels.get('a')?.label).toBe('marketing')
  expect(read.filter((key) => key.startsWith('labeled/'))).toEqual([keys.settledRefused({ batch: '2026-11-22' })])
})

it('no longer shows a flagged post that was deleted while the function was warm', async () => {
  const bucket = testBucket()
  const batch = '2026-11-22'
  const key = keys.settledRefused({ batch })
  await bucket.put(key, `${JSON.stringify(flagged('a'))}\n${JSON.stringify(flagged('b'))}\n`)
  await putLines(bucket, batch, [lineOf('c', 'technical')])
  const known = knownReader(bucket, labelStore(bucket, rulesOf(SETTINGS.labels)))
  expect(flagsOf(await known()).map(({ item }) => item)).toEqual(['a', 'b'])

  await bucket.put(key, `${JSON.stringify(flagged('b'))}\n`)
  expect(flagsOf(await known()).map(({ item }) => item)).toEqual(['b'])
})

it("shows a labelled post with the annotators' notes", async () => {
  const bucket = testBucket()
  const batch = '2026-11-22'
  await putLines(bucket, batch, [lineOf('a', 'technical'), lineOf('b', 'technical')])
  const said = { said: { label: 'technical' }, at: '2026-11-22T10:00:00Z' }
  const items = ['a', 'b', 'gone'].map((item) => ({
    item,
    purpose: 'label',
    judgements: [{ annotator: 'ana', ...said, ...(item === 'b' ? {} : { note: 'why?' }) }],
  }))
  await bucket.put(keys.judgements({ batch }), JSON.stringify({ batch, date: batch, schemaVersion: 1, items }))
  const known = knownReader(bucket, labelStore(bucket, rulesOf(SETTINGS.labels)))

  expect(await notedOf(bucket, await known(), ['2026-11-21', batch])).toMatchObject([
    { item: 'a', label: 'technical', judgements: [{ annotator: 'ana', label: 'technical', note: 'why?' }] },
  ])
})

it('shows no label for a post that the owner put in no category, until the owner decides otherwise', async () => {
  const bucket = testBucket()
  const store = labelStore(bucket, rulesOf(SETTINGS.labels))
  const known = knownReader(bucket, store)
  const tie = [
    { annotator: 'ana', label: 'technical' },
    { annotator: 'ben', label: 'marketing' },
  ]
  await putLines(bucket, '2026-11-22', [lineOf('a', 'technical', {}, { judgements: tie }), lineOf('b', 'technical')])
  expect(disputesOf(await known())).toHaveLength(1)
  const decided = (label: string | null, minute: string) =>
    lineOf(
      'a',
      label ?? '',
      { label: label === null ? -1 : 0 },
      { adjudicated: true, 'creation-date': `2026-11-23T10:${minute}`, ...(label === null ? { neither: true } : {}) },
    )

  await putLines(bucket, 'correction-1', [decided(null, '01')])
  const left = await known()
  expect([...left.labels.labels.keys()]).toEqual(['b'])
  expect(left.labels.refused).toEqual([])
  expect(disputesOf(left)).toEqual([])
  expect(decisionsOf(left, 5).found).toMatchObject([{ item: 'a', label: null }])
  const rebuilt = await labelStore(bucket, rulesOf(SETTINGS.labels)).reconcile()
  expect([...rebuilt.labels.labels.keys()]).toEqual(['b'])

  // A later judgement does not overrule it.
  await putLines(bucket, '2026-11-24', [lineOf('a', 'marketing', {}, { 'creation-date': '2026-11-24T10:00:00' })])
  expect((await known()).labels.labels.has('a')).toBe(false)

  await putLines(bucket, 'correction-2', [decided('technical', '02')])
  expect((await known()).labels.labels.get('a')).toMatchObject({ label: 'technical', planned: { label: 'technical' } })
  expect(decisionsOf(await known(), 5).found).toHaveLength(1)
})
