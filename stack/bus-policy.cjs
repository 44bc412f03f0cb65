// Other accounts, named in bellwether.yml, may make rules of their own on our bus, and touch no others.

module.exports = async ({ resolveVariable }) => {
  const { deploy } = await resolveVariable('file(./stack/settings.cjs)')
  return { Resources: deploy.trustedAccounts.length > 0 ? { BusPolicy: policy(deploy.trustedAccounts) } : {} }
}

const policy = (accounts) => ({
  Type: 'AWS::Events::EventBusPolicy',
  Properties: {
    EventBusName: { Ref: 'Bus' },
    StatementId: 'subscribers',
    Statement: {
      Sid: 'subscribers',
      Effect: 'Allow',
      Principal: { AWS: accounts.map((account) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:iam::${account}:root` })) },
      Action: [
        'events:PutRule',
        'events:DeleteRule',
        'events:DescribeRule',
        'events:EnableRule',
        'events:DisableRule',
        'events:PutTargets',
        'events:RemoveTargets',
        'events:ListTargetsByRule',
        'events:TagResource',
        'events:UntagResource',
        'events:ListTagsForResource',
      ],
      Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/${Bus}/*' },
      // In two pieces, as the packager would take the policy's variable for one of its own.
      Condition: {
        StringEqualsIfExists: { 'events:creatorAccount': { 'Fn::Join': ['', ['$', '{aws:PrincipalAccount}']] } },
      },
    },
  },
})
