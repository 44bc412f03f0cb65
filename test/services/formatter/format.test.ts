import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { format } from '../../../services/formatter/format'
import { train } from '../../../packages/fasttext/src'
import { canonical } from '../../../shared/canonical'
import { readTrainingSet } from '../../../shared/engines/training-set'
import { keys } from '../../../shared/keys'
import { categoryOf } from '../../../shared/engines/training-lines'
import { labelStore, rulesOf } from '../../../shared/labels'
import { evaluationLine, type LabelStatus, type SettledLine } from '../../../shared/records'
import { shownText, tokenise } from '../../../shared/text'
import { aSettings, aSettledLine, categoriesOf, manifestOf } from '../../given'
import { type TestBucket, testBucket } from '../../shared/bucket'
import { qualityExample, unreliableExample } from '../../shared/quality'
import { recorder } from '../../shared/recorder'

const CATEGORIES = ['technical', 'marketing', 'not sure', 'x __label__y', 'täglich\u2028"neu"']
const settings = aSettings({ labels: { categories: categoriesOf(CATEGORIES) } })
const invocation = { now: new Date('2026-11-22T13:00:00Z'), log: { info() {}, warn() {}, error() {} } }

let bucket: TestBucket
beforeEach(() => {
  bucket = testBucket()
})

const put = (batch: string, lines: (SettledLine | string)[], into = bucket) =>
  into.put(keys.settledManifest({ batch }), manifestOf(lines))
const withoutTables = (written: readonly string[]) => written.filter((key) => !key.startsWith('tables/'))
const run = async (objects = bucket, given = settings) => {
  const { publish, events } = recorder('formatter')
  const labels = labelStore(objects, rulesOf(given.labels))
  const record = await format({ objects, publish, settings: given, labels, stream: () => 'file' })(invocation)
  return { record, events }
}
const linesAt = (key: string, from = bucket) => from.texts()[key]!.split('\n').slice(0, -1)
const many = (count: number, role: SettledLine['role'] = 'training') =>
  Array.from({ length: count }, (_, i) => aSettledLine(`${role}${i}`, CATEGORIES[i % 2]!, { role }))

