// Runs a TypeScript entry of this repository: `node bin/run.mjs local/start.ts --once`.
// The bundle is kept in .build/ and rebuilt only when one of its sources changed, so a second start loads no compiler.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
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
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile: target,
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
  writeFileSync(`${target}.inputs.json`, JSON.stringify([...Object.keys(metafile.inputs), 'package-lock.json']))
}
