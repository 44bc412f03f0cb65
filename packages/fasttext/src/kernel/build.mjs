// Compiles the kernel: `node packages/fasttext/src/kernel/build.mjs`. With --check it writes nothing and fails if the compiled
// kernel in the tree is not what its source gives.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const folder = path.dirname(fileURLToPath(import.meta.url))
const target = path.join(folder, 'descend.wasm.ts')

let built = new Uint8Array(0)
const { error, stderr } = await asc.main(
  [
    'descend.ts',
    ...['--outFile', 'descend.wasm'],
    ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd,threads'],
    // The problem lies in a memory we give it, which worker threads can share.
    ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
  ],
  {
    readFile: (name) => {
      try {
        return readFileSync(path.join(folder, name), 'utf8')
      } catch {
        return null
      }
    },
    writeFile: (_name, contents) => {
      built = contents
    },
    listFiles: () => [],
  },
)
if (error) {
  console.error(stderr.toString() || error)
  process.exit(1)
}

const base64 = Buffer.from(built).toString('base64')
const lines = base64.match(/.{1,110}/g).map((line) => `  '${line}',`)
const source = `// Made by kernel/build.mjs from kernel/descend.ts: do not edit.

/** The compiled kernel, as base64: a bundle of any kind can carry a string. */
export const KERNEL = [
${lines.join('\n')}
].join('')
`

if (!process.argv.includes('--check')) {
  writeFileSync(target, source)
  console.log(`${path.relative(process.cwd(), target)}: ${built.length} bytes of WebAssembly`)
} else if (readFileSync(target, 'utf8') !== source) {
  console.error('descend.wasm.ts is stale: run node packages/fasttext/src/kernel/build.mjs')
  process.exit(1)
}
