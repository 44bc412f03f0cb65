// Accounts named in bellwether.yml may create rules on the stack's bus, and change only their own.

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
      // In two pieces, because the packager would treat the policy's variable as its own.
      Condition: {
        StringEqualsIfExists: { 'events:creatorAccount': { 'Fn::Join': ['', ['$', '{aws:PrincipalAccount}']] } },
      },
    },
  },
})
