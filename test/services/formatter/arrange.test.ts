import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { arrange, binning, PARTS } from '../../../services/formatter/arrange'
import { createSpool } from '../../../services/formatter/spool'
import { settledOf } from './settled-lines'

const CATEGORIES = ['technical', 'marketing']

let scratch: string
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'arrange-'))
})
afterAll(() => rmSync(scratch, { recursive: true }))

async function arranged(limitBytes: number) {
  const spool = createSpool(scratch, limitBytes)
  const bin = binning(spool, CATEGORIES)
  for (let i = 0; i < 5000; i++) {
    const role = i % 10 === 0 ? 'evaluation' : 'training'
    bin(
      settledOf(`item${i % 4900}`, CATEGORIES[i % 2]!, { role, source: `text number ${i} ${'padding '.repeat(100)}` }),
    )
  }
  const result = arrange(spool, CATEGORIES, 0.2)
  const files = await Promise.all(PARTS.map((part) => text(Readable.from(spool.bytes(part)))))
  spool.close()
  return { result, files }
}

it('arranges what does not fit into memory as it does what fits', async () => {
  const inMemory = await arranged(2 ** 30)
  const inFiles = await arranged(0)

  expect(inFiles).toEqual(inMemory)
  const { train, validation, evaluation } = inMemory.result.rows
  expect(train + validation + evaluation).toBe(4900)
  expect(validation / (train + validation)).toBeCloseTo(0.2, 1)
})
