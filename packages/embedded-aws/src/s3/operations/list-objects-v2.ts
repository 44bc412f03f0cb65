import { AwsError } from '../../protocol/aws-error'
import { onBucket } from '../access'
import type { S3Operation } from '../call'
import { currentOf, listedObject, rolledUp } from '../listed-object'
import { encodeKey, listPage, readPaging } from '../listing'
import { writeXml } from '../xml'

export const listObjectsV2: S3Operation = {
  query: [
    'list-type',
    'prefix',
    'delimiter',
    'max-keys',
    'start-after',
    'continuation-token',
    'encoding-type',
    'fetch-owner',
  ],
  access: (call) => [
    onBucket('ListBucket', call, {
      's3:prefix': call.query.get('prefix') ?? '',
      's3:delimiter': call.query.get('delimiter') ?? '',
      's3:max-keys': call.query.get('max-keys') ?? '1000',
    }),
  ],
  async run({ bucket, bucketName, query, context }) {
    const token = query.get('continuation-token')
    const startAfter = query.get('start-after') ?? ''
    const paging = { ...readPaging(query), after: token === null ? startAfter : readToken(token) }
    const encode = encodeKey(query)

    const { entries, next } = listPage(bucket.keys, paging, currentOf(bucket))
    const owner = query.get('fetch-owner') === 'true' ? { Owner: { ID: context.account } } : {}
    const body = writeXml('ListBucketResult', {
      Name: bucketName,
      Prefix: encode(paging.prefix),
      Delimiter: paging.delimiter === '' ? undefined : encode(paging.delimiter),
      StartAfter: startAfter === '' ? undefined : encode(startAfter),
      MaxKeys: paging.maxKeys,
      EncodingType: query.get('encoding-type') ?? undefined,
      KeyCount: entries.length,
      IsTruncated: next !== undefined,
      ContinuationToken: token ?? undefined,
      NextContinuationToken: next === undefined ? undefined : Buffer.from(next).toString('base64url'),
      Contents: entries.flatMap(({ item }) => (item ? [{ ...listedObject(item, encode), ...owner }] : [])),
      CommonPrefixes: rolledUp(entries, encode),
    })
    return { status: 200, headers: { 'content-type': 'application/xml' }, body }
  },
}

function readToken(token: string): string {
  const after = Buffer.from(token, 'base64url')
  if (after.toString('base64url') !== token) {
    throw new AwsError(400, 'InvalidArgument', 'The continuation token provided is incorrect')
  }
  return after.toString('utf8')
}
