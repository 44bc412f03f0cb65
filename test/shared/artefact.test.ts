import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { s3Artefacts, unpackModel } from '../../shared/artefact'
import { testBucket, type TestBucket } from './bucket'
import { archiveOf, tinyModel } from './models'

const KEY = 'models/job/output/model.tar.gz'
const URI = `s3://bellwether-test/${KEY}`
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

describe('an artefact', () => {
  it('is the model under the names of our categories, with what identifies it', async () => {
    const { model: classifier, ...identity } = await loader()(URI)

    expect(identity).toEqual({ sha256: sha256(archive), versionId: expect.stringContaining('version-') })
    expect(classifier.labels).toEqual(['not sure/at all', 'technical'])
    expect(classifier.rank(['cold start', 'free webinar'], 1).map(([best]) => best?.label)).toEqual([
      'technical',
      'not sure/at all',
    ])
  })

  it('is read once while its hash is asked for', async () => {
    const load = loader()
    const first = await load(URI, sha256(archive))

    expect(await load(URI, sha256(archive))).toBe(first)
    expect(reads).toBe(1)
  })

  it('is kept with one other, so that memory stays bounded', async () => {
    const load = loader()
    const first = await load(URI, sha256(archive))
    for (const other of ['a', 'b']) {
      const body = await archiveOf({ [other]: other, 'model.bin': model })
      await bucket.put(`models/${other}/output/model.tar.gz`, body)
      await load(`s3://bellwether-test/models/${other}/output/model.tar.gz`)
    }

    expect(await load(URI, sha256(archive))).not.toBe(first)
  })

  it.each([
    ['is not there', 's3://bellwether-test/models/none/output/model.tar.gz', undefined, 'found nothing'],
    ['is in another bucket', 's3://elsewhere/model.tar.gz', undefined, 'found an artefact in another place'],
    ['has another hash than was measured', URI, '0'.repeat(64), `expected ${'0'.repeat(64)}`],
  ])('that %s is refused by name', async (_, uri, hash, reason) => {
    await expect(loader()(uri, hash)).rejects.toMatchObject({
      code: 'MODEL_UNREADABLE',
      message: expect.stringContaining(reason),
    })
  })
})

describe('an archive', () => {
  it.each([['model.bin'], ['./model.bin'], ['output/model.bin']])(
    'may have its model as %s, among others',
    async (name) => {
      const packed = await archiveOf({ 'eval.json': '{}', [name]: model, 'model.bin.sig': 'x' })

      expect(await unpackModel(packed, 'x')).toEqual(model)
    },
  )

  it.each([
    ['without a model', archiveOf({ 'weights.bin': 'x', 'a.txt': 'y' }), 'found only weights.bin, a.txt'],
    ['with nothing in it', archiveOf({}), 'found only an empty archive'],
    ['that is empty', Promise.resolve(Buffer.alloc(0)), 'expected a'],
    ['that is not compressed', Promise.resolve(Buffer.from('model.bin')), 'incorrect header check'],
    ['of something else', Promise.resolve(gzipSync('x'.repeat(2000))), 'expected a'],
  ])('%s is refused by name', async (_, packed, reason) => {
    await expect(unpackModel(await packed, 'here')).rejects.toMatchObject({
      code: 'MODEL_UNREADABLE',
      message: expect.stringContaining(reason),
    })
  })

  it('that is cut anywhere is refused by name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: archive.length - 1 }), async (length) => {
        await expect(unpackModel(archive.subarray(0, length), 'here')).rejects.toMatchObject({
          code: 'MODEL_UNREADABLE',
        })
      }),
      { numRuns: 50 },
    )
  })

  it('of any bytes is refused by name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), fc.boolean(), async (bytes, compressed) => {
        const packed = compressed ? gzipSync(bytes) : Buffer.from(bytes)
        await expect(unpackModel(packed, 'here')).rejects.toMatchObject({ code: 'MODEL_UNREADABLE' })
      }),
      { numRuns: 100 },
    )
  })
})
