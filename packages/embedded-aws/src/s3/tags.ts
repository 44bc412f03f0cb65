import { AwsError } from '../protocol/aws-error'
import { malformed, readXml, textOf } from './xml'

/** Tags of an object, by key. */
export type Tags = Readonly<Record<string, string>>

const MOST = 10
const MOST_OF_KEY = 128
const MOST_OF_VALUE = 256
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** The tags of a `Tagging` document. Raises MalformedXML, InvalidTag, BadRequest (400). */
export function tagsInXml(body: Buffer): Tags {
  const root = readXml(body.toString('utf8'))
  const [set, ...others] = root.children
  if (root.name !== 'Tagging' || set?.name !== 'TagSet' || others.length > 0) throw malformed()
  return checked(
    set.children.map((tag) => {
      const key = textOf(tag, 'Key')
      const value = textOf(tag, 'Value')
      if (tag.name !== 'Tag' || key === undefined || value === undefined) throw malformed()
      return [key, value]
    }),
  )
}

/** The tags that a write gives its object, in the form of a query. Raises InvalidArgument, InvalidTag, BadRequest (400). */
export function tagsInHeader(headers: Record<string, string>): Tags {
  const pairs = [...new URLSearchParams(headers['x-amz-tagging'] ?? '')]
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) {
    throw new AwsError(
      400,
      'InvalidArgument',
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
    )
  }
  return checked(pairs)
}

/** How many tags an object has, as its reader is told. */
export function tagCountHeader(tags: Tags | undefined): Record<string, string> {
  const count = Object.keys(tags ?? {}).length
  return count === 0 ? {} : { 'x-amz-tagging-count': String(count) }
}

/** `tags` as a part of a stored object; nothing where there are none. */
export const withTags = (tags: Tags | undefined): { tags?: Record<string, string> } =>
  tags && Object.keys(tags).length > 0 ? { tags: { ...tags } } : {}

function checked(pairs: readonly (readonly [string, string])[]): Tags {
  if (pairs.length > MOST) throw new AwsError(400, 'BadRequest', `Object tags cannot be greater than ${MOST}`)
  for (const [key, value] of pairs) {
    if (key === '' || key.length > MOST_OF_KEY || /^aws:/i.test(key) || !TEXT.test(key)) {
      throw new AwsError(400, 'InvalidTag', 'The TagKey you have provided is invalid')
    }
    if (value.length > MOST_OF_VALUE || !TEXT.test(value))
      throw new AwsError(400, 'InvalidTag', 'The TagValue you have provided is invalid')
  }
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) {
    throw new AwsError(400, 'InvalidTag', 'Cannot provide multiple Tags with the same key')
  }
  return Object.fromEntries(pairs)
}
