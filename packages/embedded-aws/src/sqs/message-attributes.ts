import { AwsError } from '../protocol/aws-error'
import type { MessageAttribute } from './message'

const MOST = 10
const MOST_BYTES = 256
const TYPE = /^(String|Number|Binary)(\..+)?$/
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/**
 * Refuse invalid attributes. Raises InvalidParameterValue (400).
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export function checkAttributes(attributes: Readonly<Record<string, MessageAttribute>>): void {
  const names = Object.keys(attributes)
  if (names.length > MOST) {
    throw invalid(`Number of message attributes [${names.length}] exceeds the allowed maximum [${MOST}].`)
  }
  for (const [name, attribute] of Object.entries(attributes)) {
    const wrong = wrongName(name) ?? wrongType(name, attribute) ?? wrongValue(name, attribute)
    if (wrong !== undefined) throw invalid(wrong)
  }
}

function wrongName(name: string): string | undefined {
  if (/^(aws|amazon)\./i.test(name)) {
    return "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use."
  }
  if (!/^[\w.-]+$/.test(name)) {
    return `The message attribute name '${name}' is invalid. It can contain A-Z, a-z, 0-9, underscores, hyphens and periods.`
  }
  if (/^\.|\.\.|\.$/.test(name)) {
    return `The message attribute name '${name}' is invalid. It must not begin or end with a period, nor have two in a row.`
  }
  return name.length > MOST_BYTES ? `Message attribute name must be shorter than ${MOST_BYTES} bytes.` : undefined
}

function wrongType(name: string, { DataType }: MessageAttribute): string | undefined {
  if (DataType === '') return `The message attribute '${name}' must contain a non-empty message attribute type.`
  if (!TYPE.test(DataType)) {
    return `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`
  }
  return Buffer.byteLength(DataType) > MOST_BYTES
    ? `Message attribute type must be shorter than ${MOST_BYTES} bytes.`
    : undefined
}

function wrongValue(name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): string | undefined {
  const [kind = ''] = DataType.split('.')
  const [value, other] = kind === 'Binary' ? [BinaryValue, StringValue] : [StringValue, BinaryValue]
  if (value === undefined || value === '') {
    return `The message attribute '${name}' must contain a non-empty message attribute value for message attribute type '${kind}'.`
  }
  if (other !== undefined) return `The message attribute '${name}' has a value of another type than '${kind}'.`
  if (kind === 'Number' && !NUMBER.test(value)) {
    return `Can't cast the value of message (user) attribute '${name}' to a number.`
  }
  return undefined
}

const invalid = (reason: string): AwsError => new AwsError(400, 'InvalidParameterValue', reason)
