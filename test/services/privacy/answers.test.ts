import { expect, it } from '@jest/globals'
import { placeAt } from '../../../services/privacy/files/kinds'
import { forgetRows } from '../../../services/privacy/rows'
import { markWith } from '../../../shared/tombstones'
import { targetsOf } from '../../../services/privacy/targets'
import { NO_MARKS } from '../../../shared/deletions'
import { keys } from '../../../shared/keys'
import { claimMessage, partsOfMessages } from '../../../shared/state/asked-messages'
import { memoryTable } from '../../shared/memory-table'

const predictor = { model: 'nova-1', prompt: 'aaaa' }
const key = keys.answers({ ...predictor, stream: 'mastodon', hashtag: 'aws', date: '2026-11-21', part: 'p' })
const line = (message: string) => `${JSON.stringify({ message, label: 'technical', stopReason: 'tool_use' })}\n`
const found = {
  posts: new Set(['1']),
  authors: new Set<string>(),
  items: new Map([['gone', null]]),
  texts: new Map<string, string>(),
}
const targets = targetsOf(found, NO_MARKS, markWith('k'.repeat(64)))

it('removes the predictions about messages without a remaining post', () => {
  const { rewrite } = placeAt(key)
  const after = rewrite?.(Buffer.from(line('gone') + line('stays')), targets, key)

  expect(String(after?.body)).toBe(line('stays'))
})

it('removes the claims on such messages, for every model and prompt with stored predictions', async () => {
  const table = memoryTable()
  for (const message of ['gone', 'stays']) await claimMessage(table, predictor, message, key, new Date(0))
  const version = { key, versionId: 'v', size: 1, modified: new Date(0), etag: '"e"', latest: true }

  const counts = await forgetRows(table, [version], found, targets)

  expect(counts).toEqual({ questions: 1 })
  expect([...(await partsOfMessages(table, predictor, ['gone', 'stays'])).keys()]).toEqual(['stays'])
})
