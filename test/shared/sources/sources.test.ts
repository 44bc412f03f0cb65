import { describe, expect, it } from '@jest/globals'
import { SOURCES, sourceSecrets, sourceSettings, watchedSources } from '../../../shared/sources'

const schema = sourceSettings(SOURCES)
const parse = (given: object) => schema.safeParse(given)

describe('the address of a network', () => {
  it.each([
    'https://social.example',
    'https://social.example:8443/',
    'HTTPS://social.example',
    'http://127.0.0.1:3000',
  ])('may be %s', (instance) => {
    expect(parse({ type: 'mastodon', instance }).success).toBe(true)
  })

  it.each([
    'http://social.example',
    'http://127.0.0.1.example',
    'http://localhost:3000',
    'ftp://social.example',
    'social.example',
    'https://name:secret@social.example',
    'https://social.example/?a=1',
    'https://social.example/#a',
  ])('may not be %s', (instance) => {
    expect(parse({ type: 'mastodon', instance }).success).toBe(false)
    expect(parse({ type: 'x', apiUrl: instance }).success).toBe(false)
  })
})

it('has no default instance of Mastodon', () => {
  expect(parse({ type: 'mastodon' }).error?.issues[0]?.path).toEqual(['instance'])
})

it('accepts caps for every source type, and refuses options of other types', () => {
  const caps = { posts: { perDay: 1, perMonth: 2 } }

  expect(parse({ type: 'file', file: 'a.csv', caps }).data).toMatchObject({ caps })
  expect(parse({ type: 'hacker-news', caps }).data).toMatchObject({ caps })
  expect(parse({ type: 'bluesky', skipBots: true }).success).toBe(false)
})

it('needs a secret for Mastodon only when a token is configured', async () => {
  const instance = 'https://social.example'
  const types = (token: boolean) =>
    sourceSecrets({ fedi: schema.parse({ type: 'mastodon', instance, token }) }).map(({ type }) => type)
  const checked = async (token: boolean) => {
    const sources = { fedi: schema.parse({ type: 'mastodon', instance, token }) }
    const all = watchedSources({ hashtags: [{ source: 'fedi' }], sources })
    const { declaration, watched } = all.find(({ watched }) => watched.length > 0)!
    return declaration.check.missing(watched, { hasSecret: async () => false, hasFile: async () => false })
  }

  expect([types(true), types(false)]).toEqual([['mastodon'], []])
  expect([await checked(true), await checked(false)]).toEqual([['secret'], []])
})
