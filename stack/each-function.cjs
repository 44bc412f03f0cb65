// The resources of every function: a role from stack/permissions.yml, an alarm on its errors and,
// if it receives events, a dead-letter queue with an alarm.
const alarm = require('./alarm.cjs')

module.exports = async ({ resolveVariable }) => {
  const permissions = await resolveVariable('file(./stack/permissions.yml)')
  const functions = await resolveVariable('self:functions')
  const settings = await resolveVariable('file(./stack/settings.cjs)')
  const { names: sourceSecrets } = await resolveVariable('file(./stack/sources.cjs)')
  const { secretNames: predictorSecrets, statements } = await resolveVariable('file(./stack/predictor.cjs)')
  const { statements: ofMail } = await resolveVariable('file(./stack/mail.cjs)')
  const stage = await resolveVariable('sls:stage')
  if (!/^[a-z](-?[a-z0-9]){0,15}$/.test(stage)) {
    // The framework prints the stack trace; the message alone suffices.
    throw Object.assign(new Error(), {
      stack: `--stage ${stage}: a stage is at most 16 letters in lower case, digits and single hyphens`,
    })
  }

  // A function that an option leaves out is null.
  const deployed = Object.entries(functions).filter(([, one]) => one)
  const resources = deployed.map(([name, { destinations }]) => {
    const one = {
      name,
      stage,
      id: logicalId(name),
      fullName: `bellwether-${stage}-${name}`,
      settings,
      sourceSecrets,
      predictorSecrets,
    }
    return {
      [`${one.id}Role`]: role(
        one,
        withStatements(permissions[name], [...(statements[name] ?? []), ...(ofMail[name] ?? [])]),
        destinations,
      ),
      [`${one.id}ErrorsAlarm`]: errorsAlarm(one),
      ...(destinations && deadLetters(one)),
    }
  })
  const extensions = deployed.map(([name]) => [lambdaId(name), extended(permissions[name])])
  return {
    Resources: Object.assign({}, ...resources),
    extensions: Object.fromEntries(extensions.filter(([, { Properties }]) => Object.keys(Properties).length > 0)),
  }
}

/**
 * Functions that send to their own queue to postpone work. Lambda stops such a chain at about the 16th
 * invocation unless the function allows it; each of these chains ends by itself.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
const selfFeeding = ({ queue }) => queue && { RecursiveLoop: 'Allow' }

const traced = ({ trace }) => trace && { TracingConfig: { Mode: 'Active' } }

/** Properties that the framework does not support, or would set on every function. */
const extended = (permission) => ({ Properties: { ...selfFeeding(permission), ...traced(permission) } })

const withStatements = (permission, more = []) => ({ ...permission, allow: [...(permission.allow ?? []), ...more] })

/** The framework's own logical id of a function. */
const lambdaId = (name) => `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('-', 'Dash')}LambdaFunction`
const logicalId = (name) => name.replaceAll(/(?:^|-)([a-z])/g, (_, letter) => letter.toUpperCase())

const role = ({ name, id, fullName, sourceSecrets, predictorSecrets }, permission, destinations) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    Policies: [
      {
        PolicyName: name,
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            allow(['logs:CreateLogStream', 'logs:PutLogEvents'], here(`logs`, `log-group:/aws/lambda/${fullName}:*`)),
            ...(destinations ? [allow('sqs:SendMessage', arnOf(`${id}DeadLetters`))] : []),
            // X-Ray's actions have no resources.
            ...(permission.trace ? [allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*')] : []),
            ...statementsOf(name, permission, { SourceSecrets: sourceSecrets, PredictorSecrets: predictorSecrets }),
          ],
        },
      },
    ],
  },
})

function statementsOf(name, permission, groups) {
  const { read = [], list = [], write = [], upload = [], table, rows, queue, publish, allow: more = [] } = permission
  const secretsOf = (named = []) => named.flatMap((name) => groups[name] ?? [name]).map((name) => ({ Ref: name }))
  const secrets = secretsOf(permission.secrets)
  const described = secretsOf(permission.describe)
  const listed = [...read, ...list]
  const written = [...write, ...upload]
  return [
    read.length > 0 && allow('s3:GetObject', read.map(objectArn)),
    listed.length > 0 && {
      ...allow('s3:ListBucket', arnOf('Bucket')),
      Condition: { StringLike: { 's3:prefix': listed } },
    },
    written.length > 0 && allow('s3:PutObject', written.map(objectArn)),
    upload.length > 0 && allow('s3:AbortMultipartUpload', upload.map(objectArn)),
    table &&
      allow(
        table.map((operation) => `dynamodb:${operation}`),
        arnOf('Table'),
      ),
    ...Object.entries(rows ?? {}).map(([partition, operations]) => rowsOf(partition, operations)),
    queue &&
      allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:SendMessage'], arnOf(queue)),
    secrets.length > 0 && allow('secretsmanager:GetSecretValue', secrets),
    described.length > 0 && allow('secretsmanager:DescribeSecret', described),
    publish && published(name, publish),
    ...more,
  ].filter(Boolean)
}

/**
 * Operations on the rows of a partition key, which may end with a wildcard. `ForAllValues` alone would let a request pass
 * that names no key.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
const rowsOf = (partition, operations) => ({
  ...allow(
    operations.map((operation) => `dynamodb:${operation}`),
    arnOf('Table'),
  ),
  Condition: {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [partition] },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  },
})

/** A function may publish only with its own source, so one that is taken over cannot impersonate another. */
const published = (name, events) => ({
  ...allow('events:PutEvents', arnOf('Bus')),
  Condition: {
    StringEquals: {
      'events:source': `bellwether.${name}`,
      ...(Array.isArray(events) && { 'events:detail-type': events }),
    },
  },
})

/** One queue for all events that could not be delivered or failed: of rules, schedules, invocations, its own queue. */
const deadLetters = ({ name, id, fullName, settings }) => ({
  [`${id}DeadLetters`]: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: `${fullName}-dead-letters`,
      MessageRetentionPeriod: 14 * 86_400,
      SqsManagedSseEnabled: true,
    },
  },
  [`${id}DeadLettersPolicy`]: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: `${id}DeadLetters` }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            ...allow('sqs:SendMessage', arnOf(`${id}DeadLetters`)),
            Principal: { Service: 'events.amazonaws.com' },
            Condition: { ArnLike: { 'aws:SourceArn': here('events', `rule/*${fullName}-rule-*`) } },
          },
        ],
      },
    },
  },
  [`${id}DeadLettersAlarm`]: alarm(
    { what: `${name} has dead letters: work that failed or did not reach it.`, runbook: 'dead-letters' },
    settings,
    {
      AlarmName: `${fullName}-dead-letters`,
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [`${id}DeadLetters`, 'QueueName'] } }],
      Statistic: 'Maximum',
    },
  ),
})

const errorsAlarm = ({ name, stage, fullName, settings }) =>
  alarm(
    { what: `${name} failed.`, look: `npx sls logs -f ${name} --stage ${stage}`, runbook: 'a-function-fails' },
    settings,
    {
      AlarmName: `${fullName}-errors`,
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: fullName }],
      Statistic: 'Sum',
    },
  )

const allow = (Action, Resource) => ({ Effect: 'Allow', Action, Resource })
const arnOf = (resource) => ({ 'Fn::GetAtt': [resource, 'Arn'] })
const objectArn = (key) => ({ 'Fn::Sub': `\${Bucket.Arn}/${key}` })
const here = (service, resource) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
})
