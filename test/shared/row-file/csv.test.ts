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

describe('a row', () => {
  it.each([
    [
      'with quotes, delimiters and line ends in cells',
      'a,"b, ""c""\nd"\r\ne,f',
      [
        ['a', 'b, "c"\nd'],
        ['e', 'f'],
      ],
    ],
    ['with a quote inside a cell', 'a "b" c,d\n', [['a "b" c', 'd']]],
    ['that begins with a quote and goes on behind the second', '"a" b,c\n', [['"a" b', 'c']]],
    [
      'with spaces around quotes',
      'a, "b, c" ,d\ne, "f" g,h\n',
      [
        ['a', 'b, c', 'd'],
        ['e', ' "f" g', 'h'],
      ],
    ],
    ['with a closed quote and a line end of another kind', '"a"\rb\nc', [['a'], ['b'], ['c']]],
    [
      'with empty cells',
      ',\n"",\n',
      [
        ['', ''],
        ['', ''],
      ],
    ],
    ['that is empty is left out', 'a\n\n \r\nb\n', [['a'], ['b']]],
    ['with a quote that is never closed costs itself alone', '"a,b\nc,d\n', [UNCLOSED, ['c', 'd']]],
    [
      'with a stray quote costs itself, though a later row has quotes',
      'x,"a\ny,"b"\nz,c\n',
      [UNCLOSED, ['y', 'b'], ['z', 'c']],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await cells(text)).toEqual(expected)
  })

  it('is the same however the text comes in pieces', async () => {
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

  it('does not hold a file whose quote is never closed', async () => {
    const rows = await read(`"${'x,y\n'.repeat(600_000)}`, ',', 65_536)

    expect(rows).toHaveLength(600_000)
    expect(rows[0]).toMatchObject({ line: 1, problem: UNCLOSED })
  })
})

it('counts lines as an editor does, over cells of several lines', async () => {
  const rows = await read('h\r\n"a\r\nb\r\nc"\r\n\r\nd\r\n"e\nf\rg"\r\nh')

  expect(rows.map(({ line, cells: [first] }) => [line, first])).toEqual([
    [1, 'h'],
    [2, 'a\r\nb\r\nc'],
    [6, 'd'],
    [7, 'e\nf\rg'],
    [10, 'h'],
  ])
})
