import type { Cloud } from './cloud'

/** How a client of the SDK calls a cloud as the owner of its account. */
export const asOwner = ({ region, endpoint }: Pick<Cloud, 'region' | 'endpoint'>) => ({
  region,
  endpoint,
  credentials: { accessKeyId: 'owner', secretAccessKey: 'owner' },
})

/** The cloud's name of a resource of the template. */
export function resourceOf({ stack }: Pick<Cloud, 'stack'>, logicalId: string): string {
  const ref = stack.resources.find((one) => one.logicalId === logicalId)?.ref
  if (ref === undefined) throw new Error(`the packaged template has no resource ${logicalId}`)
  return ref
}
