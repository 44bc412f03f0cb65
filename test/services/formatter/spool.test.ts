import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createSpool } from '../../../services/formatter/spool'

let scratch: string
beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'spool-test-'))
})
afterEach(() => rmSync(scratch, { recursive: true }))

const piece = 'naïve “text” '.repeat(100)
const pieces = Array.from({ length: 300 }, (_, i) => `${i} ${piece}\n`)

describe.each([
  ['in memory', 2 ** 30],
  ['in files', 0],
  ['in memory, then in files', 200_000],
])('a spool %s', (_, limit) => {
  it('gives back what was written, each name by itself', async () => {
    const spool = createSpool(scratch, limit)
    for (const text of pieces) {
      spool.write('a', text)
      spool.write('b', text.toUpperCase())
    }

    expect((await buffer(spool.bytes('b'))).toString()).toBe(pieces.join('').toUpperCase())
    expect(spool.take('a')).toBe(pieces.join(''))
    expect(spool.take('a')).toBe('')
    spool.close()
  })

  it('keeps names apart that come while others are taken', () => {
    const spool = createSpool(scratch, limit)
    const names = ['a', 'b', 'c', 'd']
    for (const name of names) for (const text of pieces) spool.write(name, name + text)

    for (const name of names) {
      expect(spool.take(name)).toBe(pieces.map((text) => name + text).join(''))
      for (const text of pieces) spool.write(`new ${name}`, text + name)
    }

    for (const name of names) expect(spool.take(`new ${name}`)).toBe(pieces.map((text) => text + name).join(''))
    spool.close()
  })

  it('leaves nothing behind', () => {
    const spool = createSpool(scratch, limit)
    for (const text of pieces) spool.write('a', text)

    spool.close()

    expect(readdirSync(scratch)).toEqual([])
  })
})
