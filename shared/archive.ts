import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'

/** A `model.tar.gz` with these files, sorted by name. Deterministic: no time is in it. */
export async function packModel(files: ReadonlyMap<string, Uint8Array>): Promise<Buffer> {
  const archive = pack()
  for (const [name, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
    archive.entry({ name, mode: 0o644, mtime: new Date(0) }, Buffer.from(bytes))
  archive.finalize()
  return gzipSync(await buffer(archive))
}
