import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { jsonLines, type JsonPiece, type JsonPieces, jsonValues } from '../../../shared/row-file/json'
import { inPieces } from './pieces'

const all = async (parts: JsonPieces): Promise<JsonPiece[]> => {
  const read: JsonPiece[] = []
  for await (const pieces of parts) read.push(...pieces)
  return read
}
const values = (text: string, isArray = true, size = text.length) =>
  all(jsonValues(inPieces(text, size), isArray, 'f.json'))

describe('the values of a JSON array', () => {
  it('do not depend on how the text is split into chunks, and have the line where they begin', async () => {
    const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(objects, fc.constantFrom(0, 1), fc.integer({ min: 1, max: 9 }), async (given, indent, size) => {
        const text = JSON.stringify(given, null, indent)

        const read = await values(text, true, size)

        expect(read.map((piece) => JSON.parse(piece.text) as unknown)).toEqual(JSON.parse(text))
        for (const { line, text: value } of read) {
          const rest = text
            .split('\n')
            .slice(line - 1)
            .join('\n')
          expect(indent === 0 || rest.trimStart().startsWith(value)).toBe(true)
          expect(rest).toContain(value)
        }
      }),
    )
  })

  it.each([
    ["after the variable name of an archive's list", 'window.YTD.tweets.part0 = [ {"a":"]"} ]', ['{"a":"]"}']],
    ['with a trailing comma', '[{"a":1},]', ['{"a":1}']],
    ['without commas', '[{"a":1} {"a":2}]', ['{"a":1}', '{"a":2}']],
    ['of any type', '[1, "a,b" , null]', ['1', '"a,b"', 'null']],
    ['from an empty array', ' [ ] ', []],
  ])('are read %s', async (_, text, expected) => {
    expect((await values(text)).map((piece) => piece.text)).toEqual(expected)
  })

  it.each([
    ['inside a value', '[{"a":1},\n{"a":', 2, 'is cut off: the file ends inside it'],
    ['after a value', '[{"a":1},\n', 2, 'the file is cut off: its array has no end'],
  ])('are read from a file truncated %s, and the truncation is reported', async (_, text, line, problem) => {
    expect(await values(text)).toEqual([{ line: 1, text: '{"a":1}' }, expect.objectContaining({ line, problem })])
  })

  it('end with the array, and whatever follows is reported', async () => {
    expect(await values('[{"a":1}];\n')).toHaveLength(1)
    expect(await values('[{"a":1}]\n[{"a":2}]')).toEqual([
      { line: 1, text: '{"a":1}' },
      { line: 2, text: '[{"a":2}]', problem: 'follows the end of the array' },
    ])
  })

  it('end the reading when one is too long for a post, with the line', async () => {
    await expect(values(`[\n"${'x'.repeat(2 ** 24 + 1)}`, true, 2 ** 20)).rejects.toThrow(
      'f.json, line 2: a value has over',
    )
  })
})

it('reads consecutive objects that span several lines', async () => {
  const read = await values('{\n "a": {"b": 1}\n}\n{\n "a": 2\n}\nwhat\n', false)

  expect(read).toEqual([
    { line: 1, text: '{\n "a": {"b": 1}\n}' },
    { line: 4, text: '{\n "a": 2\n}' },
    { line: 7, text: 'what' },
  ])
})

it('splits JSON Lines at \\n only, however they are split into chunks', async () => {
  const text = '{"a":"x\u2028y"}\r\n\n  \n{"a":1}'
  for (const size of [1, 2, 100]) {
    const read = await all(jsonLines(inPieces(text, size)))

    expect(read.map(({ line, text: one }) => [line, one.trim()])).toEqual([
      [1, '{"a":"x\u2028y"}'],
      [4, '{"a":1}'],
    ])
  }
})
