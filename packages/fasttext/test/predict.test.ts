import { writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from '@jest/globals'
import { evaluate, predict, predictAll, train } from '../src'
import { labelledLines, small, temporaryFolder } from './example'

const lines = labelledLines(200, 1)
const model = train(lines, small)
const withCharacters = train(lines, { ...small, minCharacters: 1, maxCharacters: 5, wordNgrams: 4 })

describe('predict', () => {
  it('returns the k most probable labels without prefix, with falling probabilities that sum to one', () => {
    const all = predict(model, 'kubernetes deploy api', 99)
    expect(all.map(({ label }) => label).sort()).toEqual(['marketing', 'other', 'technical'])
    expect(all[0]!.label).toBe('technical')
    expect(all.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5)
    expect(all.every(({ probability }, i) => i === 0 || probability <= all[i - 1]!.probability)).toBe(true)
    expect(predict(model, 'kubernetes deploy api', 2)).toEqual(all.slice(0, 2))
  })

  it('returns none below the threshold, or for a k of zero', () => {
    expect(predict(model, 'kubernetes deploy api', 3, 0.5)).toHaveLength(1)
    expect(predict(model, 'kubernetes deploy api', 3, 1.1)).toEqual([])
    expect(predict(model, 'kubernetes', 0)).toEqual([])
  })

  it('reads a newline in a line as a space, ignores labels, and stops at </s>', () => {
    const expected = predict(model, 'rain coffee', 3)
    expect(predict(model, 'rain\ncoffee', 3)).toEqual(expected)
    expect(predict(model, '__label__technical rain __label__unknown coffee', 3)).toEqual(expected)
    expect(predict(model, 'rain coffee </s> kubernetes', 3)).toEqual(expected)
  })

  it('predicts an empty line from the end-of-line token alone', () => {
    expect(predict(model, '', 3)).toHaveLength(3)
    expect(predict(model, '', 3)).toEqual(predict(model, ' \t', 3))
  })

  it.each([
    ['words', model],
    ['characters and longer n-grams', withCharacters],
  ])('accepts any bytes: one prediction per line, the same from a file and from memory (%s)', (_, used) => {
    const file = path.join(temporaryFolder(), 'any.txt')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const whole = Buffer.concat([bytes, Buffer.of(10)])
        const newlines = whole.filter((byte) => byte === 10).length
        const answers = [...predictAll(used, whole, 2)]
        expect(answers).toHaveLength(newlines)
        for (const answer of answers)
          for (const { probability } of answer) expect(Number.isFinite(probability)).toBe(true)
        writeFileSync(file, whole)
        expect([...predictAll(used, { file }, 2)]).toEqual(answers)
      }),
      { numRuns: 60 },
    )
  })

  it('predicts a line the same alone as in a file of many', () => {
    const file = path.join(temporaryFolder(), 'many.txt')
    const many = Array.from({ length: 3000 }, (_, i) => `${lines[i % lines.length]} ${'x'.repeat(i % 97)}`)
    writeFileSync(file, many.join('\n'))
    const answers = [...predictAll(withCharacters, { file })]
    expect(answers).toHaveLength(3000)
    for (const i of [0, 1, 777, 2999]) expect(answers[i]).toEqual(predict(withCharacters, many[i]!))
  })

  it('accepts a line of very many words, and a word of very many letters', () => {
    expect(predict(model, 'kubernetes '.repeat(2e5))[0]!.label).toBe('technical')
    expect(predict(withCharacters, 'é'.repeat(1e5))).toHaveLength(1)
    const long = [...lines, `__label__other ${'word '.repeat(1e5)}${'x'.repeat(2e5)}`]
    expect(evaluate(train(long, { ...small, epochs: 1 }), long).examples).toBe(201)
  })
})

describe('evaluate', () => {
  it('counts only lines with a label that the model knows', () => {
    expect(evaluate(model, ['__label__other rain', 'rain', '__label__unknown rain']).examples).toBe(1)
    expect(evaluate(model, []).accuracy).toBeNaN()
  })
})
