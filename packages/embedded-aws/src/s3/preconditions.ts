import { AwsError, notImplemented } from '../protocol/aws-error'
import type { StoredObject, Version } from './version'

type Headers = Record<string, string>

/**
 * May this write replace `current`? `If-None-Match: *` creates only, `If-Match` compares and swaps.
 * Raises PreconditionFailed (412), NoSuchKey (404) where there is nothing to compare with.
 */
export function checkWrite(headers: Headers, current: Version | undefined): void {
  const existing = current?.kind === 'object' ? current : undefined
  const ifNoneMatch = headers['if-none-match']
  const ifMatch = headers['if-match']
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw notImplemented('If-None-Match but * on a write to S3')
  if (ifNoneMatch === '*' && existing) throw preconditionFailed('If-None-Match')
  if (ifMatch === undefined) return
  if (!existing) throw new AwsError(404, 'NoSuchKey', 'The specified key does not exist.')
  if (!names(ifMatch, existing.etag)) throw preconditionFailed('If-Match')
}

/** Is this write one that another write or delete may not overtake? */
export const isConditional = (headers: Headers): boolean => 'if-none-match' in headers || 'if-match' in headers

/**
 * Does the reader have this version already (`not modified`), or shall it be sent? By RFC 9110, 13.2.2.
 * Raises PreconditionFailed (412).
 */
export function checkRead(headers: Headers, { etag, lastModified }: StoredObject): 'send' | 'not modified' {
  const seconds = Math.floor(lastModified / 1000) * 1000
  const ifMatch = headers['if-match']
  const ifNoneMatch = headers['if-none-match']
  const unmodifiedSince = headers['if-unmodified-since']
  const modifiedSince = headers['if-modified-since']

  if (ifMatch !== undefined) {
    if (!names(ifMatch, etag)) throw preconditionFailed('If-Match')
  } else if (unmodifiedSince !== undefined && seconds > Date.parse(unmodifiedSince)) {
    throw preconditionFailed('If-Unmodified-Since')
  }
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, etag) ? 'not modified' : 'send'
  return modifiedSince !== undefined && seconds <= Date.parse(modifiedSince) ? 'not modified' : 'send'
}

/** 412, as every failed condition answers. */
export const preconditionFailed = (condition: string): AwsError =>
  new AwsError(412, 'PreconditionFailed', `At least one of the pre-conditions you specified did not hold: ${condition}`)

const names = (condition: string, etag: string): boolean =>
  condition.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '').replaceAll('"', '') === etag)
