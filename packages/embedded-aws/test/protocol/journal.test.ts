import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { z } from 'zod'
import { openJournal } from '../../src/protocol/journal'

let folder: string
const file = () => path.join(folder, 'deep', 'journal.jsonl')
const open = () => {
  const replayed: number[] = []
  return { replayed, journal: openJournal(file(), z.strictObject({ n: z.number() }), ({ n }) => replayed.push(n)) }
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bellwether-journal-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('replays what was appended, in order', () => {
  const first = open()
  for (const n of [3, 1, 2]) first.journal.append({ n })
  first.journal.close()

  const second = open()
  second.journal.close()
  expect(first.replayed).toEqual([])
  expect(second.replayed).toEqual([3, 1, 2])
})

it('drops a line that a crash truncated, and continues after the last complete one', () => {
  const first = open()
  first.journal.append({ n: 1 })
  first.journal.close()
  appendFileSync(file(), '{"n":')

  const second = open()
  second.journal.append({ n: 2 })
  second.journal.close()
  const third = open()
  third.journal.close()
  expect(third.replayed).toEqual([1, 2])
})

it('replaces its history atomically', () => {
  const first = open()
  for (let n = 0; n < 10; n++) first.journal.append({ n })
  first.journal.rewrite([{ n: 9 }])
  first.journal.append({ n: 10 })

  expect(first.journal.length()).toBe(2)
  first.journal.close()
  expect(readFileSync(file(), 'utf8')).toBe('{"n":9}\n{"n":10}\n')
})
