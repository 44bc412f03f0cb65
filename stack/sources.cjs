// The secrets of the sources in bellwether.yml, as shared/sources declares them: created without a value, which an operator
// sets by hand (docs/first-deploy.md). CloudFormation generates the names, so that a removed stack never blocks its successor.
const bundle = require('./bundle.cjs')

let made

module.exports = (framework) => (made ??= make(framework))

async function make({ resolveVariable }) {
  const { sources } = await resolveVariable('file(./stack/settings.cjs)')
  const stage = await resolveVariable('sls:stage')
  const { sourceSecrets } = await bundle('shared/sources/index.ts')
  const secrets = sourceSecrets(sources)
  return {
    names: secrets.map(({ resource }) => resource),
    // Ids by type of source, as JSON: shared/config.ts.
    environment: {
      'Fn::Sub': JSON.stringify(Object.fromEntries(secrets.map(({ type, resource }) => [type, `\${${resource}}`]))),
    },
    template: {
      Resources: Object.fromEntries(
        secrets.map(({ resource, holds }) => [
          resource,
          {
            Type: 'AWS::SecretsManager::Secret',
            Properties: { Description: `Bellwether (${stage}): ${holds}` },
          },
        ]),
      ),
      Outputs: Object.fromEntries(secrets.map(({ resource }) => [`${resource}Secret`, { Value: { Ref: resource } }])),
    },
  }
}
