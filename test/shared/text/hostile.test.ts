import { expect, it } from '@jest/globals'
import { hostileTexts, textFunctions } from '../../../bench/text-functions'

it.each(textFunctions().map((one) => [one.name, one] as const))(
  'a text that is made to hold it up is answered by %s',
  async (_, { run }) => {
    for (const [what, text] of hostileTexts(400))
      await expect(Promise.resolve({ what, answer: await run(text) })).resolves.toMatchObject({ what })
  },
)
