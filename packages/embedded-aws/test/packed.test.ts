import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, it } from '@jest/globals'

const root = path.resolve(__dirname, '../../..')

it('installs from its tarball into an empty folder without dependencies, and works by import, require and command', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/try-package.mjs', 'packages/embedded-aws'], {
    cwd: root,
    encoding: 'utf8',
  })

  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: 'require: a cloud that keeps what it is given and runs a function\nimport: the command serves a template\n',
    stderr: '',
  })
}, 180_000)