describe('format', () => {
  it('writes each role into its own files, and dataset.json last', async () => {
    await put('2026-11-22', [...many(50), ...many(10, 'evaluation')])

    const { record, events } = await run()

    expect(record.rows.train + record.rows.validation).toBe(50)
    expect(record.rows.evaluation).toBe(10)
    expect(record.rows.validation).toBeGreaterThan(0)
    expect(record.classes.technical).toEqual({
      train: linesAt(record.files.train).filter((line) => line.startsWith('__label__technical ')).length,
      validation: linesAt(record.files.validation).filter((line) => line.startsWith('__label__technical ')).length,
      evaluation: 5,
    })
    expect(withoutTables(bucket.written).at(-1)).toBe(keys.dataset({ dataset: record.datasetId }))
    for (const part of ['train', 'validation', 'evaluation'] as const) {
      const text = bucket.texts()[record.files[part]]!
      expect(createHash('sha256').update(text).digest('hex')).toBe(record.sha256[part])
    }
    expect(record).toMatchObject({
      latestDate: '2026-11-22',
      labelStatus: 'unmeasured',
      labels: ['marketing', 'technical'],
    })
    expect(events).toMatchObject([{ name: 'DatasetReady', detail: { datasetId: record.datasetId, ...record.rows } }])
  })

  it('writes training texts beside the tokens, line by line, and no evaluation text', async () => {
    const source = 'Cold starts fell #aws'
    await put('2026-11-22', [...many(49), aSettledLine('one', 'technical', { source }), ...many(10, 'evaluation')])

    const { record } = await run()

    const set = await readTrainingSet(bucket, record)
    const all = [...set.train, ...set.validation]
    expect([set.train.length, set.validation.length]).toEqual([record.rows.train, record.rows.validation])
    expect(all).toContainEqual({ item: 'one', text: source, label: 'technical' })
    expect(all.filter(({ item }) => item.startsWith('evaluation'))).toEqual([])
    expect(set.train.map(({ label, text }) => `__label__${label} ${tokenise(text).join(' ')}`)).toEqual(
      linesAt(record.files.train),
    )
    for (const part of ['train', 'validation'] as const) {
      const { key, sha256 } = record.examples![part]
      expect(createHash('sha256').update(bucket.texts()[key]!).digest('hex')).toBe(sha256)
      // The training role may read these folders, but not the one of the evaluation set.
      expect(key).toMatch(new RegExp(`^datasets/[^/]+/${part}/`))
    }
  })

  it('estimates the label shares of all messages from training labels weighted by their draw', async () => {
    const drawn = (item: string, label: string, probability: number) =>
      aSettledLine(item, label, {
        'inclusion-probability': probability,
        draw: { evaluation: 0, training: probability },
      })
    await put('2026-11-22', [
      drawn('a', 'technical', 0.5),
      drawn('b', 'technical', 1),
      drawn('c', 'marketing', 0.2),
      aSettledLine('d', 'marketing', {
        role: 'evaluation',
        'inclusion-probability': 0.1,
        draw: { evaluation: 0.1, training: 0 },
      }),
    ])

    expect((await run()).record.prior).toEqual({ marketing: 0.625, technical: 0.375 })
  })

  it('writes an evaluation line as the model reads it, with the fields that a share needs', async () => {
    const shown = { source: 'RT @ana: Cold starts &amp; #aws', 'inclusion-probability': 0.25, size: 7 }
    await put('2026-11-22', [aSettledLine('a', 'not sure', { role: 'evaluation', ...shown })])

    const { record } = await run()

    expect(evaluationLine.parse(JSON.parse(linesAt(record.files.evaluation)[0]!))).toEqual({
      item: 'a',
      post: 'post-a',
      shown: 'Cold starts &amp; #aws',
      text: 'cold starts & amp ; #aws aws',
      label: 'not sure',
      hashtags: ['aws'],
      date: '2026-11-21',
      size: 7,
      inclusionProbability: 0.25,
      labelled: '2026-11-22',
    })
  })

  it('gives the same id and bytes however the labels are split into manifests', async () => {
    const lines = [...many(60), ...many(20, 'evaluation')]
    await put('2026-11-22', lines)
    const { record } = await run()

    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(lines, { minLength: lines.length }),
        fc.integer({ min: 1, max: 79 }),
        async (shuffled, cut) => {
          const other = testBucket()
          await put('2026-11-21', shuffled.slice(0, cut), other)
          await put('2026-11-20', shuffled.slice(cut), other)
          const again = (await run(other)).record
          expect(again.datasetId).toBe(record.datasetId)
          expect(again.files).toEqual(record.files)
          for (const file of Object.values(record.files)) expect(other.texts()[file]).toBe(bucket.texts()[file])
        },
      ),
      { numRuns: 20 },
    )
  })

  it('lists the batches in order with the widest measurement; the order does not change the id', async () => {
    const names = ['', ...Array.from({ length: 19 }, (_, i) => `-${i + 2}`)].map((end) => `2026-11-22${end}`)
    const one = testBucket()
    await put('2026-11-22', many(20), one)
    for (const [i, line] of many(20).entries()) await put(names[i]!, [line])
    for (const [i, batch] of names.entries()) {
      const measured = { ...qualityExample, batch, batches: names.slice(0, i + 1), reasons: [`after ${i + 1}`] }
      await bucket.put(keys.quality({ batch }), JSON.stringify(measured))
    }

    const { record } = await run()

    expect(record.manifests).toEqual(names.map((batch) => keys.settledManifest({ batch })))
    expect(Object.keys(record.manifestHashes ?? {})).toEqual(record.manifests)
    const [first] = record.manifests
    const bytes = bucket.texts()[first!]!
    expect(record.manifestHashes?.[first!]).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(record.labelReasons).toEqual(['after 20'])
    expect(record.datasetId).toBe((await run(one)).record.datasetId)
  })

  it('gives the same bytes as the earlier implementation that sorted on disk', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) =>
      aSettledLine(`item${i}`, CATEGORIES[i % 2]!, { role: i % 10 ? 'training' : 'evaluation' }),
    )
    await put('2026-11-22', lines)

    expect((await run()).record).toMatchObject({
      rows: { train: 2176, validation: 524, evaluation: 300 },
      sha256: {
        train: 'cee04f4830397d901dcd40bc58c2db1d7b3ae86896f3e4e2448d91464679130b',
        validation: '47054e5e2eef7582ca73a5f34761906a7c085a476bfd80ee3628e8da0a53cc9a',
        evaluation: '5233e2d18c2154115f3e451d7fde5232c693efc0738976327f9b1fc95a4adb71',
      },
    })
  })

  it.each<[string, SettledLine[], typeof settings]>([
    ['another label', [...many(20).slice(1), aSettledLine('training0', 'not sure')], settings],
    ['another text', [...many(20).slice(1), aSettledLine('training0', 'technical', { source: 'else' })], settings],
    ['one more label', [...many(20), aSettledLine('more', 'technical')], settings],
    ['another validation share', many(20), { ...settings, training: { ...settings.training, validationShare: 0.21 } }],
  ])('gives another id for %s', async (_, lines, given) => {
    await put('2026-11-22', many(20))
    const before = (await run()).record.datasetId
    await put('2026-11-22', lines)

    expect((await run(bucket, given)).record.datasetId).not.toBe(before)
  })

  it('gives the same bytes another id for another text version, so that a model is trained on them', async () => {
    await put('2026-11-22', many(20))
    const { datasetId, textVersion, schemaVersion, sha256, examples } = (await run()).record
    const learnt = [examples!.train.sha256, examples!.validation.sha256]
    const { validationShare } = settings.training
    const idOf = (version: string) =>
      createHash('sha256')
        .update(canonical({ textVersion: version, schemaVersion, validationShare, sha256, examples: learnt }))
        .digest('hex')
        .slice(0, 16)

    expect(textVersion).toBe('2')
    expect(datasetId).toBe(idOf('2'))
    expect(datasetId).not.toBe(idOf('1'))
  })

  it('writes nothing for unchanged labels, and publishes the dataset again', async () => {
    await put('2026-11-22', many(20))
    const first = await run()
    const written = [...bucket.written]

    const second = await run()

    expect(bucket.written).toEqual(written)
    expect(second.events).toEqual(first.events)
  })

  it('makes the earlier dataset the latest again, once, when a correction is undone', async () => {
    const { written } = bucket
    await put('2026-11-22', many(20))
    const { datasetId } = (await run()).record
    const decided = (label: string, time: string) =>
      aSettledLine('training0', label, { metadata: { 'creation-date': `2026-11-23T${time}`, adjudicated: true } })
    await put('correction-1', [decided('not sure', '10:00:00')])
    await run()
    await put('correction-2', [decided(CATEGORIES[0]!, '10:00:09')])

    const back = await run()

    expect(back.record.datasetId).toBe(datasetId)
    expect(withoutTables(written).at(-1)).toBe(keys.dataset({ dataset: datasetId }))
    const before = [...written]
    await run()
    expect(written).toEqual(before)
  })

  it('does not replace a later dataset when it started from older labels', async () => {
    await put('2026-11-22', many(20))
    const { datasetId } = (await run()).record
    let written: string[] = []
    const list: typeof bucket.list = async function* (prefix, after) {
      const before = []
      for await (const each of bucket.list(prefix, after)) before.push(each)
      if (prefix === 'labeled/') {
        await put('2026-11-23', many(30))
        await run()
        written = [...bucket.written]
      }
      yield* before
    }

    expect((await run({ ...bucket, list })).record.datasetId).toBe(datasetId)
    expect(withoutTables(bucket.written)).toEqual(withoutTables(written))
  })

  it('leaves the same result after a crash at any write', async () => {
    const lines = [...many(30), ...many(5, 'evaluation'), 'not json']
    await put('2026-11-22', lines)
    await run()
    const writes = bucket.written.length

    for (let crash = 2; crash <= writes; crash++) {
      const other = testBucket()
      await put('2026-11-22', lines, other)
      other.afterWrite = () => {
        if (other.written.length === crash) throw new Error('the function died')
      }
      await expect(run(other)).rejects.toThrow('the function died')
      other.afterWrite = () => undefined
      await run(other)

      expect(other.texts()).toEqual(bucket.texts())
    }
  })

  it('uses the latest label of a corrected item', async () => {
    await put('2026-11-23-correction', [aSettledLine('a', 'marketing')])
    await put('2026-11-22', [
      aSettledLine('a', 'technical', { metadata: { 'creation-date': '2026-11-24T00:00:00.000000' } }),
      aSettledLine('a', 'not sure', { metadata: { 'creation-date': '2026-11-21T00:00:00.000000' } }),
    ])

    const { record } = await run()

    expect(record.labels).toEqual(['technical'])
    expect(record.rows.train + record.rows.validation).toBe(1)
  })

  it('puts an item with two roles into no set', async () => {
    await put('2026-11-22', [aSettledLine('a', 'technical'), aSettledLine('b', 'technical')])
    await put('2026-11-23', [aSettledLine('a', 'technical', { role: 'evaluation' })])

    const { record } = await run()

    expect(record.rows.train + record.rows.validation + record.rows.evaluation).toBe(1)
    expect(record.refused).toEqual({ 'two-roles': 1 })
  })

  it('keeps an item in its set when labels are added', async () => {
    await put('2026-11-22', many(50))
    const before = linesAt((await run()).record.files.validation)
    await put('2026-11-23', many(80).slice(50))

    const after = linesAt((await run()).record.files.validation)

    expect(after).toEqual(expect.arrayContaining(before))
  })

  it('names what it leaves out, and keeps the rest', async () => {
    const { item: _, ...without } = aSettledLine('a', 'technical')
    await put('2026-11-22', [
      'not json',
      JSON.stringify(without),
      aSettledLine('b', 'poetry'),
      aSettledLine('c', 'technical', { metadata: { 'schema-version': 2 } }),
      aSettledLine('d', 'technical', { source: ' \u0007 ' }),
      aSettledLine('e', 'technical', { date: '2026-02-30' }),
      aSettledLine('white space', 'technical'),
      aSettledLine('f', 'technical'),
    ])

    const { record } = await run()

    expect(record.rows.train + record.rows.validation).toBe(1)
    expect(record.refused).toEqual({
      'not-json': 1,
      invalid: 3,
      'unknown-class': 1,
      'other-schema-version': 1,
      'no-text': 1,
    })
    const file = keys.settledManifest({ batch: '2026-11-22' })
    const refused = linesAt(keys.datasetRefused({ dataset: record.datasetId })).map((line) => JSON.parse(line))
    expect(refused).toEqual([
      { file, line: 1, reason: 'not-json', field: '' },
      { file, line: 2, reason: 'invalid', field: 'item' },
      { file, line: 3, reason: 'unknown-class', field: 'label-metadata.class-name', found: 'poetry' },
      { file, line: 4, reason: 'other-schema-version', field: 'label-metadata.schema-version', found: '2' },
      { file, line: 5, reason: 'no-text', field: 'source' },
      { file, line: 6, reason: 'invalid', field: 'date', found: '"2026-02-30"' },
      { file, line: 7, reason: 'invalid', field: 'item', found: '"white space"' },
    ])
  })

  it('makes an empty dataset without labels, so that the trainer can explain why it does not train', async () => {
    const { record } = await run()

    expect(record).toMatchObject({ rows: { train: 0, validation: 0, evaluation: 0 }, latestDate: '2026-11-22' })
  })

  it('includes the latest label quality', async () => {
    await put('2026-11-21', many(3))
    await put('2026-11-22', many(5))
    await bucket.put(keys.quality({ batch: '2026-11-21' }), JSON.stringify(unreliableExample))
    await bucket.put(
      keys.quality({ batch: '2026-11-22' }),
      JSON.stringify({ ...qualityExample, batches: [...unreliableExample.batches, '2026-11-23'] }),
    )

    expect((await run()).record.labelStatus).toBe('ok')
  })

  it('uses the measurement over the most batches, whatever was settled late, and none of another label version', async () => {
    const quality = (batch: string, batches: string[], status: LabelStatus, schemaVersion = 1) =>
      bucket.put(keys.quality({ batch }), JSON.stringify({ ...qualityExample, batch, batches, status, schemaVersion }))
    for (const batch of ['2026-11-20', '2026-11-21', '2026-11-22', 'import-0000000000000000']) await put(batch, many(5))
    await quality('2026-11-20', ['2026-11-20', '2026-11-21'], 'unreliable')
    await quality('2026-11-21', ['2026-11-21'], 'ok')
    await quality('2026-11-22', ['2026-11-22', '2026-11-23', '2026-11-24'], 'ok', 2)

    expect((await run()).record).toMatchObject({ labelStatus: 'unreliable', labelReasons: qualityExample.reasons })
  })

  it("prefers the owner's decision to later judgements", async () => {
    const at = (label: string, day: string, adjudicated?: boolean) =>
      aSettledLine('a', label, {
        metadata: { 'creation-date': `${day}T10:00:00`, ...(adjudicated === undefined ? {} : { adjudicated }) },
      })
    await put('2026-11-21', [at('technical', '2026-11-21'), ...many(9)])
    await put('correction-1', [at('marketing', '2026-11-22', true)])
    await put('2026-11-23', [at('technical', '2026-11-23', false)])

    const { record } = await run()

    const lines = [...linesAt(record.files.train), ...linesAt(record.files.validation)]
    expect(lines.filter((line) => line.endsWith(' text of a'))).toEqual(['__label__marketing text of a'])
  })

  it('maps labels of an earlier schema version as configured', async () => {
    const old = (item: string, label: string) => aSettledLine(item, label, { metadata: { 'schema-version': 1 } })
    await put('2026-11-21', [old('a', 'ad'), old('b', 'technical'), old('c', 'weather')])
    const given = { ...settings, labels: { ...settings.labels, version: 2, from: { 1: { ad: 'marketing' } } } }

    const { record } = await run(bucket, given)

    expect(record.classes).toEqual({ marketing: expect.anything() })
    expect(record.refused).toEqual({ 'other-schema-version': 2 })
  })

  it('cannot be corrupted by a text or a label', async () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('__label__', ' ', '\n', '\r', '\t', '"', '\u2028', '\u0085', 'x', '#', '\\', '</s>'))
        .map((parts) => parts.join('')),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(anyText, fc.constantFrom(...CATEGORIES)), { minLength: 1 }), async (posts) => {
        const other = testBucket()
        const lines = posts.map(([source, label], i) => aSettledLine(`item${i}`, label, { source }))
        await put('2026-11-22', lines, other)

        const { record } = await run(other)

        const rows = [...linesAt(record.files.train, other), ...linesAt(record.files.validation, other)]
        const expected = posts
          .filter(([source]) => tokenise(shownText(source)).length > 0)
          .map(([source, label]) => `${label}|${tokenise(shownText(source)).join(' ')}`)
        const found = rows.map((row) => {
          const [label = '', ...tokens] = row.split(' ')
          expect(tokens.filter((token) => token.startsWith('__label__'))).toEqual([])
          return `${categoryOf(label)}|${tokens.join(' ')}`
        })
        const wellFormed = (texts: string[]) => texts.map((text) => Buffer.from(text).toString()).sort()
        expect(wellFormed(found)).toEqual(wellFormed(expected))
      }),
      { numRuns: 200 },
    )
  })

  it('writes the labels exactly as the engine reads them', async () => {
    await put(
      '2026-11-22',
      Array.from({ length: 100 }, (_, i) => aSettledLine(`i${i}`, CATEGORIES[i % CATEGORIES.length]!)),
    )

    const { record } = await run()

    const model = train(bucket.texts()[record.files.train]!, { minCount: 1, vectorDim: 2, buckets: 10, epochs: 1 })
    expect(model.labels.map(categoryOf).sort()).toEqual([...CATEGORIES].sort())
  })
})
