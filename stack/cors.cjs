// The bucket's CORS rule, where the labeller of bellwether.yml shows objects in its own pages: otherwise no page of another
// origin has anything to read here.
const bundle = require('./bundle.cjs')

module.exports = async ({ resolveVariable }) => {
  const { labelling } = await resolveVariable('file(./stack/settings.cjs)')
  const { termsOf } = await bundle('shared/labellers/index.ts')
  if (!termsOf(labelling.labeller).readsBucketInPages) return { Ref: 'AWS::NoValue' }
  return {
    CorsRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'], ExposedHeaders: ['Access-Control-Allow-Origin'] }],
  }
}
