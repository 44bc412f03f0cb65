// What `npm pack` runs: dist/ from src/. With --clean it takes dist/ away, so that nothing in the repository finds it.
import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const folder = path.dirname(fileURLToPath(import.meta.url))
const at = (name) => path.join(folder, name)

rmSync(at('dist'), { recursive: true, force: true })
if (process.argv.includes('--clean')) process.exit(0)

const common = { absWorkingDir: folder, bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' }
await build({ ...common, entryPoints: ['src/index.ts'], format: 'cjs', outfile: 'dist/index.cjs' })
await build({ ...common, entryPoints: ['src/index.ts'], format: 'esm', outfile: 'dist/index.mjs' })
await build({
  ...common,
  entryPoints: ['src/cli.ts'],
  format: 'cjs',
  outfile: 'dist/cli.cjs',
  banner: { js: '#!/usr/bin/env node' },
})
chmodSync(at('dist/cli.cjs'), 0o755)

const typescript = path.dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
execFileSync(process.execPath, [path.join(typescript, 'bin/tsc'), '-p', at('tsconfig.types.json')], {
  stdio: 'inherit',
})
// A Buffer is a Uint8Array, which a project without @types/node knows, too.
for (const name of readdirSync(at('dist/types'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.d.ts'),
)) {
  const file = at(`dist/types/${name}`)
  writeFileSync(file, readFileSync(file, 'utf8').replace(/\bBuffer(<\w+>)?/g, 'Uint8Array'))
}
// The declarations are written as those of CommonJS; for `import` this file leads to them.
writeFileSync(at('dist/index.d.mts'), "export * from './types/index.js'\n")
