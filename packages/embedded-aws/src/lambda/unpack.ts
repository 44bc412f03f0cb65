import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'

/** Unzip a function's package into `folder`; files in `overlay` replace packaged ones. */
export async function unpack(
  zip: string,
  folder: string,
  overlay: Record<string, string | Buffer> = {},
): Promise<void> {
  const file = await openPromise(zip, { lazyEntries: true })
  for await (const entry of file.eachEntry()) {
    const target = path.join(folder, entry.fileName)
    if (entry.fileName.endsWith('/')) continue
    mkdirSync(path.dirname(target), { recursive: true })
    await pipeline(await file.openReadStreamPromise(entry), createWriteStream(target))
  }
  for (const [name, content] of Object.entries(overlay)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
}
