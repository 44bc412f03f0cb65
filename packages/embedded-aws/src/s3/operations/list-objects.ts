import { onBucket } from '../access'
import type { S3Operation } from '../call'
import { encodeKey, listPage, readPaging } from '../listing'
import { currentOf, listedObject, rolledUp } from '../listed-object'
import { writeXml } from '../xml'

/** The first version of the listing, which old tools ask for: it goes on behind a key and not by a token. */
export const listObjects: S3Operation = {
  query: ['prefix', 'delimiter', 'max-keys', 'marker', 'encoding-type'],
  access: (call) => [
    onBucket('ListBucket', call, {
      's3:prefix': call.query.get('prefix') ?? '',
      's3:delimiter': call.query.get('delimiter') ?? '',
      's3:max-keys': call.query.get('max-keys') ?? '1000',
    }),
  ],
  async run({ bucket, bucketName, query, context }) {
    const marker = query.get('marker') ?? ''
    const paging = { ...readPaging(query), after: marker }
    const encode = encodeKey(query)

    const { entries, next } = listPage(bucket.keys, paging, currentOf(bucket))
    const body = writeXml('ListBucketResult', {
      Name: bucketName,
      Prefix: encode(paging.prefix),
      Marker: encode(marker),
      // Without a delimiter the last key that was listed says where to go on.
      NextMarker: next === undefined || paging.delimiter === '' ? undefined : encode(next),
      MaxKeys: paging.maxKeys,
      Delimiter: paging.delimiter === '' ? undefined : encode(paging.delimiter),
      EncodingType: query.get('encoding-type') ?? undefined,
      IsTruncated: next !== undefined,
      Contents: entries.flatMap(({ item }) =>
        item ? [{ ...listedObject(item, encode), Owner: { ID: context.account } }] : [],
      ),
      CommonPrefixes: rolledUp(entries, encode),
    })
    return { status: 200, headers: { 'content-type': 'application/xml' }, body }
  },
}
