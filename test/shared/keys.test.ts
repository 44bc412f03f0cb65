import { describe, expect, it } from '@jest/globals'
import { keys } from '../../shared/keys'

const all = Object.entries(keys).map(([name, key]) => [name, key] as const)
/** A part for each name that stands in a pattern. */
const partsOf = (pattern: string) =>
  Object.fromEntries([...pattern.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name!, `${name}-1.x=é`]))

describe.each(all)('%s', (_, key) => {
  // The parts of all keys together: each key takes its own.
  const build = key as (parts: Record<string, string | undefined>) => string
  const parts = partsOf(key.pattern)

  it('is read back from what it builds', () => {
    expect(key.match(build(parts))).toEqual(parts)
  })

  it('is no other key of ours', () => {
    const others = Object.values(keys).filter((other) => other !== key && other.match(build(parts)))

    expect(others.map(({ pattern }) => pattern)).toEqual([])
  })

  it('is not what is deeper, higher, or ends so', () => {
    const built = build(parts)

    for (const odd of [`${built}/x`, `x/${built}`, built.slice(1)]) expect(key.match(odd)).toBeUndefined()
  })

  it('is matched by its wildcard, with or without the parts that it may go without', () => {
    const stars = new RegExp(`^${key.wildcard.replaceAll(/[.+?^$()|\\]/g, String.raw`\$&`).replaceAll('*', '.+')}$`)
    const least = key.pattern.includes('[') ? { ...parts, stream: undefined } : parts

    expect(build(parts)).toMatch(stars)
    expect(build(least)).toMatch(stars)
    expect(key.wildcard).not.toMatch(/[{[]/)
  })
})

describe('a stream', () => {
  const [named, unnamed] = ['raw/stream=mastodon/hashtag=aws/date=2026-11-21', 'raw/hashtag=aws/date=2026-11-21']
  const parts = { hashtag: 'aws', date: '2026-11-21', run: 'one' }

  it('stands before the hashtag, and not at all in keys of releases that had none', () => {
    expect(keys.run({ ...parts, stream: 'mastodon' })).toBe(`${named}/run=one/run.json`)
    expect(keys.run(parts)).toBe(`${unnamed}/run=one/run.json`)
    expect(keys.run.match(`${named}/run=one/run.json`)).toEqual({ ...parts, stream: 'mastodon' })
    expect(keys.run.match(`${unnamed}/run=one/run.json`)).toEqual(parts)
  })

  it('begins where its keys begin', () => {
    expect(keys.run.start({ hashtag: 'aws', stream: 'mastodon' })).toBe('raw/stream=mastodon/hashtag=aws/date=')
    expect(keys.run.start({ hashtag: 'aws' })).toBe('raw/hashtag=aws/date=')
    expect(keys.run.start({})).toBe('raw/')
  })

  it('is a segment of its own', () => {
    expect(keys.run.match('raw/stream=a/b/hashtag=aws/date=2026-11-21/run=one/run.json')).toBeUndefined()
    expect(keys.run.match('raw/stream=/hashtag=aws/date=2026-11-21/run=one/run.json')).toBeUndefined()
    expect(() => keys.run({ ...parts, stream: 'a/b' })).toThrow(/stream "a\/b" cannot be part of the key/)
  })
})

it.each(['', 'a/b', '..', 'a\nb', '\u0000'])('refuses a part that would leave its place: %j', (batch) => {
  expect(() => keys.plan({ batch })).toThrow(/batch "[^]*" cannot be part of the key/)
})
