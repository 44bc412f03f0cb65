import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { keys } from '../../../shared/keys'
import { keptScores, type Labels, labelStore, type Rules } from '../../../shared/labels'
import { MOST_LINES } from '../../../shared/labels/store'
import type { SettledLine } from '../../../shared/records'
import { type TestBucket, testBucket } from '../bucket'
import { qualityExample } from '../quality'
import { aSettledLine, manifestOf } from '../../given'

const CATEGORIES = ['technical', 'marketing', 'not sure']
const RULES: Rules = { schemaVersion: 1, categories: CATEGORIES }
const AT = '2026-11-22T00:00:00'

type Given = Record<string, (SettledLine | string)[]>
type Metadata = Partial<SettledLine['label-metadata']>

const labelled = (item: string, label: string, at = AT, metadata: Metadata = {}) =>
  aSettledLine(item, label, { metadata: { 'creation-date': at, ...metadata } })
const many = (count: number, prefix = 'item') =>
  Array.from({ length: count }, (_, i) => labelled(`${prefix}${i}`, CATEGORIES[i % 2]!))

const put = async (bucket: TestBucket, batches: Given) => {
  for (const [batch, lines] of Object.entries(batches)) {
    await bucket.put(keys.settledManifest({ batch }), manifestOf(lines))
  }
}
const bucketWith = async (batches: Given) => {
  const bucket = testBucket()
  await put(bucket, batches)
  return bucket
}
const read = (bucket: TestBucket, rules = RULES) => labelStore(bucket, rules).read()
const given = async (batches: Given, rules = RULES) => (await read(await bucketWith(batches), rules)).labels

/** The content of a state, in an order that does not depend on its history. */
const said = ({ id, labels, batches, refused }: Labels) => ({
  id,
  labels: [...labels.values()].sort((a, b) => (a.item < b.item ? -1 : 1)),
  batches,
  refused,
})

/** Wraps the bucket to list its reads and writes under `labels/`, and to count the written bytes. */
function watched(bucket: TestBucket) {
  const log: string[] = []
  let bytes = 0
  const watch: TestBucket = {
    ...bucket,
    read: async (key) => {
      log.push(`read ${key}`)
      return bucket.read(key)
    },
    stream: async (key) => {
      log.push(`read ${key}`)
      return bucket.stream(key)
    },
    list: (...args) => {
      log.push(`list ${args[0]}`)
      return bucket.list(...args)
    },
    create: async (key, body) => {
      bytes += body.length
      return bucket.create(key, body)
    },
    swap: async (key, body, etag) => {
      bytes += body.length
      return bucket.swap(key, body, etag)
    },
  }
  return { bucket: watch, taken: () => log.splice(0), written: () => [bytes, (bytes = 0)][0]! }
}

