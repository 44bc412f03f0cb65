import { describe, expect, it } from '@jest/globals'
import { keys } from '../../shared/keys'

const all = Object.entries(keys).map(([name, key]) => [name, key] as const)
/** A part for each name that stands in a pattern. */
const partsOf = (pattern: string) =>
  Object.fromEntries([...pattern.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name!, `${name}-1.x=é`]))

describe.each(all)('%s', (_, key) => {
  // The parts of all keys together: each key takes its own.
  const build = key as (parts: Record<string, string>) => string
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

  it('has a star for each part as a wildcard', () => {
    expect(key.wildcard.split('*')).toHaveLength(Object.keys(parts).length + 1)
    expect(key.wildcard).not.toContain('{')
  })
})

it.each(['', 'a/b', '..', 'a\nb', '\u0000'])('refuses a part that would leave its place: %j', (batch) => {
  expect(() => keys.plan({ batch })).toThrow(/batch cannot stand in/)
})
