import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import {
  CreateMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectTaggingCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { AwsRequest } from '../../src/service'
import { createS3, type S3 } from '../../src/s3'
import { clientOf, noDestinations, type Served, serve } from '../serve'

const Bucket = 'bucket'
let served: Served<{ s3: S3 }>
let client: S3Client

const start = () => serve((context) => ({ s3: createS3(context, noDestinations) }))
const put = (Key: string, Body: string | Buffer, more: object = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }))
const get = async (Key: string, more: object = {}) =>
  (await client.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body?.transformToString()
const connect = () => {
  client?.destroy()
  client = new S3Client({ ...clientOf(served), maxAttempts: 1 })
}
const restart = async () => {
  served = await served.restart()
  connect()
}
/** A request as the HTTP server passes it on. */
const request = (method: string, target: string, more: Partial<AwsRequest> = {}): AwsRequest => {
  const [rawPath = '', search = ''] = target.split('?')
  return {
    service: 's3',
    method,
    path: rawPath,
    query: new URLSearchParams(search),
    headers: {},
    body: Buffer.alloc(0),
    principal: { arn: 'arn:aws:iam::000000000000:root' },
    ...more,
  }
}

beforeEach(async () => {
  served = await start()
  served.services.s3.ensureBucket(Bucket, { versioned: true, eventBridge: true })
  connect()
})
afterEach(async () => {
  client.destroy()
  await served.close()
})

describe('S3 on disk', () => {
  it('survives a restart: objects, versions, markers, metadata, settings', async () => {
    const { VersionId: one } = await put('a', 'one')
    await put('a', 'two', { Metadata: { run: '1' }, ContentType: 'text/plain' })
    await put('gone', 'x')
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }))
    const before = await client.send(new ListObjectVersionsCommand({ Bucket }))
    await restart()
    const after = await client.send(new ListObjectVersionsCommand({ Bucket }))
    const { Metadata, ContentType } = await client.send(new GetObjectCommand({ Bucket, Key: 'a' }))

    expect([after.Versions, after.DeleteMarkers]).toEqual([before.Versions, before.DeleteMarkers])
    expect(await get('a', { VersionId: one })).toBe('one')
    expect(await get('a')).toBe('two')
    expect([Metadata, ContentType]).toEqual([{ run: '1' }, 'text/plain'])
    await put('b', 'x')
    expect(served.emitted).toHaveLength(1)
  })

  it('continues a multipart upload after a restart', async () => {
    const Key = 'parts'
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))
    const part = async (PartNumber: number, Body: Buffer) => ({
      PartNumber,
      ETag: (await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))).ETag,
    })
    const one = await part(1, Buffer.alloc(5 * 1024 * 1024, 'a'))
    await restart()
    const two = await part(2, Buffer.from('b'))
    const Parts = [one, two]
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }))

    expect(await get(Key, { Range: 'bytes=-2' })).toBe('ab')
  })

  it('keeps no unreferenced bytes', async () => {
    served.services.s3.ensureBucket('plain', { versioned: false, eventBridge: false })
    for (const Body of ['one', 'two', 'three']) {
      await client.send(new PutObjectCommand({ Bucket: 'plain', Key: 'k', Body }))
    }
    await restart()

    expect(readdirSync(path.join(served.dataDir, 's3', 'plain', 'blobs'))).toHaveLength(1)
  })

  it('gives later changes of a key a greater sequencer, across restarts, too', async () => {
    await put('k', '1')
    await put('k', '2')
    const first = sequencers()
    await restart()
    await put('k', '3')
    const all = [...first, ...sequencers()]

    expect(all).toEqual([...all].sort())
    expect(new Set(all).size).toBe(3)
  })

  const sequencers = () =>
    served.emitted.map(({ detail }) => (detail as { object: { sequencer: string } }).object.sequencer)
})

describe('large bodies', () => {
  it('are kept byte for byte up to 100 MB', async () => {
    const body = Buffer.alloc(100 * 1024 * 1024)
    for (let at = 0; at < body.length; at += 4096) body.writeUInt32BE(at, at)
    const handled = await served.services.s3.open(request('PUT', `/${Bucket}/big`, { body })).run()
    const { body: got } = await served.services.s3.open(request('GET', `/${Bucket}/big`)).run()

    expect(handled.status).toBe(200)
    expect(
      createHash('md5')
        .update(got ?? '')
        .digest('hex'),
    ).toBe(createHash('md5').update(body).digest('hex'))
  })
})

