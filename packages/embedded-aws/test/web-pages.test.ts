import { request } from 'node:http'
import { chmodSync, statSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { S3Client, CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { signedFor, useCloud } from './running-cloud'
import { fn } from './template'

const { cloud, dataDir, start } = useCloud()
const QUERY = 'X-Amz-Credential=x/20260101/eu-west-1/'

const s3 = () =>
  new S3Client({
    endpoint: cloud().endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'owner', secretAccessKey: 'owner' },
  })

/** Not `fetch`, because it sets Host and Sec-Fetch-Mode itself. */
function send(path: string, { method = 'GET', headers = {}, body = '' } = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const sent = request(new URL(path, cloud().endpoint), { method, headers }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function withObject(): Promise<string> {
  await start({ Echo: fn('exports.handler = async () => "ran"', { FunctionName: 'echo' }) })
  await s3().send(new CreateBucketCommand({ Bucket: 'posts' }))
  await s3().send(new PutObjectCommand({ Bucket: 'posts', Key: 'replay.jsonl', Body: '<script>alert(1)</script>' }))
  return `/posts/replay.jsonl?${QUERY}s3/aws4_request`
}

describe('a foreign web page', () => {
  it.each([
    ['reads an object', 'GET', '', { 'sec-fetch-site': 'cross-site', origin: 'http://evil.test' }],
    ['reads an object from another local port', 'GET', '', { 'sec-fetch-site': 'same-site' }],
    ['opens an object in a tab', 'GET', '', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
    ['opens an object from a link', 'GET', '', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    ['deletes by a form', 'POST', '&delete', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    ['deletes without Fetch metadata', 'POST', '&delete', { origin: 'http://evil.test' }],
    ['writes without Fetch metadata', 'PUT', '', { origin: 'null' }],
  ])('%s and gets 403', async (_, method, more, headers) => {
    const path = await withObject()

    expect(await send(path + more, { method, headers: { ...headers, 'content-type': 'text/plain' } })).toMatchObject({
      status: 403,
      body: expect.stringContaining('Forbidden'),
    })
    const { Body } = await s3().send(new GetObjectCommand({ Bucket: 'posts', Key: 'replay.jsonl' }))
    expect(await Body?.transformToString()).toContain('alert')
  })

  it('runs no function', async () => {
    await withObject()
    const path = `/2015-03-31/functions/echo/invocations?${QUERY}lambda/aws4_request`
    const headers = { origin: 'http://evil.test', 'sec-fetch-site': 'cross-site' }

    expect((await send(path, { method: 'POST', headers, body: '{}' })).status).toBe(403)
    expect(await send(path, { method: 'POST', body: '{}' })).toMatchObject({ status: 200, body: '"ran"' })
  })

  it.each(['/posts/replay.jsonl', '/desk', '/desk/owner'])(
    'gets 403 at %s under a name that resolves to this machine',
    async (path) => {
      const signed = (await withObject()).split('?')[1] ?? ''
      const asked = path.startsWith('/posts') ? `${path}?${signed}` : path

      expect((await send(asked, { headers: { host: 'evil.test:5803' } })).status).toBe(403)
      expect((await send(asked, { headers: { host: `evil.test:${new URL(cloud().endpoint).port}` } })).status).toBe(403)
    },
  )
})

it('accepts requests that name this cloud, by address or as localhost', async () => {
  await withObject()
  const { port } = new URL(cloud().endpoint)
  const headers = signedFor('s3')

  expect((await send('/posts/replay.jsonl', { headers })).status).toBe(200)
  expect((await send('/posts/replay.jsonl', { headers: { ...headers, host: `localhost:${port}` } })).status).toBe(200)
})

it('serves objects so that a browser does not run them, whatever type the URL requests', async () => {
  await withObject()

  const path = '/posts/replay.jsonl?response-content-type=text/html'
  expect(await send(path, { headers: signedFor('s3') })).toMatchObject({
    status: 200,
    headers: { 'x-content-type-options': 'nosniff', 'content-security-policy': expect.stringContaining('sandbox') },
  })
})

it('limits bodies of the HTTP API as API Gateway does', async () => {
  await start()

  expect((await send('/desk', { method: 'POST', body: 'x'.repeat(10 * 2 ** 20 + 1) })).status).toBe(413)
})

it('keeps its data from other users of the machine', async () => {
  chmodSync(dataDir(), 0o755)
  await start()

  expect(statSync(dataDir()).mode & 0o777).toBe(0o700)
})
