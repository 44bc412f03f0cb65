// Loads a TypeScript module of this repository into the framework: bundled, without packages.
const { renameSync } = require('node:fs')
const path = require('node:path')
const { build } = require('esbuild')

const root = path.resolve(__dirname, '..')
const bundles = new Map()

// The framework resolves variables concurrently, and two may need the same module: it is bundled once. Another process may
// package at the same time: the file is renamed into place, so that no process loads an incomplete one.
module.exports = (entry) => {
  const known = bundles.get(entry)
  if (known) return known
  const made = bundled(entry)
  bundles.set(entry, made)
  return made
}

async function bundled(entry) {
  const outfile = path.join(root, '.build/stack', entry.replaceAll('/', '-').replace(/\.ts$/, '.cjs'))
  const written = `${outfile}.${process.pid}`
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: written,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
  })
  renameSync(written, outfile)
  return require(outfile)
}
