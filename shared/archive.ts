import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'

/** `model.tar.gz` with this `model.bin` in it: the same bytes for the same model, since nothing of time is in it. */
export async function packModel(model: Uint8Array): Promise<Buffer> {
  const archive = pack()
  archive.entry({ name: 'model.bin', mode: 0o644, mtime: new Date(0) }, Buffer.from(model))
  archive.finalize()
  return gzipSync(await buffer(archive))
}
