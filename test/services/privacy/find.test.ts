import { expect, it } from '@jest/globals'
import { find } from '../../../services/privacy/find'
import { keys } from '../../../shared/keys'
import { NO_MARKS } from '../../../shared/deletions'
import type { Version } from '../../../services/privacy/versions'
import { aPost, putRun } from '../../given'
import { versionedBucket } from './versioned'
import { MARK } from './world'

it("shows the original of a message's remaining posts before an earlier retweet, as labelling does", async () => {
  const { objects, versions } = versionedBucket()
  const deleted = aPost('1', 'a text that three of them posted')
  const retweet = aPost('2', deleted.text, { retweetOf: '9', createdAt: '2026-11-21T11:00:00.000Z' })
  const original = aPost('3', deleted.text, { createdAt: '2026-11-21T12:00:00.000Z' })
  const run = await putRun(objects, { pages: [[deleted, retweet, original]] })
  await objects.put(keys.cascades(run), 'post_id,cascade,scores\r\n1,m,\r\n2,m,\r\n3,m,\r\n')
  const all: Version[] = []
  for await (const version of versions.list('')) all.push(version)

  const { items } = await find(versions, all, { posts: [deleted.id], authors: [] }, NO_MARKS, MARK)

  expect(items.get('m')).toMatchObject({ post: original.id, shown: deleted.text })
})
