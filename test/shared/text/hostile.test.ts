import { expect, it } from '@jest/globals'
import { hostileTexts, textFunctions } from '../../../bench/text-functions'

it.each(textFunctions().map((one) => [one.name, one] as const))(
  '%s handles an adversarial text in linear time',
  async (_, { run }) => {
    for (const [what, text] of hostileTexts(400))
      await expect(Promise.resolve({ what, answer: await run(text) })).resolves.toMatchObject({ what })
  },
)
