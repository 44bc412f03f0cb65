import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { splitUri } from './names'
import type { Site } from './surroundings'

/** S3 as a job's execution role sees it, so that the role's permissions hold. */
export interface JobFiles {
  /** The one object of a prefix. Throws when there is none, or several, or the role may not. */
  only(uri: string): Promise<Buffer>
  read(uri: string): Promise<Buffer>
  write(uri: string, body: string | Uint8Array): Promise<void>
  close(): void
}

export function jobFiles(site: Pick<Site, 'endpoint' | 'region' | 'credentialsFor'>, roleArn: string): JobFiles {
  const client = new S3Client({
    endpoint: site.endpoint(),
    region: site.region,
    credentials: site.credentialsFor(roleArn, 'SageMaker'),
  })
  const read = async (uri: string) => {
    const { bucket, key } = splitUri(uri)
    const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    return Buffer.from((await body?.transformToByteArray()) ?? [])
  }
  return {
    read,
    async only(uri) {
      const { bucket, key: prefix } = splitUri(uri)
      const found: string[] = []
      for await (const { Contents } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
        found.push(...(Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])))
      }
      const [first, ...others] = found
      if (first === undefined) throw new Error(`No S3 objects found under S3 URL "${uri}" given in input data source`)
      if (others.length > 0) throw new Error(`BlazingText takes one file a channel, "${uri}" has ${found.length}`)
      return read(`s3://${bucket}/${first}`)
    },
    async write(uri, body) {
      const { bucket, key } = splitUri(uri)
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))
    },
    close: () => client.destroy(),
  }
}
