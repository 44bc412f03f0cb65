import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { keys } from '../../shared/keys'
import { makeMemory, remembering } from '../../shared/memory'
import { testBucket } from './bucket'

describe('the memory cache', () => {
  /** Requests a value of one byte by name, and counts how often it is computed. */
  const asking = (most: number) => {
    const memory = makeMemory(most)
    const made: string[] = []
    const ask = (name: string) =>
      memory.of(name, 1, async () => {
        made.push(name)
        return name.toUpperCase()
      })
    return { ask, made }
  }

  it('computes a value once', async () => {
    const { ask, made } = asking(10)

    expect([await ask('a'), await ask('a')]).toEqual(['A', 'A'])
    expect(made).toEqual(['a'])
  })

  it('evicts the least recently used values when it is full', async () => {
    const { ask, made } = asking(2)
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(name)

    expect(made).toEqual(['a', 'b', 'c', 'b'])
  })

  it('does not keep a value larger than its limit', async () => {
    const memory = makeMemory(10)
    let made = 0
    for (let i = 0; i < 2; i++) await memory.of('a', 11, async () => (made++, 'a'))

    expect(made).toBe(2)
  })

  it('does not cache missing values or errors', async () => {
    const memory = makeMemory(10)
    const answers = [undefined, new Error('no'), 'there', 'again']
    const ask = () =>
      memory.of('a', 1, async () => {
        const answer = answers.shift()
        if (answer instanceof Error) throw answer
        return answer
      })

    expect(await ask()).toBeUndefined()
    await expect(ask()).rejects.toThrow('no')
    expect([await ask(), await ask()]).toEqual(['there', 'there'])
  })
})

describe('a cached bucket', () => {
  const plan = keys.plan({ batch: '2026-11-21' })

  it('reads immutable objects once, and all others each time', async () => {
    const bucket = testBucket()
    await bucket.put(plan, '1')
    await bucket.put(keys.champion({}), '1')
    const read: string[] = []
    const counted = { ...bucket, read: async (key: string) => (read.push(key), bucket.read(key)) }
    const objects = remembering(counted, makeMemory(100), [keys.plan, keys.run])
    for (const key of [plan, keys.champion({}), plan, keys.champion({})]) await objects.readJson(key, z.int())

    expect(await objects.read(plan)).toMatchObject({ etag: expect.any(String) })
    expect(read).toEqual([plan, keys.champion({}), keys.champion({})])
  })

  it('reports a missing key, and finds it once it exists', async () => {
    const bucket = testBucket()
    const objects = remembering(bucket, makeMemory(100), [keys.plan])

    await expect(objects.readJson(plan, z.int())).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
    await bucket.put(plan, '1')
    expect(await objects.readJson(plan, z.int())).toBe(1)
  })
})
