import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { keys } from '../../shared/keys'
import { makeMemory, remembering } from '../../shared/memory'
import { testBucket } from './bucket'

describe('a memory', () => {
  /** Asks for a name of one byte, and counts how often it is made. */
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

  it('makes a value once', async () => {
    const { ask, made } = asking(10)

    expect([await ask('a'), await ask('a')]).toEqual(['A', 'A'])
    expect(made).toEqual(['a'])
  })

  it('forgets what was used the longest ago, where there is too much', async () => {
    const { ask, made } = asking(2)
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(name)

    expect(made).toEqual(['a', 'b', 'c', 'b'])
  })

  it('keeps nothing that is larger than all of it', async () => {
    const memory = makeMemory(10)
    let made = 0
    for (let i = 0; i < 2; i++) await memory.of('a', 11, async () => (made++, 'a'))

    expect(made).toBe(2)
  })

  it('asks again for what was not there, and after an error', async () => {
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

describe('a bucket that is remembered', () => {
  const plan = keys.plan({ batch: '2026-11-21' })

  it('reads what never changes once, and everything else each time', async () => {
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

  it('names a key that is not there, and finds it later', async () => {
    const bucket = testBucket()
    const objects = remembering(bucket, makeMemory(100), [keys.plan])

    await expect(objects.readJson(plan, z.int())).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
    await bucket.put(plan, '1')
    expect(await objects.readJson(plan, z.int())).toBe(1)
  })
})