describe('the current label', () => {
  it('has every field that readers need', async () => {
    const line = aSettledLine('a', 'marketing', { role: 'evaluation', 'inclusion-probability': 0.2, size: 3 })

    expect((await given({ '2026-11-22': [line] })).get('a')).toEqual({
      item: 'a',
      post: 'post-a',
      text: 'text of a',
      label: 'marketing',
      role: 'evaluation',
      batch: '2026-11-22',
      at: '2026-11-22T12:00:00.000000',
      confidence: 0.9,
      adjudicated: false,
      date: '2026-11-21',
      hashtags: ['aws'],
      size: 3,
      inclusionProbability: 0.2,
      planned: { label: 'marketing', kind: 'one', batch: '2026-11-22' },
      judgements: [{ annotator: 'ana', label: 'marketing' }],
      schemaVersion: 1,
      humanAnnotated: 'yes',
      job: 'labeling-job/bellwether-test',
    })
  })

  it("keeps the first batch's settled label, draw and scores, whatever is decided later", async () => {
    const design = {
      'inclusion-probability': 0.4,
      draw: { evaluation: 0.05, training: 0.5 },
      scores: { technical: 0.7, marketing: 0.2, 'not sure': 0.1 },
    }
    const judgements = ['ana', 'ben'].map((annotator) => ({ annotator, label: 'technical' }))
    const asked = aSettledLine('a', 'technical', { ...design, metadata: { judgements } })
    const batches: Given = {
      '2026-11-22': [asked],
      '2026-11-23': [{ ...labelled('a', 'marketing', '2026-11-23T12:00:00'), ...design }],
      'correction-1': [{ ...labelled('a', 'not sure', '2026-11-24T12:00:00', { adjudicated: true }), ...design }],
      'import-1': [labelled('a', 'marketing', '2026-11-25T12:00:00')],
    }
    const names = Object.keys(batches)
    for (const order of [names, [...names].reverse()]) {
      const bucket = testBucket()
      const store = labelStore(bucket, RULES)
      for (const batch of order) {
        await put(bucket, { [batch]: batches[batch]! })
        await store.record(batch)
      }

      expect((await read(bucket)).labels.get('a')).toMatchObject({
        label: 'not sure',
        adjudicated: true,
        planned: { label: 'technical', kind: 'consensus', batch: '2026-11-22' },
        inclusionProbability: 0.4,
        draw: design.draw,
        scores: design.scores,
      })
    }
  })

  it('has no planned label when no batch asked for it', async () => {
    const labels = await given({
      'import-1': [labelled('a', 'technical')],
      'correction-1': [labelled('b', 'technical')],
    })

    expect([...labels.values()].map(({ planned }) => planned)).toEqual([undefined, undefined])
  })

  it('keeps no scores of a model with other categories', async () => {
    const line = { ...labelled('a', 'old'), scores: { old: 0.9, older: 0.1 } }
    const rules = { ...RULES, schemaVersion: 2, from: { 1: { old: 'technical' } } }

    const label = (await given({ '2026-11-22': [line] }, rules)).get('a')

    expect(label).toMatchObject({ label: 'technical' })
    expect(label?.scores).toBeUndefined()
  })

  it.each([
    ['in the order of the categories', { marketing: 0.2, 'not sure': 0.1, technical: 0.7 }, [0.7, 0.2, 0.1]],
    ['not when a category is missing', { marketing: 0.2, technical: 0.8 }, undefined],
    ['not for other categories', { marketing: 0.2, technical: 0.7, other: 0.1 }, undefined],
    ['not when there are none', undefined, undefined],
  ])('returns its kept scores %s', (_, scores, expected) => {
    expect(keptScores(scores ? { scores } : {}, CATEGORIES)).toEqual(expected)
  })

  it.each([
    [
      'the latest, whatever the order of the batches',
      '2026-11-23T00:00:00',
      {},
      '2026-11-22T00:00:00',
      {},
      'marketing',
    ],
    ['the latest', '2026-11-22T00:00:00', {}, '2026-11-23T00:00:00', {}, 'technical'],
    [
      "the owner's, even when it is older",
      '2026-11-22T00:00:00',
      { adjudicated: true },
      '2026-11-23T00:00:00',
      {},
      'marketing',
    ],
    [
      "the owner's latest",
      '2026-11-22T00:00:00',
      { adjudicated: true },
      '2026-11-23T00:00:00',
      { adjudicated: true },
      'technical',
    ],
    [
      'the later one in UTC, even when only one has a time zone',
      '2026-11-22T12:30:00',
      {},
      '2026-11-22T14:00:00+02:00',
      {},
      'marketing',
    ],
  ])('is, of two labels of an item, %s', async (_, first, firstMore, second, secondMore, expected) => {
    const labels = await given({
      one: [labelled('a', 'marketing', first, firstMore)],
      two: [labelled('a', 'technical', second, secondMore)],
    })

    expect(labels.get('a')?.label).toBe(expected)
  })

  it('is that of the later batch when two are simultaneous, by number and not by text', async () => {
    const labels = await given({
      '2026-11-22': [labelled('a', 'technical')],
      '2026-11-22-10': [labelled('a', 'marketing')],
      '2026-11-22-2': [labelled('a', 'technical')],
    })

    expect(labels.get('a')).toMatchObject({ batch: '2026-11-22-10', label: 'marketing' })
  })

  it('does not come from an invalid line, which is listed with its reason', async () => {
    const lines = [
      '{"item":',
      labelled('b', 'marketing', AT, { 'schema-version': 2 }),
      labelled('c', 'praise'),
      labelled('d', 'technical'),
    ]

    const { labels, refused } = await read(await bucketWith({ one: lines }))

    expect([...labels.keys()]).toEqual(['d'])
    expect(refused).toMatchObject([
      { batch: 'one', line: 1, reason: 'not-json' },
      { batch: 'one', line: 2, reason: 'other-schema-version', found: '2' },
      { batch: 'one', line: 3, reason: 'unknown-class', found: 'praise' },
    ])
  })

  it('is marked when an item has lines for both training and evaluation', async () => {
    const labels = await given({
      one: [labelled('a', 'technical', '2026-11-23T00:00:00'), labelled('b', 'technical')],
      two: [aSettledLine('a', 'technical', { role: 'evaluation' })],
      three: [labelled('a', 'marketing', '2026-11-25T00:00:00')],
    })

    expect(labels.get('a')).toMatchObject({ role: 'training', label: 'marketing', twoRoles: true })
    expect(labels.get('b')).not.toHaveProperty('twoRoles')
  })
})

