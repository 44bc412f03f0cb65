// For as long as services are being written: leaves out functions whose handler is not there yet.
const { existsSync } = require('node:fs')

module.exports = class Landed {
  constructor(serverless) {
    this.hooks = {
      initialize: () => {
        const { functions } = serverless.service
        for (const name of Object.keys(functions)) {
          if (existsSync(`${functions[name].handler.replace(/\.\w+$/, '')}.ts`)) continue
          console.error(`left out, no handler yet: ${name}`)
          delete functions[name]
        }
        if (!functions.desk) {
          for (const part of [serverless.service.resources].flat()) {
            delete part.extensions
            delete part.Outputs?.DeskUrl
          }
        }
      },
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const { Resources, Outputs } = serverless.service.provider.compiledCloudFormationTemplate
        for (const [id, { Type, Properties }] of Object.entries(Resources)) {
          if (Type === 'AWS::Scheduler::Schedule' && !(Properties.Target.Arn['Fn::GetAtt'][0] in Resources))
            delete Resources[id]
        }
        const missing = (value) =>
          value?.['Fn::GetAtt']?.[0]?.endsWith?.('LambdaFunction') && !(value['Fn::GetAtt'][0] in Resources)
        const prune = (value) => {
          if (Array.isArray(value)) {
            value.splice(0, value.length, ...value.filter((inner) => !missing(inner)))
          }
          if (value && typeof value === 'object') Object.values(value).forEach(prune)
        }
        prune(Resources)
        if (!Resources.HttpApi) delete Outputs.DeskUrl
      },
    }
  }
}
