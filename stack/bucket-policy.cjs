// The one policy of the bucket: TLS only, and accounts named in bellwether.yml may fetch the models that events name.
// A bucket has one policy, so the next deploy removes statements that were added by hand.

module.exports = async ({ resolveVariable }) => {
  const { deploy } = await resolveVariable('file(./stack/settings.cjs)')
  return { Resources: { BucketPolicy: policy(deploy.trustedAccounts) } }
}

const policy = (accounts) => ({
  Type: 'AWS::S3::BucketPolicy',
  Properties: {
    Bucket: { Ref: 'Bucket' },
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'TlsOnly',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, { 'Fn::Sub': '${Bucket.Arn}/*' }],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        ...(accounts.length > 0 ? [subscribers(accounts)] : []),
      ],
    },
  },
})

const subscribers = (accounts) => ({
  Sid: 'Subscribers',
  Effect: 'Allow',
  Principal: { AWS: accounts.map((account) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:iam::${account}:root` })) },
  Action: ['s3:GetObject', 's3:GetObjectVersion'],
  Resource: { 'Fn::Sub': '${Bucket.Arn}/models/*/output/model.tar.gz' },
})
