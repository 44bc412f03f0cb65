import { expect, it } from '@jest/globals'
import { readWantedMessages } from '../../../services/analyzer/evidence/messages'
import { type RunRecord, runRecord } from '../../../shared/records'
import { keys } from '../../../shared/keys'
import { testBucket } from '../../shared/bucket'
import { post, putRun } from './day'

it('collects the names of authors and of mentioned people, also from messages that nobody wants', async () => {
  const bucket = testBucket()
  const posts = [
    { ...post('1', 'all that @Ana says'), authorId: 'https://a.example/users/ben' },
    { ...post('2', 'nothing about anybody'), authorId: 'hn:cho' },
  ]
  await putRun(bucket, { pages: [posts] })
  const key = keys.run({ hashtag: 'aws', date: '2026-11-21', run: 'one' })
  const run: RunRecord = await bucket.readJson(key, runRecord)

  const { messages, handles } = await readWantedMessages(bucket, [run], () => false)

  expect(messages.size).toBe(0)
  expect(handles).toEqual(new Set(['ana', 'ben', 'cho']))
})
