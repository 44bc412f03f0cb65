import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { withResourceTypes } from '../../bin/resource-types'

it("lists the resource types of the embedded cloud in the package's README, which its tarball contains", () => {
  const readme = readFileSync(path.resolve(__dirname, '../../packages/embedded-aws/README.md'), 'utf8')

  expect(withResourceTypes(readme)).toBe(readme)
  expect(readme).toMatch(/^Created: .*`AWS::Lambda::Function`/m)
  expect(readme).toContain('| `AWS::Logs::LogGroup` | logs are files in the data folder |')
})
