import type { Cursor } from './cursor'
import type { Matrix } from './matrix'
import { checkShape, type Refuse, type Shape } from './matrix-file'

/** Centroids per part: a code is one byte. */
const CENTROIDS = 256
const MOST_FLOATS = 2 ** 29

type Quantiser = { parts: number; width: number; lastWidth: number; centroids: Float32Array }

/**
 * Reads a product-quantised matrix (QuantMatrix::load) and unpacks it to plain rows. Throws MODEL_INVALID on sizes that
 * contradict each other, MODEL_UNSUPPORTED when the plain rows would take over 2 GB.
 */
export function readQuantised(cursor: Cursor, field: string, shape: Shape, refuse: Refuse): Matrix {
  const hasNorms = cursor.take(1, `the norm flag of ${field}`)[0] === 1
  checkShape(cursor, field, shape, refuse)
  const { rows, columns } = shape
  const codeBytes = cursor.take(4, `the code size of ${field}`).readInt32LE(0)
  if (codeBytes < 0 || codeBytes > cursor.left())
    refuse(`${codeBytes} bytes of codes for ${field}`, `0 to ${cursor.left()}`)
  if (rows * columns > MOST_FLOATS)
    refuse(`${rows} x ${columns} for ${field}`, `${MOST_FLOATS} numbers`, 'MODEL_UNSUPPORTED')
  const codes = new Uint8Array(codeBytes)
  cursor.fill(codes, field)
  const quantiser = readQuantiser(cursor, field, columns, refuse)
  if (codeBytes !== rows * quantiser.parts)
    refuse(`${codeBytes} bytes of codes for ${field}`, `${rows * quantiser.parts}`)
  const norms = hasNorms ? readNorms(cursor, field, rows, refuse) : undefined

  const data = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) unpack(quantiser, codes, row, norms ? norms[row]! : 1, data, row * columns)
  return { data, rows, columns, stride: columns }
}

function readQuantiser(cursor: Cursor, field: string, columns: number, refuse: Refuse): Quantiser {
  const sizes = cursor.take(16, `the quantiser of ${field}`)
  const [dim, parts, width, lastWidth] = [0, 4, 8, 12].map((at) => sizes.readInt32LE(at)) as [
    number,
    number,
    number,
    number,
  ]
  if (
    dim !== columns ||
    parts < 1 ||
    width < 1 ||
    lastWidth < 1 ||
    lastWidth > width ||
    (parts - 1) * width + lastWidth !== dim
  )
    refuse(`${parts} parts of ${width} and ${lastWidth} at the end for ${field}`, `parts that make ${columns}`)
  const bytes = dim * CENTROIDS * 4
  if (bytes > cursor.left()) refuse(`${cursor.left()} bytes for the centroids of ${field}`, `${bytes} bytes`)
  const centroids = new Float32Array(dim * CENTROIDS)
  cursor.fill(new Uint8Array(centroids.buffer), field)
  return { parts, width, lastWidth, centroids }
}

function readNorms(cursor: Cursor, field: string, rows: number, refuse: Refuse): Float32Array {
  const codes = new Uint8Array(cursor.take(rows, `the norms of ${field}`))
  const { centroids } = readQuantiser(cursor, `the norms of ${field}`, 1, refuse)
  return Float32Array.from(codes, (code) => centroids[code]!)
}

function unpack(
  { parts, width, lastWidth, centroids }: Quantiser,
  codes: Uint8Array,
  row: number,
  norm: number,
  data: Float32Array,
  to: number,
): void {
  for (let part = 0; part < parts; part++) {
    const length = part === parts - 1 ? lastWidth : width
    const from = part * CENTROIDS * width + codes[row * parts + part]! * length
    for (let j = 0; j < length; j++) data[to + part * width + j] = norm * centroids[from + j]!
  }
}
