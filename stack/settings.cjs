// bellwether.yml as the services read it: parsed by shared/settings.ts, so that packaging refuses a wrong field by name.
const path = require('node:path')
const { build } = require('esbuild')

const root = path.resolve(__dirname, '..')

let settings

module.exports = () => (settings ??= read())

async function read() {
  const outfile = path.join(root, '.build/stack/settings.cjs')
  await build({
    absWorkingDir: root,
    entryPoints: ['shared/settings.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
  })
  try {
    return require(outfile).readSettings(root)
  } catch (error) {
    // The framework prints the stack; the message says all there is to say.
    error.stack = error.message
    throw error
  }
}
