// bellwether.yml as the services read it: parsed by shared/settings.ts, so that packaging refuses a wrong field by name.
const { readFileSync } = require('node:fs')
const path = require('node:path')
const bundle = require('./bundle.cjs')

let settings

module.exports = () => (settings ??= read())

async function read() {
  const { parseSettings, readSettings } = await bundle('shared/settings.ts')
  const root = path.resolve(__dirname, '..')
  // bin/package.mjs --with FILE
  const added = process.env.BELLWETHER_WITH
  try {
    if (!added) return readSettings(root)
    const texts = [path.join(root, 'bellwether.yml'), added].map((file) => readFileSync(file, 'utf8'))
    return parseSettings(texts.join('\n'), `bellwether.yml with ${path.basename(added)}`)
  } catch (error) {
    // The framework prints the stack trace; the message alone suffices.
    error.stack = error.message
    throw error
  }
}
