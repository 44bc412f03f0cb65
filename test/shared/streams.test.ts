import { describe, expect, it } from '@jest/globals'
import type { Settings } from '../../shared/settings'
import { streamLabel, nameFrom, namesOf, topicIn, watchedStreams } from '../../shared/streams'

const settings: Pick<Settings, 'hashtags' | 'sources'> = {
  hashtags: [
    { tag: 'aws', sources: ['fedi', 'hn'] },
    { tag: 'azure', source: 'forum' },
  ],
  sources: { fedi: { type: 'mastodon' }, hn: { type: 'hacker-news' }, forum: { type: 'file', network: 'reddit' } },
}
const aws = { hashtag: 'aws' }

it('makes one stream of a hashtag per network of its sources', () => {
  expect(watchedStreams(settings)).toEqual([
    { hashtag: 'aws', stream: 'mastodon', source: 'fedi' },
    { hashtag: 'aws', stream: 'hacker-news', source: 'hn' },
    { hashtag: 'azure', stream: 'reddit', source: 'forum' },
  ])
})

describe('a stream name without a network', () => {
  it('belongs to the stream of the first source', () => {
    const mastodon = [{ ...aws, stream: 'mastodon' }, aws]

    expect(namesOf(settings, aws)).toEqual(mastodon)
    expect(namesOf(settings, { ...aws, stream: 'mastodon' })).toEqual(mastodon)
    expect(namesOf(settings, { ...aws, stream: 'hacker-news' })).toEqual([{ ...aws, stream: 'hacker-news' }])
  })

  it('belongs to the network in the settings, even when it has no source any more', () => {
    const [first, ...others] = settings.hashtags
    const moved = { ...settings, hashtags: [{ ...first!, unnamedNetwork: 'x' }, ...others] }

    expect(namesOf(moved, aws)).toEqual([{ ...aws, stream: 'x' }, aws])
    expect(namesOf(moved, { ...aws, stream: 'mastodon' })).toEqual([{ ...aws, stream: 'mastodon' }])
  })

  it('is a stream of its own for an unwatched hashtag', () => {
    expect(namesOf(settings, { hashtag: 'gcp' })).toEqual([{ hashtag: 'gcp' }])
  })
})

it('names the network only for a hashtag with several', () => {
  expect(topicIn(settings, aws)).toBe('aws on mastodon')
  expect(topicIn(settings, { ...aws, stream: 'hacker-news' })).toBe('aws on hacker-news')
  expect(topicIn(settings, { ...aws, stream: 'x' })).toBe('aws on x')
  expect(topicIn(settings, { hashtag: 'azure' })).toBe('azure')
})

it.each([aws, { ...aws, stream: 'hacker-news' }])('parses a stream back from its label: %j', (name) => {
  expect(nameFrom(streamLabel(name))).toEqual(name)
})

it('labels streams so that they sort like hashtags', () => {
  const tags = ['aws', 'aws2', 'aws_x', 'awsé', 'b']

  expect(tags.map((hashtag) => streamLabel({ hashtag, stream: 'x' })).sort()).toEqual(
    tags.sort().map((tag) => `${tag}/x`),
  )
})
