// What `npm pack` runs: dist/ from src/, with everything it needs inside. With --clean it takes dist/ away, so that nothing in
// the repository finds it.
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const folder = path.dirname(fileURLToPath(import.meta.url))
const require = createRequire(import.meta.url)
const at = (name) => path.join(folder, name)
const packageFolder = (name, from = require) => path.dirname(from.resolve(`${name}/package.json`))

rmSync(at('dist'), { recursive: true, force: true })
if (process.argv.includes('--clean')) process.exit(0)

/** dynalite's inside is required by a name that is put together: esbuild follows such a name only where it is a path. */
const insideOfDynalite = {
  name: 'inside-of-dynalite',
  setup({ onLoad }) {
    onLoad({ filter: /src.dynamodb.engine\.ts$/ }, ({ path: file }) => {
      const there = path.relative(path.dirname(file), packageFolder('dynalite'))
      const contents = readFileSync(file, 'utf8').replace(/`dynalite\/([^`]*)`/g, `\`${there}/$1.js\``)
      return { contents, loader: 'ts' }
    })
  },
}
const common = {
  absWorkingDir: folder,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'error',
  metafile: true,
  plugins: [insideOfDynalite],
}
const { metafile } = await build({ ...common, entryPoints: ['src/index.ts'], outfile: 'dist/index.cjs' })
await build({
  ...common,
  entryPoints: ['src/cli.ts'],
  outfile: 'dist/cli.cjs',
  banner: { js: '#!/usr/bin/env node' },
})
chmodSync(at('dist/cli.cjs'), 0o755)
writeFileSync(at('dist/index.mjs'), "import cloud from './index.cjs'\nexport const { createCloud } = cloud\n")

// What is loaded by its path: the worker of functions, and LevelDB, which looks for its binaries beside the bundle.
cpSync(at('src/lambda/worker.cjs'), at('dist/worker.cjs'))
const level = createRequire(
  path.join(packageFolder('level', createRequire(path.join(packageFolder('dynalite'), '_'))), '_'),
)
cpSync(path.join(packageFolder('classic-level', level), 'prebuilds'), at('dist/prebuilds'), { recursive: true })
writeFileSync(at('dist/LICENSES.txt'), licences(Object.keys(metafile.inputs)))

const tsc = path.join(packageFolder('typescript'), 'bin/tsc')
execFileSync(process.execPath, [tsc, '-p', at('tsconfig.types.json')], { stdio: 'inherit' })

/** The licence of each package that a bundle has inside. */
function licences(inputs) {
  const packages = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []))
  return [...packages]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const place = path.resolve(folder, name)
      const file = existsSync(place) && readdirSync(place).find((entry) => /^licen[cs]e/i.test(entry))
      const about = JSON.parse(readFileSync(path.join(place, 'package.json'), 'utf8'))
      const text = file ? readFileSync(path.join(place, file), 'utf8').trim() : `Licence: ${about.license}`
      return `${about.name} ${about.version}\n\n${text}\n`
    })
    .join(`\n${'-'.repeat(80)}\n\n`)
}
