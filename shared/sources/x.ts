import { z } from 'zod'
import { type DeclaredSecret, networkUrl, secretCheck, type SourceDeclaration } from './declaration'

const usd = z.number().nonnegative()
const settings = z.strictObject({
  type: z.literal('x'),
  excludeRetweets: z.boolean().default(true),
  pricePerPostUsd: usd.default(0.005),
  pricePerCountUsd: usd.default(0.005),
  presence: z.enum(['compliance', 'lookup', 'age']).default('compliance'),
  apiUrl: networkUrl.default('https://api.x.com/2/'),
})
export type XSettings = z.infer<typeof settings>

const secret: DeclaredSecret = {
  resource: 'XToken',
  holds: 'bearer token of the X API',
  example: '"$X_BEARER_TOKEN"',
}

/** X, recent search of API v2. */
export const x: SourceDeclaration<XSettings> = {
  type: 'x',
  settings,
  prices: ({ pricePerPostUsd, pricePerCountUsd }) => ({ perPostUsd: pricePerPostUsd, perCountUsd: pricePerCountUsd }),
  secret,
  check: secretCheck('X token', secret),
  describe: ({ apiUrl }) => ({ place: 'X', terms: ['https://docs.x.com/developer-terms'], address: apiUrl }),
}
