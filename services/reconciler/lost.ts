import { objectCreated } from '../../events'

/** The functions that can be asked. */
export type Service = 'collector' | 'labeling' | 'formatter' | 'trainer' | 'evaluator' | 'analyzer'

/** Work that no event seems to bring any more, and the request that brings it. */
export interface Finding {
  to: Service
  request: unknown
  why: string
  /**
   * The same for the same loss: it is asked for a few times and then left to a person. Null where to ask is only to
   * look, because nothing need be lost.
   */
  key: string | null
}

/** The event of a put again, as EventBridge would have delivered it. */
export const putAgain = (bucket: string, key: string, modified: Date): unknown => ({
  version: '0',
  id: `again ${key}`,
  'detail-type': objectCreated.name,
  source: objectCreated.source,
  time: modified.toISOString(),
  resources: [`arn:aws:s3:::${bucket}`],
  detail: { bucket: { name: bucket }, object: { key } },
})
