import { describe, expect, it } from '@jest/globals'
import { keys } from '../../shared/keys'

const all = Object.entries(keys).map(([name, key]) => [name, key] as const)
/** An example value for each part of a key. */
const partsOf = (pattern: string) =>
  Object.fromEntries([...pattern.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name!, `${name}-1.x=é`]))

describe.each(all)('the key %s', (_, key) => {
  // The parts of all keys together; each key uses its own.
  const build = key as (parts: Record<string, string | undefined>) => string
  const parts = partsOf(key.pattern)

  it('is parsed back into the parts it was built from', () => {
    expect(key.match(build(parts))).toEqual(parts)
  })

  it('matches no other key', () => {
    const others = Object.values(keys).filter((other) => other !== key && other.match(build(parts)))

    expect(others.map(({ pattern }) => pattern)).toEqual([])
  })

  it('does not match a longer or shorter path, or one that only ends the same', () => {
    const built = build(parts)

    for (const odd of [`${built}/x`, `x/${built}`, built.slice(1)]) expect(key.match(odd)).toBeUndefined()
  })

  it('is matched by its wildcard, with and without its optional parts', () => {
    const stars = new RegExp(`^${key.wildcard.replaceAll(/[.+?^$()|\\]/g, String.raw`\$&`).replaceAll('*', '.+')}$`)
    const least = key.pattern.includes('[') ? { ...parts, stream: undefined } : parts

    expect(build(parts)).toMatch(stars)
    expect(build(least)).toMatch(stars)
    expect(key.wildcard).not.toMatch(/[{[]/)
  })
})

describe('a stream in a key', () => {
  const [named, unnamed] = ['raw/stream=mastodon/hashtag=aws/date=2026-11-21', 'raw/hashtag=aws/date=2026-11-21']
  const parts = { hashtag: 'aws', date: '2026-11-21', run: 'one' }

  it('precedes the hashtag, and is absent in keys of releases without streams', () => {
    expect(keys.run({ ...parts, stream: 'mastodon' })).toBe(`${named}/run=one/run.json`)
    expect(keys.run(parts)).toBe(`${unnamed}/run=one/run.json`)
    expect(keys.run.match(`${named}/run=one/run.json`)).toEqual({ ...parts, stream: 'mastodon' })
    expect(keys.run.match(`${unnamed}/run=one/run.json`)).toEqual(parts)
  })

  it('is part of the prefix of its keys', () => {
    expect(keys.run.start({ hashtag: 'aws', stream: 'mastodon' })).toBe('raw/stream=mastodon/hashtag=aws/date=')
    expect(keys.run.start({ hashtag: 'aws' })).toBe('raw/hashtag=aws/date=')
    expect(keys.run.start({})).toBe('raw/')
  })

  it('is a single path segment', () => {
    expect(keys.run.match('raw/stream=a/b/hashtag=aws/date=2026-11-21/run=one/run.json')).toBeUndefined()
    expect(keys.run.match('raw/stream=/hashtag=aws/date=2026-11-21/run=one/run.json')).toBeUndefined()
    expect(() => keys.run({ ...parts, stream: 'a/b' })).toThrow(/stream "a\/b" cannot be part of the key/)
  })
})

it.each(['', 'a/b', '..', 'a\nb', '\u0000'])('refuses a part that would change the path: %j', (batch) => {
  expect(() => keys.plan({ batch })).toThrow(/batch "[^]*" cannot be part of the key/)
})
