import { expect, it } from '@jest/globals'
import { latestQuality } from '../../../shared/labels'
import { qualityExample } from '../quality'

const { status, alpha } = qualityExample
const measured = (batch: string, over: number, schemaVersion = 1) => ({
  batch,
  etag: '',
  sha256: '',
  quality: { schemaVersion, status, alpha, reasons: [`of ${batch}`], over },
})
const unmeasured = { batch: 'import-0123456789abcdef', etag: '', sha256: '', quality: null }

const NAMES = ['2026-11-22', '2026-11-22-2', '2026-11-22-10']

it('uses the label quality of the last batch of the day, however many the day has', () => {
  const batches = [...NAMES.map((batch, i) => measured(batch, i + 1)), measured('2026-11-23', 4), unmeasured]

  expect(latestQuality({ batches }, 1, '2026-11-22')).toMatchObject({ reasons: ['of 2026-11-22-10'] })
  expect(latestQuality({ batches }, 1)).toMatchObject({ reasons: ['of 2026-11-23'] })
})

it('uses the quality over the most batches when one was settled out of order, and the last of equal ones', () => {
  const late = [measured('2026-11-20', 3), measured('2026-11-21', 1), measured('2026-11-22', 2)]
  const equal = [measured('2026-11-20', 3), measured('2026-11-21', 3)]

  expect(latestQuality({ batches: late }, 1)).toMatchObject({ reasons: ['of 2026-11-20'] })
  expect(latestQuality({ batches: equal }, 1)).toMatchObject({ reasons: ['of 2026-11-21'] })
})

it('ignores the quality of other label versions, and has none before the first measurement', () => {
  const batches = [measured('2026-11-20', 1), measured('2026-11-21', 2, 2)]

  expect(latestQuality({ batches }, 1)).toMatchObject({ reasons: ['of 2026-11-20'] })
  expect(latestQuality({ batches }, 3)).toBeUndefined()
  expect(latestQuality({ batches: [unmeasured] }, 1)).toBeUndefined()
})
