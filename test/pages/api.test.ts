import { afterEach, expect, it, jest } from '@jest/globals'
import { ask } from '../../pages/api'

afterEach(() => void jest.restoreAllMocks())

it.each([
  ['a short answer', 'x', true],
  ['fifty notes of 500 characters of three bytes', Array(50).fill('…'.repeat(500)), false],
])('sends %s, and keeps the request alive after the page when the browser can', async (_, body, outlives) => {
  let sent: RequestInit | undefined
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (__, init) => {
    sent = init
    // Fails like a browser's fetch.
    if (init?.keepalive && typeof init.body === 'string' && Buffer.byteLength(init.body) > 65_536)
      throw new TypeError('Failed to fetch')
    return Response.json({ kept: true })
  })

  expect(await ask('POST', '/desk/answers', body)).toEqual({ ok: true, body: { kept: true } })
  expect(sent?.keepalive).toBe(outlives)
})
