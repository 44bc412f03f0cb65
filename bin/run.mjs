// Runs a TypeScript entry of this repository: `node bin/run.mjs local/start.ts --once`.
// The bundle is kept in .build/ and rebuilt only when one of its sources changed, so a second start loads no compiler.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const [entry] = process.argv.splice(2, 1)
if (!entry) {
  console.error('usage: node bin/run.mjs ENTRY.ts [arguments]')
  process.exit(2)
}

// The SDK's notice about Node 20 is for the developers, who pin its version, not for users.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

const outfile = path.join(root, '.build', entry.replace(/\.ts$/, '.cjs'))
if (!isFresh(outfile)) await bundle(path.join(root, entry), outfile)
process.argv[1] = outfile
createRequire(import.meta.url)(outfile)

function isFresh(bundled) {
  const list = `${bundled}.inputs.json`
  if (!existsSync(bundled) || !existsSync(list)) return false
  const built = statSync(bundled).mtimeMs
  return JSON.parse(readFileSync(list, 'utf8')).every((input) => {
    const source = path.join(root, input)
    return existsSync(source) && statSync(source).mtimeMs <= built
  })
}

async function bundle(source, target) {
  const { build } = await import('esbuild')
  mkdirSync(path.dirname(target), { recursive: true })
  // Renamed when it is complete: Ctrl-C, or another start at the same time, must not leave half a bundle.
  const made = `${target}.${process.pid}.new`
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile: made,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    loader: { '.wasm': 'binary' },
    sourcemap: 'inline',
    metafile: true,
    logLevel: 'warning',
  })
  writeFileSync(`${made}.json`, JSON.stringify([...Object.keys(metafile.inputs), 'package-lock.json']))
  // The list first: with an older bundle beside it, a source is newer than the bundle.
  renameSync(`${made}.json`, `${target}.inputs.json`)
  renameSync(made, target)
}
