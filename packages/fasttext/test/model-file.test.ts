import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from '@jest/globals'
import { FastTextError, predict, readModel, saveModel, train, writeModel } from '../src'
import { labelledLines, small, temporaryFolder } from './example'

const lines = labelledLines(60, 1)
const model = train(lines, { ...small, buckets: 300, vectorDim: 5 })
const bytes = writeModel(model)

/** The offsets of the numbers in the header. */
const AT = {
  magic: 0,
  version: 4,
  dim: 8,
  loss: 32,
  kind: 36,
  buckets: 40,
  size: 64,
  words: 68,
  labels: 72,
  pruned: 84,
}

describe('model.bin', () => {
  it('round-trips to the same bytes and the same predictions', () => {
    const again = readModel(bytes)
    expect(writeModel(again).equals(bytes)).toBe(true)
    for (const line of lines) expect(predict(again, line, 3)).toEqual(predict(model, line, 3))
  })

  it('is the same when read from a file', () => {
    const file = path.join(temporaryFolder(), 'model.bin')
    saveModel(model, file)
    expect(writeModel(readModel(file)).equals(bytes)).toBe(true)
  })

  it('replaces a file, or the one that a symbolic link leads to, and touches no other', () => {
    const folder = temporaryFolder()
    const [file, link, other] = ['model.bin', 'link.bin', 'link.bin.new'].map((name) => path.join(folder, name))
    writeFileSync(file!, 'earlier')
    writeFileSync(other!, 'mine')
    symlinkSync(file!, link!)

    saveModel(model, link!)

    expect(lstatSync(link!).isSymbolicLink()).toBe(true)
    expect(readFileSync(file!).equals(bytes)).toBe(true)
    expect(readFileSync(other!, 'utf8')).toBe('mine')
    expect(readdirSync(folder).sort()).toEqual(['link.bin', 'link.bin.new', 'model.bin'])
  })

  it('leaves nothing behind where it cannot be saved', () => {
    const folder = temporaryFolder()
    mkdirSync(path.join(folder, 'model.bin/full'), { recursive: true })

    expect(() => saveModel(model, path.join(folder, 'model.bin'))).toThrow('EISDIR')

    expect(readdirSync(folder)).toEqual(['model.bin'])
  })

  it('is read at an offset in a larger array', () => {
    const larger = new Uint8Array(bytes.length + 3)
    larger.set(bytes, 3)
    expect(writeModel(readModel(larger.subarray(3))).equals(bytes)).toBe(true)
  })

  it('may have words of any length', () => {
    const long = train([...lines, `__label__other ${'x'.repeat(1e6)} ${'y'.repeat(65_535)}`], small)
    expect(readModel(writeModel(long)).dictionary.starts).toEqual(long.dictionary.starts)
  })

  it('may have a row for every bucket', () => {
    const full = Buffer.from(bytes)
    const inputRows = model.dictionary.words + 300
    const start = bytes.length - 17 - 4 * 5 * (inputRows + 3)
    for (let i = 0; i < inputRows * 5; i++) full.writeFloatLE(1 + i, start + 4 * i)
    expect(writeModel(readModel(full)).equals(full)).toBe(true)
  })
})

describe('a model file is refused with', () => {
  it('a truncation at any place, naming the file', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
        expectRefusal(() => readModel(bytes.subarray(0, length), 'cut.bin'), 'cut.bin')
      }),
    )
  })

  it('bytes after the end', () => {
    expectRefusal(() => readModel(Buffer.concat([bytes, Buffer.of(0)])))
  })

  it.each<[string, number, number, string]>([
    ['another magic number', AT.magic, 1, 'MODEL_INVALID'],
    ['another version', AT.version, 11, 'MODEL_UNSUPPORTED'],
    ['word vectors', AT.kind, 2, 'MODEL_UNSUPPORTED'],
    ['an unknown kind', AT.kind, 9, 'MODEL_INVALID'],
    ['an unknown loss', AT.loss, 9, 'MODEL_INVALID'],
    ['a dimension of zero', AT.dim, 0, 'MODEL_INVALID'],
    ['a dimension too large', AT.dim, 2 ** 31 - 1, 'MODEL_INVALID'],
    ['a dimension that the matrix contradicts', AT.dim, 6, 'MODEL_INVALID'],
    ['a negative number of buckets', AT.buckets, -1, 'MODEL_INVALID'],
    ['more buckets than the file has room for', AT.buckets, 2 ** 31 - 1, 'MODEL_INVALID'],
    ['more entries than the file has room for', AT.size, 2 ** 31 - 1, 'MODEL_INVALID'],
    ['words and labels that do not add up', AT.words, 3, 'MODEL_INVALID'],
    ['no labels', AT.labels, 0, 'MODEL_INVALID'],
    ['a pruned dictionary', AT.pruned, 100, 'MODEL_INVALID'],
  ])('%s', (_, at, value, code) => {
    const changed = Buffer.from(bytes)
    changed.writeInt32LE(value, at)
    if (at === AT.pruned) changed.writeInt32LE(0, at + 4)
    expectRefusal(() => readModel(changed, 'changed.bin'), 'changed.bin', code)
  })

  it('an impossible size, before memory is allocated for it', () => {
    const changed = Buffer.from(bytes)
    changed.writeInt32LE(2 ** 31 - 1, AT.size)
    changed.writeInt32LE(2 ** 31 - 4, AT.words)
    changed.writeInt32LE(3, AT.labels)
    const before = process.memoryUsage().arrayBuffers
    expectRefusal(() => readModel(changed))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6)
  })

  it('random bytes, from memory or from a file', () => {
    const file = path.join(temporaryFolder(), 'foreign.bin')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (random, withHeader) => {
        const foreign = withHeader ? Buffer.concat([bytes.subarray(0, 64), random]) : random
        expectRefusal(() => readModel(foreign))
        writeFileSync(file, foreign)
        expectRefusal(() => readModel(file), file)
      }),
      { numRuns: 60 },
    )
  })

  it('random changes, or is read without crashing', () => {
    const places = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(places, (changes) => {
        const changed = Buffer.from(bytes)
        for (const [at, value] of changes) changed[at] = value
        try {
          predict(readModel(changed), lines[0]!, 3)
        } catch (error) {
          expect(error).toBeInstanceOf(FastTextError)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('a missing path', () => {
    const attempt = () => readModel('/nowhere/model.bin')
    expect(attempt).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE', file: '/nowhere/model.bin' }))
  })
})

function expectRefusal(attempt: () => unknown, file = 'the model', code = 'MODEL_INVALID'): void {
  expect(attempt).toThrow(FastTextError)
  expect(attempt).toThrow(expect.objectContaining({ code, file }))
}
