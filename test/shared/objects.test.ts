import { Readable } from 'node:stream'
import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { mockClient } from 'aws-sdk-client-mock'
import fc from 'fast-check'
import { z } from 'zod'
import { s3Objects } from '../../shared/objects'

const s3 = mockClient(S3Client)
const objects = s3Objects(new S3Client({ region: 'eu-west-1' }), 'bucket')
const refusal = (name: string) => Object.assign(new Error(name), { name })
const holds = (...chunks: (string | Buffer)[]) =>
  s3.on(GetObjectCommand).callsFake(() => ({
    Body: Object.assign(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), {
      transformToByteArray: async () => Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))),
    }),
    ETag: '"e"',
    VersionId: 'v',
  }))

beforeEach(() => void s3.reset())

describe('reading an object', () => {
  it('returns body, ETag and version, or nothing for a missing key', async () => {
    holds('text')
    const found = await objects.read('a')
    s3.on(GetObjectCommand).rejects(refusal('NoSuchKey'))

    expect([found?.body.toString(), found?.etag, found?.versionId]).toEqual(['text', '"e"', 'v'])
    expect(await objects.read('a')).toBeUndefined()
  })

  it('passes on every other error', async () => {
    s3.on(GetObjectCommand).rejects(refusal('AccessDenied'))

    await expect(objects.read('a')).rejects.toThrow('AccessDenied')
  })

  it.each([
    ['does not exist', undefined, /OBJECT_MISSING: there is no s3:\/\/bucket\/a/],
    ['is not JSON', '{', /OBJECT_INVALID: a is not JSON/],
    ['does not match the schema', '{"n":"x"}', /OBJECT_INVALID: a: .*\n.*n/],
  ])('names an object that, as JSON, %s', async (_, text, message) => {
    if (text === undefined) s3.on(GetObjectCommand).rejects(refusal('NoSuchKey'))
    else holds(text)

    await expect(objects.readJson('a', z.object({ n: z.number() }))).rejects.toThrow(message)
  })
})

describe('the lines of an object', () => {
  const linesOf = async (...chunks: (string | Buffer)[]) => {
    holds(...chunks)
    const lines: string[] = []
    for await (const line of objects.lines('a')) lines.push(line)
    return lines
  }

  it.each([
    ['nothing', '', []],
    ['one line without a line break', 'a', ['a']],
    ['one line with a line break', 'a\n', ['a']],
    ['empty ones', '\n\na\n\n', ['', '', 'a', '']],
    ['lines with CR LF', 'a\r\n\r\nb\r\n', ['a', '', 'b']],
    ['not split at other separators of Unicode', 'a\u2028b\rc\u0085d\n', ['a\u2028b\rc\u0085d']],
  ])('are %s', async (_, text, lines) => {
    expect(await linesOf(text)).toEqual(lines)
  })

  it('do not depend on how the bytes are split into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'ü', '🚀', '\n', '\r\n', '{}')),
        fc.integer({ min: 1, max: 5 }),
        async (parts, size) => {
          const bytes = Buffer.from(parts.join(''))
          const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
            bytes.subarray(i * size, (i + 1) * size),
          )

          expect(await linesOf(...pieces)).toEqual(await linesOf(bytes))
        },
      ),
      { numRuns: 50 },
    )
  })

  it('may be longer than a chunk', async () => {
    const chunk = 'x'.repeat(65_536)

    expect((await linesOf(...Array.from({ length: 400 }, () => chunk), '\nend')).map(({ length }) => length)).toEqual([
      400 * 65_536,
      3,
    ])
  })
})

describe('a conditional write', () => {
  it('creates a missing object', async () => {
    s3.on(PutObjectCommand).resolves({})

    expect(await objects.create('a.json', '{}')).toBe('created')
    expect(s3.call(0).args[0].input).toEqual({
      Bucket: 'bucket',
      Key: 'a.json',
      Body: '{}',
      ContentType: 'application/json',
      IfNoneMatch: '*',
    })
  })

  it('leaves an existing object', async () => {
    s3.on(PutObjectCommand).rejects(refusal('PreconditionFailed'))

    expect(await objects.create('a', 'b')).toBe('exists')
    expect(await objects.swap('a', 'b', '"e"')).toBe(false)
    expect(s3.call(1).args[0].input).toMatchObject({ IfMatch: '"e"' })
  })

  it('fails to replace a deleted object', async () => {
    s3.on(PutObjectCommand).rejects(refusal('NoSuchKey'))

    expect(await objects.swap('a', 'b', '"e"')).toBe(false)
  })

  it('is retried after a concurrent write, whose outcome is unknown', async () => {
    s3.on(PutObjectCommand).rejectsOnce(refusal('ConditionalRequestConflict')).resolves({})

    expect(await objects.create('a', 'b')).toBe('created')
    s3.on(PutObjectCommand).rejects(refusal('ConditionalRequestConflict'))
    await expect(objects.create('a', 'b')).rejects.toThrow('ConditionalRequestConflict')
  })
})

it('checks whether an object exists without reading it', async () => {
  s3.on(HeadObjectCommand).resolvesOnce({}).rejects(refusal('NotFound'))

  expect([await objects.exists('a'), await objects.exists('a')]).toEqual([true, false])
})

it('lists every page of a prefix', async () => {
  const modified = new Date(0)
  s3.on(ListObjectsV2Command, { ContinuationToken: undefined }).resolves({
    Contents: [{ Key: 'p/1', Size: 1, LastModified: modified }],
    NextContinuationToken: 'n',
  })
  s3.on(ListObjectsV2Command, { ContinuationToken: 'n' }).resolves({
    Contents: [{ Key: 'p/2', Size: 2, LastModified: modified }],
  })
  const keys: string[] = []
  for await (const { key } of objects.list('p/')) keys.push(key)

  expect(keys).toEqual(['p/1', 'p/2'])
})

it('uploads a stream in parts', async () => {
  s3.on(PutObjectCommand).resolves({ ETag: '"e"' })
  await objects.putStream(
    'a.csv',
    (async function* () {
      yield 'a'
      yield Buffer.from('b')
    })(),
  )

  expect(s3.call(0).args[0].input).toMatchObject({ Key: 'a.csv', ContentType: 'text/csv', Body: Buffer.from('ab') })
})
