import { createHash } from 'node:crypto'
import { secretArn } from '../secretsmanager/arn'

/** Where a stack is deployed. */
export interface Place {
  account: string
  region: string
  stackName: string
  endpoint(): string
}

interface Kind {
  /** The property in which a template may name the resource. */
  nameProperty?: string
  lowerCase?: true
  /** The value of `Ref`; by default the name. */
  ref?: (name: string, place: Place, properties: Record<string, unknown>) => string
  attributes?: Record<string, (name: string, place: Place, properties: Record<string, unknown>) => string>
  /** Why the type is accepted but not created. Types without a reason are created by `create.ts`. */
  inert?: string
}

const arn =
  (service: string, prefix = '') =>
  (name: string, { region, account }: Place) =>
    `arn:aws:${service}:${region}:${account}:${prefix}${name}`
const itself = (name: string) => name
const queueUrl = (name: string, { account, endpoint }: Place) => `${endpoint()}/${account}/${name}`
const bucketArn = (name: string) => `arn:aws:s3:::${name}`
const roleArn = (name: string, { account }: Place) => `arn:aws:iam::${account}:role/${name}`
const arnOfSecret = (name: string, { region, account }: Place) => secretArn(name, region, account)
/** The bus a rule is on; none for the default bus. */
const busOf = ({ EventBusName }: Record<string, unknown>) => {
  const bus = typeof EventBusName === 'string' ? EventBusName.split('/').at(-1) : undefined
  return bus === 'default' ? undefined : bus
}
const ruleArn = (name: string, place: Place, properties: Record<string, unknown>) => {
  const bus = busOf(properties)
  return arn('events', 'rule/')(bus === undefined ? name : `${bus}/${name}`, place)
}

const SQL = 'there is no SQL engine here'

/** Every supported resource type, in the order of creation. */
export const KINDS: Record<string, Kind> = {
  'AWS::IAM::Role': { nameProperty: 'RoleName', attributes: { Arn: roleArn } },
  'AWS::IAM::ManagedPolicy': {
    nameProperty: 'ManagedPolicyName',
    ref: (name, { account }) => `arn:aws:iam::${account}:policy/${name}`,
  },
  'AWS::IAM::Policy': { nameProperty: 'PolicyName' },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    ref: queueUrl,
    attributes: { Arn: arn('sqs'), QueueName: itself, QueueUrl: queueUrl },
  },
  'AWS::SQS::QueuePolicy': {},
  'AWS::DynamoDB::Table': { nameProperty: 'TableName', attributes: { Arn: arn('dynamodb', 'table/') } },
  'AWS::SecretsManager::Secret': { nameProperty: 'Name', ref: arnOfSecret, attributes: { Id: arnOfSecret } },
  'AWS::Events::EventBus': { nameProperty: 'Name', attributes: { Arn: arn('events', 'event-bus/'), Name: itself } },
  'AWS::Events::EventBusPolicy': { inert: 'there are no other accounts here' },
  'AWS::Events::Archive': { nameProperty: 'ArchiveName', attributes: { Arn: arn('events', 'archive/') } },
  'AWS::Lambda::Function': { nameProperty: 'FunctionName', attributes: { Arn: arn('lambda', 'function:') } },
  'AWS::Lambda::Version': { inert: 'the newest code is the only one' },
  'AWS::Lambda::Permission': {},
  // After the functions and queues that a bucket notifies, and their policies: S3 checks that they allow it.
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    lowerCase: true,
    attributes: {
      Arn: bucketArn,
      DomainName: (name) => `${name}.s3.amazonaws.com`,
      RegionalDomainName: (name, { region }) => `${name}.s3.${region}.amazonaws.com`,
    },
  },
  'AWS::S3::BucketPolicy': { inert: 'it denies what is not TLS, and this endpoint has none' },
  'AWS::Lambda::EventInvokeConfig': {},
  'AWS::Lambda::EventSourceMapping': {},
  'AWS::Events::Rule': {
    nameProperty: 'Name',
    ref: (name, _, properties) => [busOf(properties), name].filter(Boolean).join('|'),
    attributes: { Arn: ruleArn },
  },
  'AWS::Scheduler::ScheduleGroup': {
    nameProperty: 'Name',
    attributes: { Arn: arn('scheduler', 'schedule-group/') },
    inert: 'a group is a part of the name',
  },
  'AWS::Scheduler::Schedule': {
    nameProperty: 'Name',
    attributes: {
      Arn: (name, place, { GroupName }) =>
        arn('scheduler', 'schedule/')(`${typeof GroupName === 'string' ? GroupName : 'default'}/${name}`, place),
    },
  },
  'AWS::ApiGatewayV2::Api': {
    ref: (name) => digest(name).slice(0, 10),
    attributes: { ApiEndpoint: (_, { endpoint }) => endpoint() },
  },
  'AWS::ApiGatewayV2::Integration': { ref: (name) => digest(name).slice(0, 7) },
  'AWS::ApiGatewayV2::Route': { ref: (name) => digest(name).slice(0, 7) },
  'AWS::ApiGatewayV2::Stage': { nameProperty: 'StageName' },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    attributes: { Arn: (name, place) => `${arn('logs', 'log-group:')(name, place)}:*` },
    inert: 'logs are files in the data folder',
  },
  'AWS::Logs::MetricFilter': { inert: 'there are no metrics here' },
  'AWS::CloudWatch::Alarm': {
    nameProperty: 'AlarmName',
    attributes: { Arn: arn('cloudwatch', 'alarm:') },
    inert: 'there are no metrics here',
  },
  'AWS::CloudWatch::Dashboard': { nameProperty: 'DashboardName', inert: 'there are no metrics here' },
  'AWS::Glue::Database': { inert: SQL },
  'AWS::Glue::Table': { inert: SQL },
  'AWS::Athena::WorkGroup': { nameProperty: 'Name', inert: SQL },
  'AWS::Athena::NamedQuery': { nameProperty: 'Name', inert: SQL },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    ref: arn('sns'),
    attributes: { TopicArn: arn('sns'), TopicName: itself },
  },
  'AWS::SNS::TopicPolicy': { inert: 'roles alone write to topics here' },
  'AWS::SNS::Subscription': { ref: arn('sns') },
}

/** The name of a resource that the template does not name. It is the same in every deployment. */
export function madeUpName(stackName: string, logicalId: string, lowerCase = false): string {
  const name = `${stackName}-${logicalId}-${digest(stackName + logicalId).slice(0, 12)}`
  return lowerCase ? name.toLowerCase() : name
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
