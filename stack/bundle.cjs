// A module of ours as the framework can load it: bundled, with packages left outside.
const path = require('node:path')
const { build } = require('esbuild')

const root = path.resolve(__dirname, '..')

module.exports = async (entry) => {
  const outfile = path.join(root, '.build/stack', entry.replaceAll('/', '-').replace(/\.ts$/, '.cjs'))
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
  })
  return require(outfile)
}
