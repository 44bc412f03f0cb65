// Calls AWS without the SDK, so that the zip has nothing to bundle: the embedded cloud reads the signer but checks no signature.
const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_REGION, AWS_SESSION_TOKEN } = process.env

async function ask(service, target, path, body) {
  const scope = `${AWS_ACCESS_KEY_ID}/20261128/${AWS_REGION}/${service}/aws4_request`
  const response = await fetch(AWS_ENDPOINT_URL + path, {
    method: target ? 'POST' : 'GET',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
      'x-amz-security-token': AWS_SESSION_TOKEN,
      ...(target && { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' }),
    },
    body: target && JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${service} answered ${response.status}: ${text}`)
  return text
}

exports.announce = ({ Records: [{ s3 }] }) =>
  ask('sqs', 'AmazonSQS.SendMessage', '/', {
    QueueUrl: process.env.QUEUE_URL,
    MessageBody: JSON.stringify({
      bucket: s3.bucket.name,
      // S3 encodes keys in its notifications as a form encodes its fields.
      key: decodeURIComponent(s3.object.key.replaceAll('+', ' ')),
    }),
  })

exports.measure = async ({ Records: [{ body }] }) => {
  const { bucket, key } = JSON.parse(body)
  const text = await ask('s3', undefined, `/${bucket}/${encodeURIComponent(key)}`)
  const Item = { key: { S: key }, length: { N: String(text.length) } }
  await ask('dynamodb', 'DynamoDB_20120810.PutItem', '/', { TableName: process.env.TABLE, Item })
}