describe('bodies in transit', () => {
  const chunked = (crc32: string) =>
    request('PUT', `/${Bucket}/chunked`, {
      headers: {
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': '9',
        'x-amz-trailer': 'x-amz-checksum-crc32',
        'content-encoding': 'aws-chunked',
      },
      body: Buffer.from(`4\r\n1234\r\n5\r\n56789\r\n0\r\nx-amz-checksum-crc32:${crc32}\r\n\r\n`),
    })

  it('may have a valid trailer, whose framing and name are not stored', async () => {
    expect(await served.services.s3.open(chunked('y/Q5Jg==')).run()).toMatchObject({ status: 200 })

    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'chunked' }))
    expect(await got.Body?.transformToString()).toBe('123456789')
    expect(got.ContentEncoding).toBeUndefined()
  })

  it('are refused with a wrong trailer', async () => {
    const { status, body } = await served.services.s3.open(chunked('AAAAAA==')).run()
    expect([status, String(body)]).toEqual([400, expect.stringContaining('<Code>BadDigest</Code>')])
  })

  it.each([
    ['content-md5', createHash('md5').update('other').digest('base64'), 'BadDigest'],
    ['x-amz-content-sha256', createHash('sha256').update('other').digest('hex'), 'XAmzContentSHA256Mismatch'],
    ['x-amz-checksum-sha256', createHash('sha256').update('other').digest('base64'), 'BadDigest'],
  ])('are refused with a wrong %s', async (header, value, code) => {
    const bad = request('PUT', `/${Bucket}/bad`, { headers: { [header]: value }, body: Buffer.from('body') })
    const { status, body } = await served.services.s3.open(bad).run()
    expect([status, String(body)]).toEqual([400, expect.stringContaining(`<Code>${code}</Code>`)])
  })
})

describe('a conditional write', () => {
  it('answers 409 when a delete comes between the check and the write', async () => {
    await put('k', 'old')
    const body = Buffer.alloc(1024 * 1024)
    const writing = served.services.s3
      .open(
        request('PUT', `/${Bucket}/k`, {
          headers: { 'if-match': `"${createHash('md5').update('old').digest('hex')}"` },
          body,
        }),
      )
      .run()
    const deleting = served.services.s3.open(request('DELETE', `/${Bucket}/k`)).run()

    expect((await deleting).status).toBe(204)
    expect(await writing).toMatchObject({ status: 409, body: expect.stringContaining('ConditionalRequestConflict') })
  })
})

describe('object events', () => {
  it('are sent for objects and markers, in the documented form', async () => {
    const { VersionId } = await put('raw/a b.csv', 'hello')
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'raw/a b.csv', VersionId }))

    expect(served.emitted).toEqual([
      {
        source: 'aws.s3',
        'detail-type': 'Object Created',
        resources: ['arn:aws:s3:::bucket'],
        detail: {
          version: '0',
          bucket: { name: 'bucket' },
          object: {
            key: 'raw/a b.csv',
            size: 5,
            etag: '5d41402abc4b2a76b9719d911017c592',
            'version-id': VersionId,
            sequencer: expect.stringMatching(/^[0-9a-f]{16,}$/),
          },
          reason: 'PutObject',
          'request-id': expect.any(String),
          requester: '000000000000',
          'source-ip-address': '127.0.0.1',
        },
      },
      expect.objectContaining({
        'detail-type': 'Object Deleted',
        detail: expect.objectContaining({
          object: expect.objectContaining({ key: 'raw/a b.csv', 'version-id': VersionId }),
          'deletion-type': 'Permanently Deleted',
        }),
      }),
    ])
  })

  it('are not sent by a bucket that is not configured to', async () => {
    served.services.s3.ensureBucket('silent', { versioned: false, eventBridge: false })
    await client.send(new PutObjectCommand({ Bucket: 'silent', Key: 'k', Body: 'x' }))
    expect(served.emitted).toEqual([])
  })
})

describe('object tags', () => {
  const tagsOf = async (more: object = {}) =>
    (await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'k', ...more }))).TagSet
  const tag = (Value: string, more: object = {}) =>
    client.send(
      new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet: [{ Key: 'stage', Value }] }, ...more }),
    )

  it('belong to a version, across restarts, too', async () => {
    const { VersionId } = await put('k', 'old')
    await put('k', 'new')
    await tag('dev', { VersionId })
    await restart()

    expect(await tagsOf({ VersionId })).toEqual([{ Key: 'stage', Value: 'dev' }])
    expect(await tagsOf()).toEqual([])
    expect(await get('k')).toBe('new')
  })

  it('are reported to EventBridge', async () => {
    await put('k', 'x')
    served.emitted.length = 0
    await tag('dev')

    expect(served.emitted).toEqual([
      expect.objectContaining({
        'detail-type': 'Object Tags Added',
        detail: expect.objectContaining({ object: expect.objectContaining({ key: 'k' }) }),
      }),
    ])
  })
})