/** Small batches, as labelling, imports and the owner write them. */
const anyBatches = fc
  .uniqueArray(
    fc.record({
      batch: fc.constantFrom(
        '2026-11-20',
        '2026-11-21',
        '2026-11-21-2',
        '2026-11-21-10',
        'import-1',
        'correction-1',
        'correction-2',
      ),
      lines: fc.array(
        fc.oneof(
          { weight: 1, arbitrary: fc.constant('not json') },
          {
            weight: 12,
            arbitrary: fc
              .record({
                item: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
                label: fc.constantFrom('technical', 'marketing', 'ad', 'praise'),
                role: fc.constantFrom('training' as const, 'training' as const, 'evaluation' as const),
                day: fc.integer({ min: 10, max: 14 }),
                adjudicated: fc.constantFrom(undefined, undefined, true),
                version: fc.constantFrom(1, 2, 2),
              })
              .map(({ item, label, role, day, adjudicated, version }) =>
                aSettledLine(item, label, {
                  role,
                  metadata: {
                    'creation-date': `2026-11-${day}T00:00:00`,
                    'schema-version': version,
                    ...(adjudicated ? { adjudicated } : {}),
                  },
                }),
              ),
          },
        ),
        { minLength: 1, maxLength: 8 },
      ),
    }),
    { selector: ({ batch }) => batch, minLength: 1, maxLength: 7 },
  )
  .map((batches) => Object.fromEntries(batches.map(({ batch, lines }) => [batch, lines])))

const MAPPED: Rules = {
  schemaVersion: 2,
  categories: CATEGORIES,
  from: { 1: { ad: 'marketing', technical: 'technical' } },
}

