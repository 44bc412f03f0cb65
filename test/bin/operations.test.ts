import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { withOperations } from '../../bin/operations'

const root = path.resolve(__dirname, '../..')

it("generates the embedded cloud's table of operations from its services and their callers", async () => {
  const readme = readFileSync(path.join(root, 'packages/embedded-aws/README.md'), 'utf8')

  expect(await withOperations(readme, root)).toBe(readme)
  expect(readme).toMatch(/\| `s3` \| [^|]*\bPutObject\b[^|]*\|/)
  expect(readme).toMatch(/\| `sqs` \| [^|]*\bSendMessage\b[^|]*\| [^|]*\bPurgeQueue\b/)
})
