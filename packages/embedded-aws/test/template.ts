import path from 'node:path'

/** A function's source may call `sdk('@aws-sdk/client-s3')` as if it were bundled. */
const SDK = `const sdk = require('node:module').createRequire(${JSON.stringify(path.join(__dirname, '../package.json'))})\n`

/** An Allow statement. */
export const allow = (Action: string | string[], Resource: unknown = '*') => ({ Effect: 'Allow', Action, Resource })

export const arn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] })

export const role = (statements: object[] = [], service = 'lambda.amazonaws.com') => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    },
    Policies: [{ PolicyName: 'all', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
  },
})

/** A function with the role `Role`. */
export const fn = (source: string, more: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { ZipFile: SDK + source },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Role: arn('Role'),
    Timeout: 10,
    ...more,
  },
})

export const queue = (more: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties: more })

/** A permission to invoke a function. */
export const permission = (logicalId: string, principal: string, sourceArn?: unknown) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: arn(logicalId),
    Principal: principal,
    ...(sourceArn === undefined ? {} : { SourceArn: sourceArn }),
  },
})

/** Allows an AWS service to send to a queue. */
export const queuePolicy = (logicalId: string, service: string) => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [{ Ref: logicalId }],
    PolicyDocument: {
      Statement: [{ ...allow('sqs:SendMessage', arn(logicalId)), Principal: { Service: service } }],
    },
  },
})

/** The source of a function that appends its event to a file, and fails the first `failures` times. */
export const recording = (file: string, failures = 0) => `
  const fs = require('node:fs')
  exports.handler = async (event) => {
    fs.appendFileSync(${JSON.stringify(file)}, JSON.stringify(event) + '\\n')
    const calls = fs.readFileSync(${JSON.stringify(file)}, 'utf8').trim().split('\\n').length
    if (calls <= ${failures}) throw new RangeError('not yet')
  }`
