/** The service in an ARN: `sqs` of a queue's. */
export const serviceOf = (arn: string): string => arn.split(':')[2] ?? ''