it("stores the checksums of an object's parts", async () => {
  const bytes = Buffer.alloc(5 * 1024 * 1024, 1)
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ Bucket, Key: 'summed', ChecksumAlgorithm: 'CRC32' }),
  )
  const Parts = []
  for (const [PartNumber, Body] of [
    [1, bytes],
    [2, Buffer.from('rest')],
  ] as const) {
    const part = { Bucket, Key: 'summed', UploadId, PartNumber, Body, ChecksumAlgorithm: 'CRC32' } as const
    const { ETag, ChecksumCRC32 } = await client.send(new UploadPartCommand(part))
    Parts.push({ PartNumber, ETag, ChecksumCRC32 })
  }
  await client.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'summed', UploadId, MultipartUpload: { Parts } }))
  await restart()
  const { ObjectParts } = await client.send(
    new GetObjectAttributesCommand({ Bucket, Key: 'summed', ObjectAttributes: ['ObjectParts'], MaxParts: 1 }),
  )

  expect(ObjectParts).toMatchObject({
    TotalPartsCount: 2,
    IsTruncated: true,
    NextPartNumberMarker: '1',
    Parts: [{ PartNumber: 1, Size: bytes.length, ChecksumCRC32: Parts[0]?.ChecksumCRC32 }],
  })
})

describe('permissions', () => {
  const object = (action: string, key = 'there') => ({ action: `s3:${action}`, resource: `arn:aws:s3:::bucket/${key}` })
  const list = (key: string) => ({
    action: 's3:ListBucket',
    resource: 'arn:aws:s3:::bucket',
    conditions: { 's3:prefix': key },
  })
  const LISTED = { 's3:prefix': 'a/', 's3:delimiter': '', 's3:max-keys': '1000' }

  it.each([
    ['GET', '/bucket/there', {}, [object('GetObject')]],
    ['HEAD', '/bucket/there', {}, [object('GetObject')]],
    ['GET', '/bucket/not%20there', {}, [object('GetObject', 'not there'), list('not there')]],
    ['GET', '/bucket/there?versionId=v', {}, [object('GetObjectVersion'), list('there')]],
    ['PUT', '/bucket/new', {}, [object('PutObject', 'new')]],
    ['PUT', '/bucket/there', { 'if-match': '"x"' }, [object('PutObject'), object('GetObject')]],
    ['PUT', '/bucket/there', { 'if-none-match': '*' }, [object('PutObject')]],
    [
      'PUT',
      '/bucket/copy',
      { 'x-amz-copy-source': 'bucket/there' },
      [object('GetObject'), object('PutObject', 'copy')],
    ],
    [
      'PUT',
      '/bucket/part?uploadId=u&partNumber=1',
      { 'x-amz-copy-source': 'bucket/there' },
      [object('GetObject'), object('PutObject', 'part')],
    ],
    ['PUT', '/bucket/new', { 'x-amz-tagging': 'a=b' }, [object('PutObject', 'new'), object('PutObjectTagging', 'new')]],
    [
      'PUT',
      '/bucket/copy',
      { 'x-amz-copy-source': 'bucket/tagged' },
      [
        object('GetObject', 'tagged'),
        object('GetObjectTagging', 'tagged'),
        object('PutObjectTagging', 'copy'),
        object('PutObject', 'copy'),
      ],
    ],
    ['GET', '/bucket/there?tagging', {}, [object('GetObjectTagging')]],
    ['PUT', '/bucket/there?tagging&versionId=v', {}, [object('PutObjectVersionTagging')]],
    ['DELETE', '/bucket/there?tagging', {}, [object('DeleteObjectTagging')]],
    ['GET', '/bucket/there?attributes', {}, [object('GetObject'), object('GetObjectAttributes')]],
    ['GET', '/bucket?prefix=a/', {}, [{ ...list('a/'), conditions: LISTED }]],
    ['DELETE', '/bucket/there', {}, [object('DeleteObject')]],
    ['DELETE', '/bucket/there?versionId=v', {}, [object('DeleteObjectVersion')]],
    ['POST', '/bucket/there?uploads', {}, [object('PutObject')]],
    ['DELETE', '/bucket/there?uploadId=u', {}, [object('AbortMultipartUpload')]],
    ['GET', '/bucket/there?uploadId=u', {}, [object('ListMultipartUploadParts')]],
    ['GET', '/bucket?versions&prefix=a/', {}, [{ ...list('a/'), action: 's3:ListBucketVersions' }]],
    ['GET', '/', {}, [{ action: 's3:ListAllMyBuckets', resource: '*' }]],
    ['GET', '/missing/key', {}, []],
  ] as const)('are known for %s %s with %j', async (method, target, headers, access) => {
    await put('there', 'x')
    await put('tagged', 'x', { Tagging: 'a=b' })
    expect(served.services.s3.open(request(method, target, { headers })).accesses).toEqual(access)
  })

  it('are known even for a body with a wrong checksum', () => {
    const headers = { 'content-md5': createHash('md5').update('other').digest('base64') }
    const opened = served.services.s3.open(request('PUT', '/bucket/k', { headers, body: Buffer.from('body') }))

    expect([opened.operation, opened.accesses]).toEqual(['PutObject', [object('PutObject', 'k')]])
  })

  it('name the prefix of a listing, and every key of a batch delete', () => {
    const listing = served.services.s3.open(request('GET', '/bucket?list-type=2&prefix=raw/&delimiter=/')).accesses
    const body = Buffer.from(
      '<Delete><Object><Key>a&amp;b</Key></Object><Object><Key>c</Key><VersionId>v</VersionId></Object></Delete>',
    )
    const deletes = served.services.s3.open(request('POST', '/bucket?delete', { body })).accesses

    expect(listing).toEqual([
      {
        action: 's3:ListBucket',
        resource: 'arn:aws:s3:::bucket',
        conditions: { 's3:prefix': 'raw/', 's3:delimiter': '/', 's3:max-keys': '1000' },
      },
    ])
    expect(deletes).toEqual([object('DeleteObject', 'a&b'), object('DeleteObjectVersion', 'c')])
  })
})

