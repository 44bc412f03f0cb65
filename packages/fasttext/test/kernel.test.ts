import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, it } from '@jest/globals'

it('the compiled kernel in the repository matches its source', () => {
  const build = path.resolve(__dirname, '../src/kernel/build.mjs')
  const { status, stderr } = spawnSync(process.execPath, [build, '--check'], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
