import { createHash } from 'node:crypto'
import { keys } from '../../../shared/keys'
import type { Post } from '../../../shared/posts'
import type { ChampionRecord } from '../../../shared/records'
import { TEXT_VERSION } from '../../../shared/text'
import { cascadeId } from '../../../shared/text/cascade'
import { aPost, aSettledLine } from '../../given'
import type { TestBucket } from '../../shared/bucket'
import { cardExample } from '../../shared/card'
import { archiveOf, tinyModel } from '../../shared/models'

export { putRun } from '../../given'

export const TECHNICAL = 'How we cut cold starts of a lambda'
export const MARKETING = 'Join our free webinar today'

export const post = (id: string, text = TECHNICAL): Post => aPost(id, text)

const LEARNT = [
  { label: 'technical', text: 'how we cut cold starts of a lambda' },
  { label: 'marketing', text: 'join our free webinar today' },
]
/** A retweet, and its tokens in each text version. */
export const RETWEET = { text: 'RT @bob: hello cloud', 1: 'rt <user> : hello cloud', 2: 'hello cloud' }
/** Text version 1 learns the retweet as technical, and the same text without `RT @bob:` as marketing. */
const RETWEETS = [
  { label: 'technical', text: RETWEET[1] },
  { label: 'marketing', text: RETWEET[2] },
]
const swapped = LEARNT.map(({ label }, i) => ({ label, text: LEARNT[1 - i]!.text }))

/** Makes a model the champion, with its card. A `contrary` model gives the opposite answers; a model of `retweets` knows only retweets. */
export async function putChampion(
  bucket: TestBucket,
  job: string,
  kind: 'right' | 'contrary' | 'of retweets' = 'right',
  textVersion = TEXT_VERSION,
): Promise<void> {
  const learnt = { right: LEARNT, contrary: swapped, 'of retweets': RETWEETS }[kind].flatMap((one) =>
    Array.from({ length: 10 }, () => one),
  )
  const archive = await archiveOf({ 'model.bin': tinyModel(learnt) })
  await bucket.put(keys.artefact({ job }), archive)
  const champion: ChampionRecord = {
    job,
    datasetId: 'd',
    engine: 'fasttext',
    artefact: `s3://${bucket.bucket}/${keys.artefact({ job })}`,
    versionId: null,
    sha256: createHash('sha256').update(archive).digest('hex'),
    labels: ['marketing', 'technical'],
    textVersion,
    schemaVersion: 1,
    labelStatus: 'unmeasured',
    latestDate: '2026-11-21',
    provisional: false,
    temperature: 1,
    prior: null,
    promotedAt: '2026-11-22T00:00:00.000Z',
    replaces: null,
  }
  await bucket.put(keys.champion({}), JSON.stringify(champion))
  await bucket.put(
    keys.card({ job }),
    JSON.stringify({ ...cardExample, job, dataset: { ...cardExample.dataset, textVersion } }),
  )
}

/** A line of a settled manifest: a labelled post of 21 November. */
export const settledLineOf = (
  { id, text, label, place }: { id: string; text: string; label: string; place: number },
  more: object = {},
  metadata: object = {},
): string =>
  JSON.stringify(
    aSettledLine(cascadeId(text), label, {
      source: text,
      'post-id': id,
      role: 'evaluation',
      size: 1,
      'inclusion-probability': 0.75,
      label: place,
      ...more,
      metadata: { confidence: 1, 'creation-date': '2026-11-22T09:00:00.000000', judgements: [], ...metadata },
    }),
  )
