import { type Cost, dollars } from '../cost'
import { fastText } from '../engines/fasttext'
import { blazingTextImage } from '../image'
import { trainingCostUsd } from './sagemaker-price'
import type { Need, TrainerSettings, TrainerTerms } from './terms'

/** A SageMaker training job of the BlazingText algorithm. */
export const sageMakerTerms: TrainerTerms = {
  name: 'blazingtext',
  trains: (engine) => engine === fastText,
  costAtMost,
  needs,
}

function costAtMost({ training: { instanceType, spot }, caps: { trainingSeconds } }: TrainerSettings): Cost {
  const usd = trainingCostUsd(instanceType, trainingSeconds)
  if (usd === null) return { usd, how: `${trainingSeconds} s of ${instanceType}, whose price is not known here` }
  const how = `${trainingSeconds} s of ${instanceType} on demand = ${dollars(usd)}`
  return { usd, how: spot ? `${how}; spot usually takes a third of it` : how }
}

function needs({ training: { instanceType, spot } }: TrainerSettings, region: string): Need[] {
  const isOffered = blazingTextImage(region) !== undefined
  const quota = (isSpot: boolean, why: string): Need => {
    const name = `${instanceType} for ${isSpot ? 'spot ' : ''}training job usage`
    const remedy = `Ask for 1 of "${name}" in Service Quotas, Amazon SageMaker, or set training.trainer: lambda meanwhile.`
    return { quota: name, why, remedy }
  }
  return [
    {
      check: 'BlazingText in the region',
      isMet: isOffered,
      found: isOffered ? `there is an image in ${region}` : `no image of BlazingText is known in ${region}`,
      remedy: 'Set training.trainer: lambda, or deploy to another region.',
    },
    ...(spot
      ? [quota(true, 'training.spot is true'), quota(false, 'it is the way out when spot has no capacity')]
      : [quota(false, 'training.spot is false')]),
  ]
}
