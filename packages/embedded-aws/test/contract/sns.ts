import { afterAll, beforeAll, describe, expect } from '@jest/globals'
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns'
import { clientOf, type CloudUnderTest } from './cloud'
import { type Fact, refusalOf, unique } from './fact'

export function testSns(cloud: () => CloudUnderTest, fact: Fact): void {
  let sns: SNSClient

  const topic = async () => (await sns.send(new CreateTopicCommand({ Name: unique('contract') }))).TopicArn ?? ''
  const subscribe = (TopicArn: string, Endpoint: string, more: object = {}) =>
    sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint, ...more }))
  const subscriptions = async (TopicArn: string) =>
    (await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions ?? []
  const publish = (TopicArn: string, more: object = {}) =>
    sns.send(new PublishCommand({ TopicArn, Message: 'a message', ...more }))

  beforeAll(() => {
    sns = new SNSClient(clientOf(cloud()))
  })
  afterAll(() => sns.destroy())

  describe('topics', () => {
    fact('are created once, however often they are requested', async () => {
      const Name = unique('contract')
      const first = await sns.send(new CreateTopicCommand({ Name }))
      const second = await sns.send(new CreateTopicCommand({ Name }))

      expect(first.TopicArn).toMatch(new RegExp(`^arn:aws:sns:eu-west-1:\\d{12}:${Name}$`))
      expect(second.TopicArn).toBe(first.TopicArn)
    })

    fact('accept a message and return its id', async () => {
      const arn = await topic()
      const { MessageId } = await publish(arn, { Subject: 'A subject', Message: 'Ünïcode & <lines>\nin a mail' })

      expect(MessageId).toMatch(/^[0-9a-f-]{36}$/)
    })

    fact('accept a subject of 99 characters and refuse one of 100', async () => {
      const arn = await topic()

      expect(await refusalOf(publish(arn, { Subject: 'x'.repeat(100) }))).toEqual({
        name: 'InvalidParameterException',
        status: 400,
      })
      expect((await publish(arn, { Subject: 'x'.repeat(99) })).MessageId).toBeDefined()
    })

    fact('refuse a subject with a line break', async () => {
      expect((await refusalOf(publish(await topic(), { Subject: 'a\nb' }))).name).toBe('InvalidParameterException')
    })

    fact('refuse a subject that is not ASCII', async () => {
      expect((await refusalOf(publish(await topic(), { Subject: 'ü' }))).name).toBe('InvalidParameterException')
    })

    fact('refuse an empty message', async () => {
      expect((await refusalOf(publish(await topic(), { Message: '' }))).name).toBe('InvalidParameterException')
    })

    fact('return NotFound when they are missing', async () => {
      const gone = await topic()
      await sns.send(new DeleteTopicCommand({ TopicArn: gone }))

      expect(await refusalOf(publish(gone))).toEqual({ name: 'NotFoundException', status: 404 })
    })
  })

  describe('an e-mail address', () => {
    fact('is pending until its owner confirms it', async () => {
      const arn = await topic()
      const { SubscriptionArn } = await subscribe(arn, 'ana@example.org')

      expect(SubscriptionArn).toBe('pending confirmation')
      expect(await subscriptions(arn)).toMatchObject([
        { Protocol: 'email', Endpoint: 'ana@example.org', SubscriptionArn: 'PendingConfirmation', TopicArn: arn },
      ])
    })

    fact('is subscribed once, however often it is requested', async () => {
      const arn = await topic()
      await subscribe(arn, 'ana@example.org')
      await subscribe(arn, 'ana@example.org')
      await subscribe(arn, 'ben@example.org')

      const endpoints = (await subscriptions(arn)).map(({ Endpoint = '' }) => Endpoint)
      expect(endpoints.sort()).toEqual(['ana@example.org', 'ben@example.org'])
    })

    fact('is not confirmed by an unknown token', async () => {
      const arn = await topic()
      const call = sns.send(new ConfirmSubscriptionCommand({ TopicArn: arn, Token: 'a'.repeat(64) }))

      expect((await refusalOf(call)).name).toBe('InvalidParameterException')
    })
  })
}
