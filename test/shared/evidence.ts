import type { EvidenceRecord } from '../../shared/records'

const message = (item: string, post: string, text: string, predicted: boolean) => ({
  item: item.repeat(16),
  post,
  text,
  language: 'en',
  posts: 12,
  predicted,
})

/** The evidence of a day of #aws on X. */
export const evidenceExample: EvidenceRecord = {
  format: 1,
  hashtag: 'aws',
  stream: 'x',
  date: '2026-11-21',
  from: '2026-11-15',
  posts: 2800,
  postsBefore: 2700,
  messages: { labelled: 180, predicted: 1400, other: 3 },
  part: 1,
  labels: [
    {
      label: 'technical',
      messages: [message('a', '1800000000000000001', 'How we cut cold starts', false)],
      words: [
        { word: 'lambda', z: 5.1, messages: 210, authors: 190 },
        { word: 'webinar', z: -4.2, messages: 160, authors: 90 },
      ],
      moves: [
        { ...message('b', '1800000000000000002', 'Outage in eu-west-1', true), posts: 90, before: 2, change: 0.0314 },
      ],
    },
    {
      label: 'marketing',
      messages: [message('c', '1800000000000000003', '<img src=x onerror=alert(1)> عرض مجاني', true)],
      words: [],
      moves: [],
    },
  ],
}
