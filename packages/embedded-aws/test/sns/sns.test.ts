import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { useCloud } from '../running-cloud'
import { allow, fn, role } from '../template'

const { cloud, dataDir, start } = useCloud()

const ARN = 'arn:aws:sns:eu-west-1:000000000000:news'
const source = `
  const { SNSClient, PublishCommand } = sdk('@aws-sdk/client-sns')
  exports.handler = async (TopicArn) =>
    (await new SNSClient().send(new PublishCommand({ TopicArn, Subject: 'News', Message: 'It is <new>.' }))).MessageId`

const subscription = (Endpoint: string) => ({
  Type: 'AWS::SNS::Subscription',
  Properties: { TopicArn: { Ref: 'News' }, Protocol: 'email', Endpoint },
})
const template = (addresses: readonly string[], statements: object[] = [allow('sns:Publish', { Ref: 'News' })]) => ({
  Role: role(statements),
  News: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'news' } },
  Alarms: {
    Type: 'AWS::SNS::Topic',
    Properties: { TopicName: 'alarms', Subscription: [{ Protocol: 'email', Endpoint: 'ops@example.org' }] },
  },
  Sends: fn(source, { FunctionName: 'sends' }),
  ...Object.fromEntries(addresses.map((address, i) => [`To${i}`, subscription(address)])),
})
const mails = () => {
  const folder = path.join(dataDir(), 'mail')
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
}

it('asks each address of a template for confirmation, once across restarts', async () => {
  await start(template(['ana@example.org', 'ben@example.org']))
  await start(template(['ana@example.org', 'ben@example.org']))

  expect(mails().map((mail) => /^To: (.*)$/m.exec(mail)?.[1])).toEqual([
    'ops@example.org',
    'ana@example.org',
    'ben@example.org',
  ])
  expect(cloud().sns.pending()).toHaveLength(3)
})

it('mails a message to confirmed addresses only', async () => {
  const seen: string[] = []
  await start(template(['ana@example.org', 'ben@example.org']), {
    onMail: ({ topic, kind, to, subject }) => seen.push(`${kind} of ${topic.split(':').at(-1)}: ${subject}: ${to}`),
  })
  const [{ topic, token } = { topic: '', token: '' }] = cloud()
    .sns.pending()
    .filter(({ endpoint }) => endpoint === 'ben@example.org')
  cloud().sns.confirm(topic, token)
  await cloud().invoke('sends', ARN)

  expect(seen.at(-1)).toBe('message of news: News: ben@example.org')
  expect(seen.filter((one) => one.startsWith('message'))).toHaveLength(1)
  expect(seen.filter((one) => one.startsWith('confirmation of news'))).toHaveLength(2)
  expect(mails().at(-1)).toMatch(/^Date: .*\nTo: ben@example\.org\nSubject: News\n\nIt is <new>\.\n$/)
})

it('accepts a second confirmation with the same token, as when the owner opens the link again', async () => {
  await start(template([]))
  const [{ topic, token } = { topic: '', token: '' }] = cloud().sns.pending()
  const first = cloud().sns.confirm(topic, token)

  await start(template([]))

  expect(cloud().sns.confirm(topic, token).id).toBe(first.id)
  expect(cloud().sns.pending()).toEqual([])
})

it('denies a role without permission, and another topic', async () => {
  await start(template([]))
  expect(JSON.stringify(await cloud().invoke('sends', ARN.replace('news', 'alarms')))).toContain('AuthorizationError')

  await start(template([], []))
  expect(JSON.stringify(await cloud().invoke('sends', ARN))).toContain('AuthorizationError')
})

it('refuses a subscription that is not an e-mail address, by name', async () => {
  const other = { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: ARN, Protocol: 'sqs', Endpoint: 'arn:x' } }

  await expect(start({ ...template([]), Other: other })).rejects.toThrow('Other (AWS::SNS::Subscription)')
})
