// A cloud from the tarball alone: a bucket and a table of a template, a stored object, and the state after a restart.
const assert = require('node:assert')
const { mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { createCloud } = require('@bellwether/embedded-aws')

const template = {
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'things' } },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'rows',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
      },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
      },
    },
    Hello: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'hello',
        Code: { ZipFile: 'exports.handler = async ({ name }) => `hello ${name}`' },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      },
    },
  },
}
const dataDir = mkdtempSync(path.join(tmpdir(), 'cloud-'))
const headers = (service, target) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=owner/20261128/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  ...(target && { 'x-amz-target': `DynamoDB_20120810.${target}` }),
})

void main().finally(() => rmSync(dataDir, { recursive: true }))

async function main() {
  const first = await createCloud({ dataDir, template })
  await fetch(`${first.endpoint}/things/a.txt`, { method: 'PUT', headers: headers('s3'), body: 'kept' })
  const item = JSON.stringify({ TableName: 'rows', Item: { key: { S: 'a' } } })
  const put = await fetch(first.endpoint, { method: 'POST', headers: headers('dynamodb', 'PutItem'), body: item })
  assert.equal(put.status, 200, await put.text())
  assert.equal((await first.invoke('hello', { name: 'you' })).payload, '"hello you"')
  await first.close()

  const second = await createCloud({ dataDir, template })
  const got = await fetch(`${second.endpoint}/things/a.txt`, { headers: headers('s3') })
  assert.equal(await got.text(), 'kept')
  await second.close()
  console.log('require: a cloud that keeps what it is given and runs a function')
}
