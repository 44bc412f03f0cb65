import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { s3Artefacts, unpackModel } from '../../shared/artefact'
import { packModel } from '../../shared/archive'
import { likeliest } from '../../shared/engines/classifier'
import { loadModel } from '../../shared/engines/load'
import { fastText } from '../../shared/engines/fasttext'
import { naiveBayes } from '../../shared/engines/naive-bayes'
import type { Prior } from '../../shared/engines/prior'
import { plainText, shownText, TEXT_VERSION } from '../../shared/text'
import { testBucket, type TestBucket } from './bucket'
import { archiveOf, tinyModel } from './models'

const KEY = 'models/job/output/model.tar.gz'
const URI = `s3://bellwether-test/${KEY}`
const at = (artefact = URI, sha256?: string) => ({
  artefact,
  textVersion: TEXT_VERSION,
  ...(sha256 === undefined ? {} : { sha256 }),
})
const model = tinyModel([
  { label: 'technical', text: 'cold start' },
  { label: 'not sure/at all', text: 'free webinar' },
])

let archive: Buffer
let bucket: TestBucket
let reads: number

beforeAll(async () => {
  archive = await archiveOf({ 'model.bin': model })
})
beforeEach(async () => {
  bucket = testBucket()
  reads = 0
  await bucket.put(KEY, archive)
})

const loader = () =>
  s3Artefacts({
    bucket: bucket.bucket,
    read: (key) => {
      reads++
      return bucket.read(key)
    },
  })
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe('a model artefact', () => {
  it('is loaded as a model with the configured category names and its identity', async () => {
    const { model: classifier, ...identity } = await loader()(at())

    expect(identity).toEqual({
      engine: fastText,
      sha256: sha256(archive),
      versionId: expect.stringContaining('version-'),
    })
    expect(classifier.labels).toEqual(['not sure/at all', 'technical'])
    const scores = await classifier.classify(['cold start', 'free webinar'].map(plainText))
    expect(scores.map(({ probabilities }) => classifier.labels[likeliest(probabilities)])).toEqual([
      'technical',
      'not sure/at all',
    ])
  })

  it('is read once as long as the same hash is requested', async () => {
    const load = loader()
    const first = await load(at(URI, sha256(archive)))

    expect(await load(at(URI, sha256(archive)))).toEqual({ ...first, model: expect.anything() })
    expect(reads).toBe(1)
  })

  it('is cached beside one other, so that memory stays bounded', async () => {
    const load = loader()
    await load(at(URI, sha256(archive)))
    for (const other of ['a', 'b']) {
      const body = await archiveOf({ [other]: other, 'model.bin': model })
      await bucket.put(`models/${other}/output/model.tar.gz`, body)
      await load(at(`s3://bellwether-test/models/${other}/output/model.tar.gz`))
    }

    reads = 0
    await load(at(URI, sha256(archive)))

    expect(reads).toBe(1)
  })

  it.each([
    ['does not exist', 's3://bellwether-test/models/none/output/model.tar.gz', undefined, 'found nothing'],
    ['is in another bucket', 's3://elsewhere/model.tar.gz', undefined, 'found an artefact in another place'],
    ['has another hash than the measured one', URI, '0'.repeat(64), `expected ${'0'.repeat(64)}`],
  ])('is refused with a named error when it %s', async (_, uri, hash, reason) => {
    await expect(loader()(at(uri, hash))).rejects.toMatchObject({
      code: 'MODEL_UNREADABLE',
      message: expect.stringContaining(reason),
    })
  })
})

