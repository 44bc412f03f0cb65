import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { PLACES } from '../../services/privacy/files/places'
import { ROWS } from '../../services/privacy/rows'
import { keys } from '../../shared/keys'
import { rowKindsOf, stateModules, withMaps } from '../../bin/architecture'

const root = path.resolve(__dirname, '../..')
const page = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8')

describe('docs/architecture.md', () => {
  it('lists the keys and rows of the code (by `node bin/run.mjs bin/schemas.ts`)', () => {
    expect(page).toBe(withMaps(page, root))
  })

  it('has the rows of every module of shared/state that declares any', () => {
    const files = readdirSync(path.join(root, 'shared/state')).filter((file) => file !== 'row.ts')
    const owners = files.filter((file) =>
      /\browKind\(/.test(readFileSync(path.join(root, 'shared/state', file), 'utf8')),
    )

    expect(owners.map((file) => file.replace(/\.ts$/, '')).sort()).toEqual(Object.keys(stateModules).sort())
  })
})

it('gives no two kinds of rows the same key', () => {
  const keys = Object.values(stateModules).flatMap((module) => rowKindsOf(module).map(({ pk, sk }) => `${pk} ${sk}`))

  expect(new Set(keys).size).toBe(keys.length)
})

it('states for every key and every row how a deletion treats it, and for nothing else', () => {
  const rows = Object.values(stateModules).flatMap((module) => rowKindsOf(module).map(({ pk, sk }) => `${pk} ${sk}`))

  expect(Object.keys(PLACES).sort()).toEqual(Object.keys(keys).sort())
  expect(Object.keys(ROWS).sort()).toEqual(rows.sort())
})
