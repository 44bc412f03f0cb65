import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from '@jest/globals'
import { readRequest, respond } from '../../../shared/web/http'
import { packagedPage } from '../../../shared/web/pages'

const root = mkdtempSync(path.join(tmpdir(), 'pages-'))
const folder = path.join(root, '.build/pages/desk')
mkdirSync(folder, { recursive: true })
writeFileSync(path.join(folder, 'index.html'), '<!doctype html>')
writeFileSync(path.join(folder, 'page.js'), 'hello()')
afterAll(() => rmSync(root, { recursive: true }))

const get = (rawPath: string, headers: Record<string, string> = {}, method = 'GET') => {
  const reply = packagedPage(
    root,
    'desk',
    '/desk',
  )(readRequest({ version: '2.0', rawPath, headers, requestContext: { http: { method } } }))
  return reply && respond(reply)
}

it.each([
  ['/desk', 'text/html; charset=utf-8', '<!doctype html>'],
  ['/desk/', 'text/html; charset=utf-8', '<!doctype html>'],
  ['/desk/page.js', 'text/javascript; charset=utf-8', 'hello()'],
])('serves %s', (place, type, body) => {
  expect(get(place)).toMatchObject({ statusCode: 200, headers: { 'content-type': type }, body })
})

it.each(['/desk/index.html', '/desk/../page.js', '/desk/%2e%2e/page.js', '/page.js', '/desk/page.js/x', '/report'])(
  'serves nothing at %s',
  (place) => {
    expect(get(place)).toBeUndefined()
  },
)

it('serves only GET requests', () => {
  expect(get('/desk', {}, 'POST')).toBeUndefined()
})

it('lets a page load and run only what was shipped with it', () => {
  const { 'content-security-policy': policy = '', ...headers } = get('/desk')?.headers ?? {}

  expect(policy.split('; ').sort()).toEqual([
    "base-uri 'none'",
    "connect-src 'self'",
    "default-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "require-trusted-types-for 'script'",
    "script-src 'self'",
    "style-src 'self'",
    "trusted-types 'none'",
  ])
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  })
})

it('sends a file only once to a browser that caches it', () => {
  const etag = new Headers(get('/desk')?.headers).get('etag') ?? ''

  expect(get('/desk', { 'if-none-match': etag })).toMatchObject({ statusCode: 304, body: '' })
  expect(get('/desk', { 'if-none-match': '"other"' })).toMatchObject({ statusCode: 200 })
})
