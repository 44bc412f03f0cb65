import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { addBatch } from '../../services/desk/store'
import { openSite, type Site } from './site'

let site: Site

beforeAll(async () => {
  site = await openSite()
}, 120_000)
afterAll(() => site.close())

it('shows a post to an annotator who opens a link, and keeps the answer', async () => {
  await addBatch(site.table, {
    batch: '2026-11-22',
    deadline: '2026-11-22T21:00:00Z',
    categories: ['technical', 'marketing'].map((name) => ({ name, definition: `It is ${name}.`, examples: [] })),
    items: [{ item: 'a1', source: '<b>bold</b> post', wanted: 1, most: 1 }],
    expiresAt: 4_000_000_000,
  })
  const { page, complaints } = await site.visitor()

  await page.goto((await site.invite({ annotator: 'ana' })).url)
  await page.getByText('<b>bold</b> post').waitFor()
  const kept = page.waitForResponse(/\/desk\/answers/)
  await page.getByRole('button', { name: 'technical' }).click()

  expect(await (await kept).json()).toMatchObject({ answers: [{ item: 'a1', result: 'kept' }] })
  expect(page.url()).not.toContain('#')
  expect(complaints).toEqual([])
})
