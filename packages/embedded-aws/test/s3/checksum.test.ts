import { expect, it } from '@jest/globals'
import { compositeChecksum, computeChecksum } from '../../src/s3/checksum'

// The check values of the CRC catalogue, and the digests of "123456789" by openssl.
it.each([
  ['crc32', 'cbf43926'],
  ['crc32c', 'e3069283'],
  ['crc64nvme', 'ae8b14860a799888'],
  ['sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
])('computes %s', (algorithm, hex) => {
  expect(computeChecksum(Buffer.from('123456789'), algorithm)).toBe(Buffer.from(hex, 'hex').toString('base64'))
})

it('refuses an unknown algorithm by name', () => {
  expect(() => computeChecksum(Buffer.alloc(0), 'md7')).toThrow('MD7')
})

it('combines the checksums of parts', () => {
  const parts = ['one', 'two'].map((part) => computeChecksum(Buffer.from(part), 'crc32'))
  const raw = Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')))
  expect(compositeChecksum('crc32', parts)).toEqual({
    algorithm: 'crc32',
    value: `${computeChecksum(raw, 'crc32')}-2`,
    type: 'COMPOSITE',
  })
})
