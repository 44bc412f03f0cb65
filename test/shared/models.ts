import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { train, writeModel } from '../../packages/fasttext/src'
import { labelOfLine } from '../../shared/engines/training-lines'

/** A fastText model, trained in milliseconds on labelled texts, as model.bin. */
export function tinyModel(examples: readonly { label: string; text: string }[]): Buffer {
  const lines = examples.map(({ label, text }) => `${labelOfLine(label)} ${text}`)
  return writeModel(
    train(lines, { epochs: 20, learningRate: 0.5, vectorDim: 4, minCount: 1, buckets: 100, wordNgrams: 1 }),
  )
}

/** A model.tar.gz with these files. */
export async function archiveOf(files: Record<string, Buffer | string>): Promise<Buffer> {
  const packed = pack()
  for (const [name, body] of Object.entries(files)) packed.entry({ name, mtime: new Date(0) }, Buffer.from(body))
  packed.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of packed) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  return gzipSync(Buffer.concat(chunks))
}
