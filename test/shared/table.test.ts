import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { dynamoTable, type Table } from '../../shared/table'
import { memoryTable } from './memory-table'
import { type TestTable, testTable } from './tables'

let served: TestTable
beforeAll(async () => {
  served = await testTable()
})
afterAll(() => served.stop())

const inMemory = memoryTable()

describe.each<[string, () => Table]>([
  ['dynalite', () => served.table],
  ['memory', () => inMemory],
])('a table in %s', (_, of) => {
  const key = (sk: string, pk = 'p') => ({ pk, sk })

  it('returns what was created, and nothing for a missing item', async () => {
    const item = {
      ...key('created'),
      text: 'ü',
      count: 1.5,
      nothing: null,
      list: [1, { a: 'b' }],
      set: new Set(['x', 'y']),
    }

    expect(await of().create(item)).toBe(true)
    expect(await of().get(key('created'))).toEqual(item)
    expect(await of().get(key('never'))).toBeUndefined()
  })

  it('stores maps with keys that are properties of JavaScript objects', async () => {
    const item = { ...key('names'), answers: { constructor: { at: 'now' }, valueOf: { at: 'then' } } }

    await of().create(item)

    expect(JSON.stringify((await of().get(key('names')))?.answers)).toBe(JSON.stringify(item.answers))
  })

  it('creates an item once, and leaves an existing one', async () => {
    await of().create({ ...key('once'), by: 'a' })

    expect(await of().create({ ...key('once'), by: 'b' })).toBe(false)
    expect(await of().get(key('once'))).toMatchObject({ by: 'a' })
  })

  it('creates an item by an update, and returns all of it', async () => {
    expect(await of().update(key('made'), { set: { name: 'n' }, add: { count: 2, tags: new Set(['a']) } })).toEqual({
      ...key('made'),
      name: 'n',
      count: 2,
      tags: new Set(['a']),
    })
    expect(await of().update(key('made'), { add: { count: -5, tags: new Set(['b']) }, remove: ['name'] })).toEqual({
      ...key('made'),
      count: -3,
      tags: new Set(['a', 'b']),
    })
  })

  it('removes a set with its last member', async () => {
    await of().update(key('set'), { add: { tags: new Set(['a', 'b']) } })

    expect(await of().update(key('set'), { deleteFrom: { tags: new Set(['a']) } })).toMatchObject({
      tags: new Set(['b']),
    })
    expect(await of().update(key('set'), { deleteFrom: { tags: new Set(['b', 'c']) } })).toEqual(key('set'))
  })

  it.each([
    ['#count = :three', true],
    ['#count <> :three', false],
    ['#count < :three', false],
    ['#count <= :three', true],
    ['#count > :three OR #count >= :three', true],
    ['attribute_exists(#count)', true],
    ['attribute_not_exists(#count)', false],
    ['attribute_not_exists(#other) AND #count = :three', true],
    ['#other = :three', false],
    ['#other < :three', false],
    ['#other <> :three', true],
    ['#name = :three', false],
    ['contains(#tags, :a)', true],
    ['NOT contains(#tags, :a)', false],
    ['NOT contains(#missing, :a)', true],
    ['contains(#name, :a)', true],
    ['begins_with(#name, :a)', true],
    ['(attribute_not_exists(#count) OR #count > :three) AND #count = :three', false],
    ['attribute_not_exists(#count) OR #count > :three AND #count = :three OR #count = :three', true],
  ])('updates an item when %s: %s', async (when, changes) => {
    const at = key(`when ${when}`)
    await of().create({ ...at, count: 3, name: 'abc', tags: new Set(['a']) })
    // DynamoDB refuses a value that the expression does not use.
    const values = Object.fromEntries(
      Object.entries({ three: 3, a: 'a' }).filter(([name]) => when.includes(`:${name}`)),
    )

    const after = await of().update(at, { set: { changed: 1 }, when, values })

    expect(after !== undefined).toBe(changes)
    expect('changed' in ((await of().get(at)) ?? {})).toBe(changes)
  })

  describe('updates entries of a map', () => {
    const key = { pk: 'entries', sk: 'row' }
    const entry = (version: number, said: string) => ({ version, said: { ana: said } })
    const change = (names: string[], version: number, more: object = {}) =>
      of().update(key, {
        entries: {
          of: 'items',
          set: Object.fromEntries(names.map((name) => [name, entry(version + 1, `${name} again`)])),
          versions: Object.fromEntries(names.map((name) => [name, version])),
        },
        ...more,
      })
    const items = (names: string[]) => Object.fromEntries(names.map((name) => [name, entry(0, name)]))

    it('only while each has its version, all or none, and leaves the others', async () => {
      await of().remove(key)
      await of().create({ ...key, closed: false, items: items(['a1', 'b2', '0c']) })

      expect(await change(['a1'], 0)).toMatchObject({ items: { a1: entry(1, 'a1 again'), b2: entry(0, 'b2') } })
      expect(await change(['b2', 'a1'], 0)).toBeUndefined()
      expect(await change(['b2', '0c'], 0)).toMatchObject({
        items: { a1: entry(1, 'a1 again'), b2: entry(1, 'b2 again') },
      })
      expect((await of().get(key))?.items).toEqual({
        a1: entry(1, 'a1 again'),
        b2: entry(1, 'b2 again'),
        '0c': entry(1, '0c again'),
      })
    })

    it('only under a condition, and never in a missing item', async () => {
      await of().remove(key)
      await of().create({ ...key, closed: true, items: items(['a1']) })

      expect(await change(['a1'], 0, { when: '#closed = :open', values: { open: false } })).toBeUndefined()
      expect(await change(['b2'], 0)).toBeUndefined()
      expect(
        await of().update(
          { pk: 'entries', sk: 'none' },
          { entries: { of: 'items', set: items(['a']), versions: { a: 0 } } },
        ),
      ).toBeUndefined()
    })

    it('a hundred at once', async () => {
      const names = Array.from({ length: 100 }, (_, i) => i.toString(16).padStart(64, '0'))
      await of().remove(key)
      await of().create({ ...key, closed: false, items: items(names) })

      expect(await change(names, 0, { when: '#closed = :open', values: { open: false } })).toBeDefined()
    })
  })

  it('gets many items, each once, skipping missing ones', async () => {
    const keys = Array.from({ length: 150 }, (_, i) => key(String(i), 'many'))
    for (const each of keys) await of().create(each)

    const got = await of().getMany([...keys, ...keys, key('never', 'many')])

    expect(got.map(({ sk }) => Number(sk)).sort((a, b) => a - b)).toEqual(keys.map((__, i) => i))
    expect(await of().getMany([])).toEqual([])
  })

  it('queries a partition in the order of its sort keys', async () => {
    for (const sk of ['b#2', 'a#1', 'b#1', 'c']) await of().create(key(sk, 'query'))
    const sks = async (begins?: string) => {
      const found: string[] = []
      for await (const { sk } of of().query('query', begins)) found.push(sk)
      return found
    }

    expect(await sks()).toEqual(['a#1', 'b#1', 'b#2', 'c'])
    expect(await sks('b#')).toEqual(['b#1', 'b#2'])
  })

  it('removes an item, and ignores a missing one', async () => {
    await of().create(key('gone'))
    await of().remove(key('gone'))
    await of().remove(key('gone'))

    expect(await of().get(key('gone'))).toBeUndefined()
  })
})

it('retries the unprocessed keys of a batch get', async () => {
  const client = mockClient(DynamoDBDocumentClient)
  const item = (sk: string) => ({ pk: 'p', sk })
  client
    .on(BatchGetCommand)
    .resolvesOnce({ Responses: { t: [item('a')] }, UnprocessedKeys: { t: { Keys: [item('b')] } } })
    .resolvesOnce({ Responses: { t: [item('b')] } })
  const table = dynamoTable(new DynamoDBClient({ region: 'eu-west-1' }), 't')

  expect(
    await table.getMany([
      { pk: 'p', sk: 'a' },
      { pk: 'p', sk: 'b' },
    ]),
  ).toEqual([
    { pk: 'p', sk: 'a' },
    { pk: 'p', sk: 'b' },
  ])
})
