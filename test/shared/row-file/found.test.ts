import { expect, it } from '@jest/globals'
import { openPosts } from '../../../shared/post-file/open'
import { inPieces } from './pieces'

const refusal = (text: string) =>
  openPosts('posts.csv', inPieces(text, text.length)).then(
    () => 'read',
    (error: unknown) => String(error),
  )

it('suggests a header for a file whose first row is data', async () => {
  expect(await refusal('1100000000000000001,2026-11-21,a text of more than four words\n')).toContain(
    'put a header before it, as in id,createdAt,text',
  )
})

it('refuses a file of many columns without a text in a short message', async () => {
  const row = `2026-11-21${',123456789'.repeat(2000)}\n`

  expect((await refusal(row)).length).toBeLessThan(600)
})
