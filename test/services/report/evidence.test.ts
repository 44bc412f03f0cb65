import { describe, expect, it } from '@jest/globals'
import { inBrief } from '../../../services/report/evidence'
import { evidenceRecord } from '../../../shared/records'
import { evidenceExample } from '../../shared/evidence'

describe('the evidence sent to a visitor', () => {
  it('is only words, unless the configuration shows posts', () => {
    const sent = inBrief(evidenceExample, 'none')

    expect(sent.labels.map(({ words }) => words.length)).toEqual([2, 0])
    expect(sent.labels.flatMap(({ messages, moves }) => [...messages, ...moves])).toEqual([])
    expect(JSON.stringify(sent)).not.toMatch(/cold starts|1800000000000000001|aaaaaaaaaaaaaaaa/)
  })

  it('has messages without ids and links when the configuration shows messages', () => {
    const sent = inBrief(evidenceExample, 'messages')

    expect(sent.labels[0]?.messages[0]).toEqual({
      text: 'How we cut cold starts',
      language: 'en',
      posts: 12,
      predicted: false,
    })
    expect(JSON.stringify(sent)).not.toMatch(/1800000000000000001|aaaaaaaaaaaaaaaa|https:/)
  })

  it('has the link of a post of X when the configuration shows links', () => {
    expect(inBrief(evidenceExample, 'links').labels[0]?.messages[0]?.link).toBe(
      'https://x.com/i/status/1800000000000000001',
    )
  })

  it.each([
    ['bluesky', 'at://did:plc:abc/app.bsky.feed.post/3kx', 'https://bsky.app/profile/did:plc:abc/post/3kx'],
    ['hacker-news', 'hn:42000001', 'https://news.ycombinator.com/item?id=42000001'],
    ['hacker-news', 'hn:42&x=y', undefined],
    ['x', 'javascript:alert(1)', undefined],
    ['bluesky', 'at://did:plc:abc"/app.bsky.feed.post/3kx', undefined],
    ['file', '1', undefined],
  ])('links a post of %s with the id %s to %s', (stream, post, link) => {
    const [label] = evidenceExample.labels
    const one = { ...evidenceExample, stream, labels: [{ ...label!, messages: [{ ...label!.messages[0]!, post }] }] }

    expect(inBrief(one, 'links').labels[0]?.messages[0]?.link).toBe(link)
  })

  it('has an example that its schema accepts', () => {
    expect(evidenceRecord.parse(evidenceExample)).toEqual(evidenceExample)
  })
})
