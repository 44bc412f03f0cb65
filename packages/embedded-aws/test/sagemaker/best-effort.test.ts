import { describe, expect, it } from '@jest/globals'
import { bestEffort } from '../../src/sagemaker'

describe('bestEffort', () => {
  it("sends training jobs' events, and delays one, loses one and repeats one of five labelling jobs' events", () => {
    const fateOf = bestEffort()
    const fates = (detailType: string) => Array.from({ length: 5 }, () => fateOf(detailType))

    expect(fates('SageMaker Training Job State Change')).toEqual(Array.from({ length: 5 }, () => 'sent'))
    expect(fates('SageMaker Ground Truth Labeling Job State Change')).toEqual([
      'sent',
      { lateMs: 2_400_000 },
      'lost',
      'twice',
      'sent',
    ])
  })
})