describe('an unsupported or invalid request', () => {
  it.each([
    ['an operation', () => client.send(new GetObjectAclCommand({ Bucket, Key: 'k' })), 'GetObjectAcl'],
    ['the tags of a bucket', () => client.send(new GetBucketTaggingCommand({ Bucket })), 'GetBucketTagging'],
    ['a header', () => put('k', 'x', { ACL: 'private' }), 'x-amz-acl'],
    ['a parameter', () => client.send(new GetObjectCommand({ Bucket, Key: 'k', PartNumber: 1 })), 'partNumber'],
  ])('is refused by name: %s', async (_, send, name) => {
    await expect(send()).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining(name),
      $metadata: { httpStatusCode: 501 },
    })
  })

  it.each([
    ['a bad name', 'No_Bucket', 'InvalidBucketName'],
    ['a path as its name', '..', 'InvalidBucketName'],
  ])('creates no bucket with %s', async (_, name, code) => {
    const { body } = await served.services.s3.open(request('PUT', `/${name}`)).run()
    expect(String(body)).toContain(code)
  })

  it('is refused for a key over 1,024 bytes or metadata over 2 KB', async () => {
    await expect(put('ü'.repeat(513), 'x')).rejects.toMatchObject({ name: 'KeyTooLongError' })
    await expect(put('k', 'x', { Metadata: { a: 'b'.repeat(2048) } })).rejects.toMatchObject({
      name: 'MetadataTooLarge',
    })
  })
})

describe('pages of other origins', () => {
  const cors = [
    { AllowedMethods: ['GET'], AllowedOrigins: ['https://*.example.com'], AllowedHeaders: ['*'], MaxAgeSeconds: 60 },
  ]

  it('may read what the CORS rules allow', async () => {
    served.services.s3.ensureBucket(Bucket, { versioned: true, eventBridge: false, cors })
    await put('k', 'x')
    const ask = async (origin: string, method: string, headers: Record<string, string> = {}) =>
      served.services.s3.open(request(method, '/bucket/k', { headers: { origin, ...headers } })).run()

    expect((await ask('https://a.example.com', 'GET')).headers).toMatchObject({
      'access-control-allow-origin': 'https://a.example.com',
    })
    expect((await ask('https://evil.com', 'GET')).headers).not.toHaveProperty('access-control-allow-origin')
    const wants = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'range' }
    expect(await ask('https://a.example.com', 'OPTIONS', wants)).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-headers': 'range', 'access-control-max-age': '60' },
    })
    expect((await ask('https://a.example.com', 'OPTIONS', { 'access-control-request-method': 'PUT' })).status).toBe(403)
  })
})

it.each([
  ['GET', '/', 'ListBuckets'],
  ['PUT', '/another', 'CreateBucket'],
  ['GET', '/bucket?list-type=2', 'ListObjectsV2'],
  ['POST', '/bucket?delete', 'DeleteObjects'],
  ['GET', '/bucket?tagging', 'GetBucketTagging'],
  ['PUT', '/bucket/k', 'PutObject'],
  ['PUT', '/bucket/k?partNumber=1&uploadId=u', 'UploadPart'],
  ['POST', '/bucket/k?uploads', 'CreateMultipartUpload'],
  ['DELETE', '/bucket/k?uploadId=u', 'AbortMultipartUpload'],
  ['GET', '/bucket/k?tagging', 'GetObjectTagging'],
])('names %s %s the operation %s', (method, target, operation) => {
  expect(served.services.s3.open(request(method, target)).operation).toBe(operation)
})
