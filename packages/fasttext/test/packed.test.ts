import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, it } from '@jest/globals'

const root = path.resolve(__dirname, '../../..')

it('installs from its tarball into an empty folder without dependencies, and works by import, require and with its types', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/try-package.mjs', 'packages/fasttext'], {
    cwd: root,
    encoding: 'utf8',
  })

  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: 'require: trained and evaluated\nimport: trained and predicted\n',
    stderr: '',
  })
}, 180_000)
