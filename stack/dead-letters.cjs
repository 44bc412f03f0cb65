// The URL of each dead-letter queue by the function it belongs to, for the doctor: each-function.cjs makes the queues.
const { deployed } = require('./outline.cjs')

const idOf = (name) => name.replaceAll(/(?:^|-)([a-z])/g, (_, letter) => letter.toUpperCase())

module.exports = async ({ resolveVariable }) => {
  const settings = await resolveVariable('file(./stack/settings.cjs)')
  const urls = deployed(settings)
    .filter(([, { destinations }]) => destinations)
    .map(([name]) => [name, `\${${idOf(name)}DeadLetters}`])
  return { 'Fn::Sub': JSON.stringify(Object.fromEntries(urls)) }
}