describe('the label store', () => {
  it('is equal to a rebuild from the manifests after any order of batches', async () => {
    await fc.assert(
      fc.asyncProperty(anyBatches, fc.infiniteStream(fc.nat()), async (batches, numbers) => {
        const bucket = testBucket()
        const store = labelStore(bucket, MAPPED)
        await store.read()
        const shuffled = Object.keys(batches)
          .map((batch) => ({ batch, at: numbers.next().value! }))
          .sort((a, b) => a.at - b.at)
        for (const { batch } of shuffled) {
          await put(bucket, { [batch]: batches[batch]! })
          await store.record(batch, { manifest: manifestOf(batches[batch]!) })
        }

        const rebuilt = await read(await bucketWith(batches), MAPPED)

        expect(said(await store.read())).toEqual(said(rebuilt))
        expect(said(await read(bucket, MAPPED))).toEqual(said(rebuilt))
      }),
      { numRuns: 150 },
    )
  })

  it('builds itself when manifests are older than the store', async () => {
    const bucket = await bucketWith({ '2026-11-20': many(3), '2026-11-21': many(5) })

    expect((await read(bucket)).labels.size).toBe(5)
    expect(JSON.parse(bucket.texts()['labels/current.json']!)).toMatchObject({ labels: 5, batches: 2, refused: {} })
  })

  it('reads one small object while nothing changed, and one new snapshot per batch', async () => {
    const { bucket, taken } = watched(await bucketWith({ one: many(50) }))
    const [reader, writer] = [labelStore(bucket, RULES), labelStore(bucket, RULES)]
    const before = await reader.read()
    await writer.read()
    taken()

    expect(await reader.read()).toBe(before)
    expect(taken()).toEqual(['read labels/current.json'])

    await put(bucket, { two: many(5, 'new') })
    await writer.record('two', { manifest: manifestOf(many(5, 'new')) })
    expect(taken()).toEqual(['read labels/current.json'])
    expect((await reader.read()).labels.size).toBe(55)
    expect(taken()).toEqual(['read labels/current.json', expect.stringMatching(/^read labels\/[0-9a-f]{32}\.jsonl$/)])
  })

  it('reads a manifest once, and never the one that its writer provides', async () => {
    const { bucket, taken } = watched(await bucketWith({ one: many(5) }))
    await read(bucket)
    await put(bucket, { two: many(6), three: many(7) })
    taken()

    await labelStore(bucket, RULES).record('two', { manifest: manifestOf(many(6)) })
    await labelStore(bucket, RULES).reconcile()
    await labelStore(bucket, RULES).record('three')
    await labelStore(bucket, RULES).reconcile()

    expect(taken().filter((line) => line.endsWith('.manifest'))).toEqual(['read labeled/three/output.manifest'])
  })

  it('writes bytes in proportion to the labels of a batch, not to all labels', async () => {
    const { bucket, written } = watched(await bucketWith({ base: many(10_000) }))
    const store = labelStore(bucket, RULES)
    await store.read()
    const base = written()
    const bytesFor = async (count: number) => {
      const lines = many(count, `of${count}-`)
      await put(bucket, { [`batch${count}`]: lines })
      await store.record(`batch${count}`, { manifest: manifestOf(lines) })
      return written()
    }

    expect(await bytesFor(200)).toBeLessThan((base / 10_000) * 200 * 1.1 + 2000)
    expect(await bytesFor(10)).toBeLessThan((base / 10_000) * 10 * 1.1 + 2000)
  })

  it('keeps few snapshots and rewrites each label only a few times, however many batches arrive', async () => {
    const { bucket, taken, written } = watched(testBucket())
    const store = labelStore(bucket, RULES)
    await store.read()
    let bytes = 0
    for (let i = 0; i < 500; i++) {
      const lines = [labelled(`item${i}`, 'technical')]
      await put(bucket, { [`correction-${i}`]: lines })
      await store.record(`correction-${i}`, { manifest: manifestOf(lines) })
      bytes += written()
    }
    taken()

    expect((await read(bucket)).labels.size).toBe(500)
    expect(taken().length).toBeLessThan(12)
    const perBatch = bucket.texts()[keys.labelSnapshot({ snapshot: snapshotsOf(bucket)[0]! })]!.length / 500
    expect(bytes / 500).toBeLessThan(12 * perBatch)
  })

  it('holds more labels than one snapshot can', async () => {
    const bucket = await bucketWith({ one: many(MOST_LINES + 10), two: many(5, 'two') })

    expect((await read(bucket)).labels.size).toBe(MOST_LINES + 15)
    expect((await read(bucket)).labels.size).toBe(MOST_LINES + 15)
    expect(snapshotsOf(bucket).length).toBe(2)
  })

  it.each([
    ['current.json is missing', async (bucket: TestBucket) => bucket.put('labels/current.json', '')],
    ['current.json is truncated', async (bucket: TestBucket) => bucket.put('labels/current.json', '{"id":"x"')],
    [
      'a snapshot is corrupt',
      async (bucket: TestBucket) => bucket.put(keys.labelSnapshot({ snapshot: snapshotsOf(bucket)[0]! }), '{}\n'),
    ],
  ])('is rebuilt from the manifests when %s', async (_, damage) => {
    const bucket = await bucketWith({ one: many(20), two: many(25) })
    const before = said(await read(bucket))
    await damage(bucket)

    expect(said(await read(bucket))).toEqual(before)
    expect(said(await read(bucket))).toEqual(before)
  })

  it('is rebuilt when a snapshot is lost', async () => {
    const bucket = await bucketWith({ one: many(20) })
    const before = said(await read(bucket))
    const lost = keys.labelSnapshot({ snapshot: snapshotsOf(bucket)[0]! })
    let isLost = true
    const without: TestBucket = {
      ...bucket,
      read: async (key) => (key === lost && isLost ? undefined : bucket.read(key)),
      create: async (key, body) => {
        if (key === lost) isLost = false
        return bucket.create(key, body)
      },
    }

    expect(said(await read(without))).toEqual(before)
  })

  it('is rebuilt when the configured label mapping changes', async () => {
    const bucket = await bucketWith({ one: [labelled('a', 'technical'), labelled('b', 'ad')] })
    const [old, now] = [labelStore(bucket, RULES), labelStore(bucket, { ...RULES, categories: [...CATEGORIES, 'ad'] })]

    expect([...(await old.read()).labels.keys()]).toEqual(['a'])
    expect([...(await now.read()).labels.keys()]).toEqual(['a', 'b'])
    expect([...(await old.read()).labels.keys()]).toEqual(['a'])
  })

  it('is not rebuilt when the categories only change their order', async () => {
    const { bucket, taken } = watched(await bucketWith({ one: many(3) }))
    await read(bucket)
    taken()

    await read(bucket, { ...RULES, categories: [...CATEGORIES].reverse() })

    expect(taken().filter((line) => line.startsWith('list'))).toEqual([])
  })

  it('reconciles with unrecorded, replaced and deleted manifests', async () => {
    const bucket = await bucketWith({ one: many(3), two: [labelled('a', 'technical')] })
    await read(bucket)
    await put(bucket, { three: many(4), two: [labelled('a', 'not sure')] })

    const { labels, newest } = await labelStore(bucket, RULES).reconcile()
    expect(labels.labels.get('a')?.label).toBe('not sure')
    expect(labels.labels.size).toBe(5)
    expect(newest).toEqual((await listed(bucket, 'labeled/two/'))[0]?.modified)

    const without: TestBucket = {
      ...bucket,
      list: async function* (...args) {
        for await (const one of bucket.list(...args)) if (!one.key.startsWith('labeled/two/')) yield one
      },
    }
    expect([...(await labelStore(without, RULES).reconcile()).labels.labels.keys()]).not.toContain('a')
  })

  it('recognises an unchanged manifest by its hash when its ETag differs', async () => {
    const { bucket, taken } = watched(await bucketWith({ one: many(3) }))
    const encrypted: TestBucket = {
      ...bucket,
      list: async function* (...args) {
        for await (const one of bucket.list(...args)) yield { ...one, etag: `"of a key of KMS ${one.key}"` }
      },
    }
    const store = labelStore(encrypted, RULES)
    await store.record('one', { manifest: manifestOf(many(3)) })
    await put(bucket, { two: many(3) })
    await store.record('two', { manifest: manifestOf(many(3)) })
    taken()

    const { id } = (await store.reconcile()).labels
    expect(taken().filter((line) => line.endsWith('.manifest'))).toEqual(['read labeled/two/output.manifest'])
    expect((await store.reconcile()).labels.id).toBe(id)
    expect(taken().filter((line) => line.endsWith('.manifest'))).toEqual([])
  })

  it('has the quality measured with a batch, from its writer or from the bucket', async () => {
    const bucket = await bucketWith({ '2026-11-20': many(1), '2026-11-21': many(2), 'import-1': many(3) })
    await bucket.put(keys.quality({ batch: '2026-11-20' }), JSON.stringify(qualityExample))
    const inHand = { manifest: manifestOf(many(4)), quality: { ...qualityExample, batches: ['x', 'y', 'z'] } }
    await put(bucket, { '2026-11-22': many(4) })
    const store = labelStore(bucket, RULES)

    await store.record('2026-11-22', inHand)

    const { schemaVersion, status, reasons, alpha } = qualityExample
    const brief = { schemaVersion, status, reasons, alpha, over: qualityExample.batches.length }
    expect((await store.read()).batches.map(({ quality }) => quality)).toEqual([
      brief,
      null,
      { ...brief, over: 3 },
      null,
    ])
  })
})

