/** The NVMe polynomial, bits reversed, in halves of 32 bits. */
const HIGH = 0x9a6c9329
const LOW = 0xac4bc9b5

const highTable = new Uint32Array(256)
const lowTable = new Uint32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let high = 0
  let low = byte
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1
    low = ((low >>> 1) | (high << 31)) ^ (odd ? LOW : 0)
    high = (high >>> 1) ^ (odd ? HIGH : 0)
  }
  highTable[byte] = high
  lowTable[byte] = low
}

/** CRC-64/NVME of the bytes, as eight bytes with the highest first. */
export function crc64nvme(bytes: Buffer): Buffer {
  let high = 0xffffffff
  let low = 0xffffffff
  for (const byte of bytes) {
    const index = (low ^ byte) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ (lowTable[index] ?? 0)
    high = (high >>> 8) ^ (highTable[index] ?? 0)
  }
  const sum = Buffer.alloc(8)
  sum.writeUInt32BE(~high >>> 0, 0)
  sum.writeUInt32BE(~low >>> 0, 4)
  return sum
}
