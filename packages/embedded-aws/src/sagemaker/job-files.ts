import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { Credentials } from '../access-keys'
import { splitUri } from './names'

/** S3 accessed as a job's execution role, so that the role's permissions apply. */
export interface JobFiles {
  /** The one object under a prefix. Throws when there is none, or several, or the role may not read it. */
  only(uri: string): Promise<Buffer>
  read(uri: string): Promise<Buffer>
  write(uri: string, body: string | Uint8Array): Promise<void>
}

/** One S3 client per role, reused: creating a client takes longer than a request. */
export function filesOf(
  place: { endpoint(): string; region: string },
  credentialsFor: (roleArn: string) => Credentials,
) {
  const kept = new Map<string, JobFiles>()
  return (roleArn: string): JobFiles => {
    const known = kept.get(roleArn)
    if (known) return known
    const credentials = credentialsFor(roleArn)
    const files = jobFiles(new S3Client({ endpoint: place.endpoint(), region: place.region, credentials }))
    kept.set(roleArn, files)
    return files
  }
}

function jobFiles(client: S3Client): JobFiles {
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
  }
}