describe('two concurrent writers of labels', () => {
  const three: Given = {
    one: many(4),
    two: [labelled('item1', 'not sure', '2026-11-23T00:00:00')],
    'import-3': many(6, 'x'),
  }

  it('lose no label, whichever is first at each step', async () => {
    const expected = said(await read(await bucketWith({ zero: many(9), ...three })))
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, isBuilt) => {
        const bucket = await bucketWith({ zero: many(9) })
        if (isBuilt) await read(bucket)
        const scheduled: TestBucket = {
          ...bucket,
          read: scheduler.scheduleFunction(bucket.read),
          create: scheduler.scheduleFunction(bucket.create),
          swap: scheduler.scheduleFunction(bucket.swap),
        }
        const writers = Object.entries(three).map(async ([batch, lines]) => {
          await bucket.create(keys.settledManifest({ batch }), manifestOf(lines))
          await labelStore(scheduled, RULES).record(batch, { manifest: manifestOf(lines) })
        })
        await scheduler.waitFor(Promise.all(writers))

        expect(said(await read(bucket))).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })

  it('give up after many lost races, with an error that says what to do', async () => {
    const bucket = await bucketWith(three)
    const losing: TestBucket = { ...bucket, swap: async () => false }

    await expect(labelStore(losing, RULES).read()).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(
        /current\.json: gave up after \d+ attempts, because other writers changed it each time; try again/,
      ),
    })
  })
})

