import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { decodeChunks } from '../../src/s3/chunked-body'

const frame = (chunks: readonly string[], trailer = '', extension = '') =>
  Buffer.from(
    `${chunks.map((chunk) => `${Buffer.byteLength(chunk).toString(16)}${extension}\r\n${chunk}\r\n`).join('')}0${extension}\r\n${trailer}\r\n`,
  )

describe('decodeChunks', () => {
  it.each([
    ['one chunk', frame(['hello']), 'hello', {}],
    ['several chunks', frame(['a', 'bc\r\nd', 'ü']), 'abc\r\ndü', {}],
    ['no bytes', frame([]), '', {}],
    ['a trailer', frame(['x'], 'x-amz-checksum-crc32:AAAAAA==\r\n'), 'x', { 'x-amz-checksum-crc32': 'AAAAAA==' }],
    ['signed chunks', frame(['hello'], '', ';chunk-signature=0123'), 'hello', {}],
  ])('reads %s', (_, raw, body, trailers) => {
    const decoded = decodeChunks(raw, Buffer.byteLength(body))
    expect(decoded.body.toString()).toBe(body)
    expect(decoded.trailers).toEqual(trailers)
  })

  it.each([
    ['a chunk without a size', Buffer.from('hello\r\n')],
    ['a truncated chunk', Buffer.from('ff\r\nhello\r\n0\r\n\r\n')],
    ['a missing last chunk', Buffer.from('5\r\nhello\r\n')],
    ['another length than declared', frame(['hell'])],
  ])('refuses %s', (_, raw) => {
    expect(() => decodeChunks(raw, 5)).toThrow(expect.objectContaining({ code: 'IncompleteBody' }))
  })

  it('round-trips any bytes however they are split, and never hangs on random input', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 })), (chunks) => {
        expect(decodeChunks(frame(chunks), undefined).body.toString()).toBe(chunks.join(''))
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array(), (noise) => {
        try {
          decodeChunks(Buffer.from(noise), undefined)
        } catch (error) {
          expect(error).toMatchObject({ code: 'IncompleteBody' })
        }
      }),
    )
  })
})
