import { describe, expect, it } from '@jest/globals'
import { encodeKey } from '../../src/s3/encode-key'
import { asksFor, checkNotifications, readNotification } from '../../src/s3/notification'

const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:queue'
const entry = (event: string, prefix = '', suffix = '') =>
  readNotification(
    QUEUE,
    [event],
    [
      { name: 'prefix', value: prefix },
      { name: 'suffix', value: suffix },
    ],
  )

it.each([
  ['plain/key.csv', 'plain/key.csv'],
  ['red flower.jpg', 'red+flower.jpg'],
  ['a+b', 'a%2Bb'],
  ['hashtag=x/date=2026-01-01', 'hashtag%3Dx/date%3D2026-01-01'],
  ['ü', '%C3%BC'],
  ["(copy)~!'*", '%28copy%29%7E%21%27*'],
])('encodes the key %j as %j', (key, encoded) => {
  expect(encodeKey(key)).toBe(encoded)
})

describe('an entry of a notification configuration', () => {
  it.each([
    ['s3:ObjectCreated:*', 'ObjectCreated:Put', true],
    ['s3:ObjectCreated:*', 'ObjectRemoved:Delete', false],
    ['s3:ObjectCreated:Put', 'ObjectCreated:Put', true],
    ['s3:ObjectCreated:Put', 'ObjectCreated:Copy', false],
    ['s3:ObjectTagging:*', 'ObjectTagging:Delete', true],
  ] as const)('matches an entry for %s with the event %s: %s', (pattern, event, asked) => {
    expect(asksFor(entry(pattern), event, 'key')).toBe(asked)
  })

  it.each([
    ['raw/', '.csv', 'raw/a.csv', true],
    ['raw/', '.csv', 'raw/a.json', false],
    ['raw/', '.csv', 'other/a.csv', false],
    ['', '', 'anything', true],
    // According to AWS's documentation, a filter is encoded like the keys of records.
    ['a+b/', '', 'a b/key', true],
    ['a b/', '', 'a b/key', false],
  ])('matches an entry with prefix %j and suffix %j with the key %j: %s', (prefix, suffix, key, asked) => {
    expect(asksFor(entry('s3:ObjectCreated:*', prefix, suffix), 'ObjectCreated:Put', key)).toBe(asked)
  })

  it.each([
    ['an unsupported event', () => entry('s3:LifecycleExpiration:*'), 's3:LifecycleExpiration:*'],
    ['a misspelt event', () => entry('s3:ObjectCreate:*'), 's3:ObjectCreate:*'],
    ['a topic', () => readNotification('arn:aws:sns:eu-west-1:1:topic', ['s3:ObjectCreated:*'], []), 'topic'],
    [
      'an unknown filter',
      () => readNotification(QUEUE, ['s3:ObjectCreated:*'], [{ name: 'size', value: '1' }]),
      'size',
    ],
    [
      'two prefixes',
      () =>
        readNotification(
          QUEUE,
          ['s3:ObjectCreated:*'],
          [
            { name: 'prefix', value: 'a' },
            { name: 'Prefix', value: 'b' },
          ],
        ),
      'more than one prefix',
    ],
  ])('is refused by name with %s', (_, read, named) => {
    expect(read).toThrow(named)
  })
})

it.each(['s3:*', 's3:ObjectCreate:*', 's3:Object*', 's3:ObjectCreated', '*', 'ObjectCreated:Put', 's3:ObjectAcl:*'])(
  'refuses the event %s as an invalid argument, because S3 has no event of that name',
  (event) => {
    expect(() => entry(event)).toThrow(
      expect.objectContaining({ status: 400, code: 'InvalidArgument', message: expect.stringContaining(event) }),
    )
  },
)

it.each([
  's3:LifecycleExpiration:*',
  's3:Replication:OperationNotTracked',
  's3:ObjectAcl:Put',
  's3:ObjectCreated:Post',
])('refuses the S3 event %s as unsupported by this cloud', (event) => {
  expect(() => entry(event)).toThrow(expect.objectContaining({ status: 501 }))
})

describe('two entries of a notification configuration', () => {
  it.each([
    ['the same event', entry('s3:ObjectCreated:*'), entry('s3:ObjectCreated:Put')],
    ['overlapping prefixes', entry('s3:ObjectCreated:*', 'raw/'), entry('s3:ObjectCreated:*', 'raw/2026/')],
    ['overlapping suffixes', entry('s3:ObjectCreated:*', '', 'jpg'), entry('s3:ObjectCreated:*', '', 'pg')],
  ])('are refused with %s', (_, one, other) => {
    expect(() => checkNotifications([one, other])).toThrow('Configuration is ambiguously defined')
  })

  it.each([
    ['other events', entry('s3:ObjectCreated:*'), entry('s3:ObjectRemoved:*')],
    ['other prefixes', entry('s3:ObjectCreated:*', 'raw/'), entry('s3:ObjectCreated:*', 'labeled/')],
    ['other suffixes', entry('s3:ObjectCreated:*', '', '.jpg'), entry('s3:ObjectCreated:*', '', '.png')],
  ])('are accepted with %s', (_, one, other) => {
    expect(() => checkNotifications([one, other])).not.toThrow()
  })
})
