import { describe, expect, it } from '@jest/globals'
import { blazingTextImage } from '../../../shared/image'
import { jobName, parseJobName } from '../../../services/trainer/job'
import { trainingCostUsd } from '../../../shared/trainers/sagemaker-price'
import { remedyFor } from '../../../services/trainer/remedy'

describe('blazingTextImage', () => {
  it.each([
    ['us-east-1', '811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1'],
    ['cn-north-1', '390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/blazingtext:1'],
    ['us-gov-west-1', '226302683700.dkr.ecr.us-gov-west-1.amazonaws.com/blazingtext:1'],
    ['us-iso-east-1', '490574956308.dkr.ecr.us-iso-east-1.c2s.ic.gov/blazingtext:1'],
    ['us-isob-east-1', '765400339828.dkr.ecr.us-isob-east-1.sc2s.sgov.gov/blazingtext:1'],
    ['us-isof-south-1', '124985052026.dkr.ecr.us-isof-south-1.csp.hci.ic.gov/blazingtext:1'],
    ['mx-central-1', undefined],
  ])('is, for %s, %s', (region, image) => {
    expect(blazingTextImage(region)).toBe(image)
  })
})

describe('jobName', () => {
  it('is a valid SageMaker name that can be parsed back', () => {
    const job = { datasetId: '3f9c2a7d0b1e4c55', attempt: 12 }
    const name = jobName('a-stage-of-16-c', job)

    expect(name).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/)
    expect(parseJobName('a-stage-of-16-c', name)).toEqual(job)
  })

  it.each(['bellwether-prod-3f9c2a7d0b1e4c55-1', 'bellwether-dev-x-1', 'bellwether-dev-3f9c2a7d0b1e4c55', 'other'])(
    'rejects %s as a job of the stage dev',
    (name) => {
      expect(parseJobName('dev', name)).toBeUndefined()
    },
  )
})

describe('trainingCostUsd', () => {
  it.each([
    ['ml.c5.xlarge', 3600, 0.204],
    ['ml.p9.never', 60, null],
  ])('is, for %s and %d s, %d', (instance, seconds, usd) => {
    expect(trainingCostUsd(instance, seconds)).toBe(usd)
  })
})

describe('remedyFor', () => {
  it.each([
    ['ResourceLimitExceeded: usage is 0', /Service Quotas/],
    ['CapacityError: Unable to provision requested ML compute capacity', /training.instanceType/],
    ['the job was stopped: MaxWaitTimeExceeded', /training.spot: false/],
    ['ClientError: Data download failed: AccessDenied', /role/],
    ['ClientError: found one label only', /labelled/],
    ['AlgorithmError: nobody knows', /CloudWatch/],
  ])('says what to do about "%s"', (reason, remedy) => {
    expect(remedyFor(reason, '3f9c2a7d0b1e4c55')).toMatch(remedy)
    expect(remedyFor(reason, '3f9c2a7d0b1e4c55')).toContain('"datasetId":"3f9c2a7d0b1e4c55"')
  })
})