it('recovers the label store after a crash at any write', async () => {
  const batches: Given = { one: many(4), two: [labelled('item1', 'not sure', '2026-11-23T00:00:00')], three: many(9) }
  const settleAll = async (bucket: TestBucket) => {
    for (const [batch, lines] of Object.entries(batches)) {
      const isNew = (await bucket.create(keys.settledManifest({ batch }), manifestOf(lines))) === 'created'
      await labelStore(bucket, RULES).record(batch, isNew ? { manifest: manifestOf(lines) } : undefined)
    }
  }
  const whole = testBucket()
  await settleAll(whole)
  const expected = said(await read(whole))

  for (let crash = 1; crash <= whole.written.length; crash++) {
    const bucket = testBucket()
    bucket.afterWrite = () => {
      if (bucket.written.length === crash) throw new Error('the function died')
    }
    await expect(settleAll(bucket)).rejects.toThrow('the function died')
    bucket.afterWrite = () => undefined
    await labelStore(bucket, RULES).reconcile()
    await settleAll(bucket)

    expect(said(await read(bucket))).toEqual(expected)
  }
})

function snapshotsOf(bucket: TestBucket): string[] {
  const current: { snapshots: { snapshot: string }[] } = JSON.parse(bucket.texts()['labels/current.json']!)
  return current.snapshots.map(({ snapshot }) => snapshot)
}

async function listed(bucket: TestBucket, prefix: string) {
  const found: { key: string; modified: Date }[] = []
  for await (const one of bucket.list(prefix)) found.push(one)
  return found
}
