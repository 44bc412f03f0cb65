import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'

const root = path.resolve(__dirname, '../..')

it('names only files and folders that exist in docs/extending.md', () => {
  const page = readFileSync(path.join(root, 'docs/extending.md'), 'utf8')
  const named = [...page.matchAll(/`((?:bin|docs|events|local|pages|services|shared|stack|test)\/[\w./-]+)`/g)].map(
    ([, name]) => name ?? '',
  )

  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((name) => !existsSync(path.join(root, name)))).toEqual([])
})
