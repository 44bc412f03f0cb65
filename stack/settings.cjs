// bellwether.yml as the services read it: parsed by shared/settings.ts, so that packaging refuses a wrong field by name.
const path = require('node:path')
const bundle = require('./bundle.cjs')

let settings

module.exports = () => (settings ??= read())

async function read() {
  const { readSettings } = await bundle('shared/settings.ts')
  try {
    return readSettings(path.resolve(__dirname, '..'))
  } catch (error) {
    // The framework prints the stack; the message says all there is to say.
    error.stack = error.message
    throw error
  }
}
