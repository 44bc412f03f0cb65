import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { withOperations } from '../../bin/operations'

const root = path.resolve(__dirname, '../..')

it('the table of operations of the embedded cloud is that of its services and of their callers', async () => {
  const readme = readFileSync(path.join(root, 'packages/embedded-aws/README.md'), 'utf8')

  expect(await withOperations(readme, root)).toBe(readme)
  expect(readme).toMatch(/\| `s3` \| [^|]*\bPutObject\b[^|]*\|/)
  expect(readme).toMatch(/\| `sqs` \| [^|]*\bSendMessage\b[^|]*\| [^|]*\bPurgeQueue\b/)
})
