import { describe, expect, it } from '@jest/globals'
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { type CsvRow, csvRows } from '../../../shared/row-file/csv'
import { lineEndsIn } from '../../../shared/row-file/decode'
import { inPieces } from './pieces'

async function read(text: string, delimiter = ',', size = text.length): Promise<CsvRow[]> {
  const rows: CsvRow[] = []
  for await (const row of csvRows(inPieces(text, size), delimiter)) rows.push(row)
  return rows
}

const cells = async (text: string, delimiter?: string) =>
  (await read(text, delimiter)).map((row) => ('problem' in row ? row.problem : row.cells))

const UNCLOSED = 'a quote opens a cell and is never closed'

describe('a CSV row', () => {
  it.each([
    [
      'may have quotes, delimiters and line breaks in cells',
      'a,"b, ""c""\nd"\r\ne,f',
      [
        ['a', 'b, "c"\nd'],
        ['e', 'f'],
      ],
    ],
    ['may have a quote inside a cell', 'a "b" c,d\n', [['a "b" c', 'd']]],
    ['may start with a quote and continue after the closing one', '"a" b,c\n', [['"a" b', 'c']]],
    [
      'may have spaces around quotes',
      'a, "b, c" ,d\ne, "f" g,h\n',
      [
        ['a', 'b, c', 'd'],
        ['e', ' "f" g', 'h'],
      ],
    ],
    ['may have a closed quote before another kind of line break', '"a"\rb\nc', [['a'], ['b'], ['c']]],
    [
      'may have empty cells',
      ',\n"",\n',
      [
        ['', ''],
        ['', ''],
      ],
    ],
    ['is skipped when it is empty', 'a\n\n \r\nb\n', [['a'], ['b']]],
    ['with an unclosed quote is refused alone', '"a,b\nc,d\n', [UNCLOSED, ['c', 'd']]],
    [
      'with a stray quote is refused alone, though a later row has quotes',
      'x,"a\ny,"b"\nz,c\n',
      [UNCLOSED, ['y', 'b'], ['z', 'c']],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await cells(text)).toEqual(expected)
  })

  it('does not depend on how the text is split into chunks', async () => {
    const table = fc.array(
      fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'é', ' ', '😀') }), {
        minLength: 2,
        maxLength: 2,
      }),
      { minLength: 1, maxLength: 5 },
    )
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 7 }),
        async (rows, end, size) => {
          const text = stringify(rows, { record_delimiter: end, quoted: true })

          const read: CsvRow[] = []
          for await (const row of csvRows(inPieces(text, size), ',')) read.push(row)

          expect(read.map((row) => row.cells)).toEqual(rows)
          expect(read.map(({ line }) => line)).toEqual(
            read.map(
              (_, i) =>
                1 +
                lineEndsIn(
                  read
                    .slice(0, i)
                    .map(({ raw }) => raw)
                    .join(''),
                ),
            ),
          )
          expect(read.map(({ raw }) => raw).join('')).toBe(text)
        },
      ),
    )
  })

  it('does not make the reader buffer the rest of the file when its quote is unclosed', async () => {
    const rows = await read(`"${'x,y\n'.repeat(600_000)}`, ',', 65_536)

    expect(rows).toHaveLength(600_000)
    expect(rows[0]).toMatchObject({ line: 1, problem: UNCLOSED })
  })
})

it('counts lines as an editor does, across cells with line breaks', async () => {
  const rows = await read('h\r\n"a\r\nb\r\nc"\r\n\r\nd\r\n"e\nf\rg"\r\nh')

  expect(rows.map(({ line, cells: [first] }) => [line, first])).toEqual([
    [1, 'h'],
    [2, 'a\r\nb\r\nc'],
    [6, 'd'],
    [7, 'e\nf\rg'],
    [10, 'h'],
  ])
})