describe('a model.json', () => {
  const manifest = {
    format: 1,
    engine: 'naive-bayes',
    textVersion: TEXT_VERSION,
    prior: { marketing: 0.2, technical: 0.8 },
  }
  const packed = async (change: object = {}) => {
    const examples = ['cold start', 'free webinar'].map((text, i) => ({
      item: String(i),
      text: shownText(text),
      label: i === 0 ? 'technical' : 'marketing',
    }))
    const files = await naiveBayes.train({ train: examples, validation: [] }, {})
    return packModel(new Map([...files, ['model.json', Buffer.from(JSON.stringify({ ...manifest, ...change }))]]))
  }
  const answer = async (archived: Buffer, text: string, prior?: Prior) => {
    await bucket.put(KEY, archived)
    const { model: classifier, engine } = await loader()({ ...at(), prior })
    const [scores] = await classifier.classify([plainText(text)])
    return { engine: engine.name, label: classifier.labels[likeliest(scores!.probabilities)], ...scores }
  }

  it('selects the engine that reads the model', async () => {
    expect(await answer(await packed(), 'a cold start')).toMatchObject({ engine: 'naive-bayes', label: 'technical' })
  })

  it('provides the prior; a caller can give one for an archive without it', async () => {
    const prior = { 'not sure/at all': 0.9, technical: 0.1 }

    expect(await answer(await packed(), 'xyzzy', { marketing: 1 })).toMatchObject({
      basis: 'prior',
      probabilities: [0.2, 0.8],
    })
    expect(await answer(archive, 'xyzzy', prior)).toMatchObject({ basis: 'prior', probabilities: [0.9, 0.1] })
    expect(await answer(archive, 'xyzzy')).toMatchObject({ basis: 'prior', probabilities: [0.5, 0.5] })
  })

  it.each([
    ['names an unknown engine', { engine: 'oracle' }, 'found the engine oracle, expected one of fasttext'],
    ['is from a later release', { format: 2 }, 'not a description of a model'],
    ['names another engine than the files are for', { engine: 'fasttext' }, 'found only naive-bayes.json'],
    ['names an unknown text version', { textVersion: '99' }, 'text version 99 is unknown'],
  ])('is refused with a named error when it %s', async (_, change, reason) => {
    await bucket.put(KEY, await packed(change))

    await expect(loader()(at())).rejects.toMatchObject({
      code: 'MODEL_UNREADABLE',
      message: expect.stringContaining(reason),
    })
  })
})

/** Loads an archive of arbitrary bytes. */
const opened = async (packed: Buffer) => loadModel(await unpackModel(packed, 'here'), at('here'))

describe('a model archive', () => {
  it.each([['model.bin'], ['./model.bin'], ['output/model.bin']])(
    'may contain its model as %s, among other files',
    async (name) => {
      const packed = await archiveOf({ 'eval.json': '{}', [name]: model, 'model.bin.sig': 'x' })

      expect((await unpackModel(packed, 'x')).get('model.bin')).toEqual(model)
    },
  )

  it.each([
    ['without a model', archiveOf({ 'weights.bin': 'x', 'a.txt': 'y' }), 'found only weights.bin, a.txt'],
    [
      'with hundreds of other files',
      archiveOf(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${i}${'x'.repeat(90)}`, '']))),
      ', 295 more',
    ],
    ['without any file', archiveOf({}), 'found only an empty archive'],
    ['of zero bytes', Promise.resolve(Buffer.alloc(0)), 'expected a'],
    ['without compression', Promise.resolve(Buffer.from('model.bin')), 'incorrect header check'],
    ['that is not a tar file', Promise.resolve(gzipSync('x'.repeat(2000))), 'expected a'],
  ])('is refused with a named error: %s', async (_, packed, reason) => {
    await expect(opened(await packed)).rejects.toMatchObject({
      code: 'MODEL_UNREADABLE',
      message: expect.stringContaining(reason),
    })
  })

  it('is refused with a named error wherever it is truncated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: archive.length - 1 }), async (length) => {
        await expect(opened(archive.subarray(0, length))).rejects.toMatchObject({
          code: 'MODEL_UNREADABLE',
        })
      }),
      { numRuns: 50 },
    )
  })

  it('is refused with a named error when it is random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), fc.boolean(), async (bytes, compressed) => {
        const packed = compressed ? gzipSync(bytes) : Buffer.from(bytes)
        await expect(opened(packed)).rejects.toMatchObject({ code: 'MODEL_UNREADABLE' })
      }),
      { numRuns: 100 },
    )
  })
})
