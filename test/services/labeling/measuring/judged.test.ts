import { describe, expect, it } from '@jest/globals'
import { readJudgements } from '../../../../services/labeling/measuring/judged'
import { keys } from '../../../../shared/keys'
import type { JudgementsRecord } from '../../../../shared/records'
import { qualityExample } from '../../../shared/quality'
import { testBucket } from '../../../shared/bucket'

const dayOf = (i: number) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10)
const recordOf = (i: number, schemaVersion = 1): JudgementsRecord => ({
  batch: dayOf(i),
  date: dayOf(i),
  schemaVersion,
  items: [{ item: `item ${i}`, purpose: 'label', judgements: [] }],
})

/** Settles a batch, and counts the objects that were read for it. */
async function settled(bucket: ReturnType<typeof testBucket>, own: JudgementsRecord) {
  let reads = 0
  const counted: typeof bucket = {
    ...bucket,
    readJson: (key, schema) => {
      reads++
      return bucket.readJson(key, schema)
    },
  }
  await bucket.create(keys.judgements(own), JSON.stringify(own))
  return { records: await readJudgements(counted, own.schemaVersion, own), reads }
}

describe('readJudgements', () => {
  it('reads all judgements in at most eleven objects, however many batches were settled', async () => {
    const bucket = testBucket()
    for (let i = 0; i < 45; i++) {
      const { records, reads } = await settled(bucket, recordOf(i))

      expect(records).toEqual(Array.from({ length: i + 1 }, (_, n) => recordOf(n)))
      expect(reads).toBeLessThanOrEqual(11)
    }
  })

  it('returns the same judgements to a batch whose settlement is retried after later ones', async () => {
    const bucket = testBucket()
    for (let i = 0; i < 12; i++) await settled(bucket, recordOf(i))
    await bucket.put(
      keys.quality({ batch: dayOf(9) }),
      JSON.stringify({ ...qualityExample, batch: dayOf(9), batches: Array.from({ length: 10 }, (_, i) => dayOf(i)) }),
    )

    const { records } = await settled(bucket, recordOf(9))

    expect(records).toEqual(Array.from({ length: 10 }, (_, i) => recordOf(i)))
  })

  it('finds a batch that is settled after its successors were merged', async () => {
    const bucket = testBucket()
    for (let i = 1; i < 12; i++) await settled(bucket, recordOf(i))
    await settled(bucket, recordOf(0))

    expect((await settled(bucket, recordOf(12))).records.map(({ batch }) => batch)).toContain(dayOf(0))
  })

  it('ignores batches of another label schema version', async () => {
    const bucket = testBucket()
    for (let i = 0; i < 12; i++) await settled(bucket, recordOf(i))

    expect((await settled(bucket, recordOf(12, 2))).records).toEqual([recordOf(12, 2)])
  })
})
