import { expect, it } from '@jest/globals'
import { collectTenDays } from './ten-days'

// bench/network.ts does this with 200,000 posts and measures the memory.
it('stores each of 8,000 posts of ten days once, with at most 1.5 times the necessary requests', async () => {
  const { there, once, again, missing, wrong, requests, needed, complete } = await collectTenDays(8_000)

  expect(there).toBeGreaterThan(7_800)
  expect({ once, again, missing, wrong, complete }).toEqual({
    once: there,
    again: 0,
    missing: 0,
    wrong: 0,
    complete: true,
  })
  expect(requests).toBeLessThanOrEqual(1.5 * needed)
}, 60_000)
