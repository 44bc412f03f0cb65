// The bucket's CORS rule, if the configured labeller shows objects in its own pages. Otherwise no page of another
// origin may read from the bucket.
const bundle = require('./bundle.cjs')

module.exports = async ({ resolveVariable }) => {
  const { labelling } = await resolveVariable('file(./stack/settings.cjs)')
  const { termsOf } = await bundle('shared/labellers/index.ts')
  if (!termsOf(labelling.labeller).readsBucketInPages) return { Ref: 'AWS::NoValue' }
  return {
    CorsRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'], ExposedHeaders: ['Access-Control-Allow-Origin'] }],
  }
}
