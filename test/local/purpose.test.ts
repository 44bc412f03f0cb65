import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { keepFor } from '../../local/purpose'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'purpose-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** The files that a cloud leaves. */
const wasUsed = () => writeFileSync(path.join(folder, 'cloud.json'), '{}')

it.each(['live', 'replay'] as const)('creates a folder for %s, and recognises it later', (purpose) => {
  const data = path.join(folder, 'new')

  expect(keepFor(purpose, data)).toBe(false)
  writeFileSync(path.join(data, 'cloud.json'), '{}')
  expect(keepFor(purpose, data)).toBe(true)
})

it("refuses a replay's folder for real posts, and vice versa", () => {
  keepFor('replay', folder)
  expect(() => keepFor('live', folder)).toThrow(
    `${folder} holds a replay, whose clock is not the real one: --live needs a folder of its own; name another folder with --data`,
  )

  const live = path.join(folder, 'live')
  keepFor('live', live)
  expect(() => keepFor('replay', live)).toThrow(
    `${live} holds real posts, collected by --live: a replay needs a folder of its own; name another folder with --data`,
  )
})

it('accepts the folder of an earlier release for a replay', () => {
  wasUsed()

  expect(() => keepFor('live', folder)).toThrow('holds a replay')
  expect(keepFor('replay', folder)).toBe(true)
})

it('refuses a file, and says what to do', () => {
  const file = path.join(folder, 'data')
  writeFileSync(file, '')

  expect(() => keepFor('live', file)).toThrow(`${file} cannot be the data folder: it is a file; choose another folder`)
})
