import { randomBytes } from 'node:crypto'

/** `x-amz-request-id` */
export const makeRequestId = (): string => randomBytes(8).toString('hex').toUpperCase()

/** `x-amz-id-2` */
export const makeHostId = (): string => randomBytes(48).toString('base64')
