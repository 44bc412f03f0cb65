import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { decoded } from '../../../shared/row-file/decode'

async function* chunks(bytes: Buffer, size: number): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
async function read(bytes: Buffer, size = 5): Promise<string> {
  let whole = ''
  for await (const piece of (await decoded(chunks(bytes, size), 'f.csv')).text) whole += piece
  return whole
}
const bytesOf = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding)

it('decodes UTF-8 however its characters are split into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 6 }), async (text, size) => {
      const clean = text.replaceAll('\0', '').replace(/^\uFEFF/, '')

      expect(await read(bytesOf(clean), size)).toBe(clean)
      expect(await read(bytesOf(`\uFEFF${clean}`), size)).toBe(clean)
    }),
  )
})

it.each(['utf16le', 'utf16be'])('decodes %s by its byte order mark', async (name) => {
  const bytes = bytesOf('\uFEFFtext\tcafé 😀\r\n', 'utf16le')

  expect(await read(name === 'utf16be' ? bytes.swap16() : bytes, 3)).toBe('text\tcafé 😀\r\n')
})

describe('bytes that are not UTF-8', () => {
  it.each([
    ['Windows-1252', 'a\r\nb\r\ncaf\xe9 x\n', 'line 3, byte 0xE9'],
    ['a lone continuation byte', 'a\n\x80', 'line 2, byte 0x80'],
    ['an overlong form', '\xc0\xafabc', 'line 1, byte 0xC0'],
    ['half a character at the end', 'abc\r\r\xe2\x82', 'line 3, byte 0xE2'],
    ['half of a surrogate pair', 'a\xed\xa0\x80', 'line 1, byte 0xED'],
  ])('are reported with line and byte: %s', async (_, latin1, where) => {
    for (const size of [1, 2, 3, 100]) {
      await expect(read(bytesOf(latin1, 'latin1'), size)).rejects.toThrow(
        `f.csv is not UTF-8: ${where}; save it as UTF-8`,
      )
    }
  })

  it.each([
    ['a spreadsheet', 'PK\x03\x04rest', /is not text but a spreadsheet or a ZIP archive: save/],
    ['a compressed file', '\x1f\x8b\x08', /is not text but compressed with gzip/],
    ['a file with zero bytes', 'ab\0cd', /is not text: it holds a zero byte/],
  ])('are recognised when the file is %s', async (_, latin1, message) => {
    await expect(read(bytesOf(latin1, 'latin1'), 2)).rejects.toThrow(message)
  })
})
