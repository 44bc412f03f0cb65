// The parts of the stack that the doctor counts: names of functions, and alarms. serverless.yml is read unresolved,
// because the framework cannot resolve its functions from a variable of one of them.
const { readFileSync } = require('node:fs')
const path = require('node:path')
const { parse } = require('yaml')

let outline

module.exports = (framework) => (outline ??= read(framework))

/** Names and definitions of the functions that are deployed. */
module.exports.deployed = (settings) => {
  const { functions } = parse(readFileSync(path.resolve(__dirname, '../serverless.yml'), 'utf8'), { logLevel: 'error' })
  const subscriber = require('./subscriber.cjs').subscriber(settings)
  const predictor = require('./predictor.cjs').predictor(settings)
  const mail = require('./mail.cjs').mail(settings)
  return Object.entries({ ...functions, predictor, mail, subscriber }).filter(([, one]) => one)
}

async function read({ resolveVariable }) {
  const settings = await resolveVariable('file(./stack/settings.cjs)')
  const { Resources } = await resolveVariable('file(./stack/alarms.cjs)')
  const deployed = module.exports.deployed(settings)
  // Each function has an alarm on its errors, and one on its dead letters where events come to it: each-function.cjs.
  const perFunction = deployed.reduce((sum, [, { destinations }]) => sum + (destinations ? 2 : 1), 0)
  const others = Object.values(Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
  return JSON.stringify({ functions: deployed.map(([name]) => name), alarms: perFunction + others.length })
}
