import path from 'node:path'
import { createAccessKeys, type AccessKeys, type Credentials } from './access-keys'
import { createBedrock } from './bedrock'
import type { CloudClock } from './clock'
import { queueTarget } from './cloudformation/queues'
import { createDeliveries, type Deliveries } from './delivery'
import { createDynamoDb, type DynamoDb } from './dynamodb'
import { createEvents, type Events } from './events'
import { createFaults, type Faults } from './faults'
import { createHttpApi, type HttpApi } from './http-api/http-api'
import { createIam, type Iam } from './iam/iam'
import { createLambda, type Lambda } from './lambda/lambda'
import { createMappings, type Mappings } from './lambda/mappings'
import { lambdaService } from './lambda/service'
import { createS3, type S3 } from './s3'
import { createSageMaker, type SageMakerService } from './sagemaker'
import type { CloudOptions } from './options'
import { createScheduler, type Scheduler } from './scheduler/scheduler'
import { createSecretsManager, type SecretsManager } from './secretsmanager'
import type { AwsService, CloudContext } from './service'
import { createServiceQuotas } from './service-quotas'
import { createSns, type Sns } from './sns'
import { createSqs, type Sqs } from './sqs'
import { busTarget, functionTarget } from './targets'
import type { Work } from './work'

/** The parts of a cloud, before a template is deployed. */
export interface Parts {
  keys: AccessKeys
  iam: Iam
  faults: Faults
  lambda: Lambda
  mappings: Mappings
  deliveries: Deliveries
  scheduler: Scheduler
  httpApi: HttpApi
  s3: S3
  sqs: Sqs
  dynamoDb: DynamoDb
  events: Events
  sageMaker: SageMakerService
  secrets: SecretsManager
  sns: Sns
  /** By the service name in the signature. */
  services: Map<string, AwsService>
  credentialsFor(role: string, session?: string): Credentials
}

interface Place {
  account: string
  region: string
  clock: CloudClock
  work: Work
  endpoint(): string
}

/** Create the services and connect them. */
export function createParts(options: CloudOptions, { account, region, clock, work, endpoint }: Place): Parts {
  const { dataDir } = options
  const context: CloudContext = { account, region, clock, dataDir, endpoint, emit: (event) => events.emit(event) }
  const keys = createAccessKeys(account)
  const iam = createIam(account, region)
  const faults = createFaults()
  const s3 = createS3(context, {
    permits: (from, target) => deliveries.permits(from, target),
    deliver: (delivery) => deliveries.deliver(delivery),
  })
  const sqs = createSqs(context)
  const dynamoDb = createDynamoDb(context)
  const secrets = createSecretsManager(context)
  const sns = createSns(context, options.onMail)
  const events = createEvents(context, (delivery) => deliveries.deliver(delivery), options.onEvent)

  const queues = queueTarget(sqs, account)
  const lambda = createLambda({
    ...context,
    clock,
    work,
    keys,
    iam,
    giveUp: async (destination, record) => queues.send(destination, JSON.stringify(record)),
    onLog: options.onLog,
    workersOfFunction: options.workersOfFunction,
  })
  const deliveries = createDeliveries({
    folder: path.join(dataDir, 'deliveries'),
    clock,
    work,
    iam,
    faults,
    targets: { lambda: functionTarget(lambda), sqs: queues, events: busTarget(events) },
  })
  const credentialsFor = (role: string, session = 'session') => {
    const found = iam.role(role)
    if (!found) throw new Error(`no role ${role}`)
    return keys.issue({ principal: iam.principalOf(found, session) })
  }
  const sageMaker = createSageMaker(context, {
    trainer: options.trainer,
    itemOf: options.itemOf,
    annotate: options.annotate,
    workers: options.workers,
    durations: options.durations,
    mayPassRole: (principal, roleArn) => iam.mayPassRole(principal, roleArn, 'sagemaker.amazonaws.com'),
    credentialsFor,
    track: work.track,
  })
  const scheduler = createScheduler({ account, region, dataDir, clock, deliver: deliveries.deliver })
  const services = [
    lambdaService(lambda),
    s3,
    sqs,
    dynamoDb,
    events,
    scheduler.service,
    sageMaker,
    secrets,
    sns,
    createServiceQuotas(options.modelOffers),
    createBedrock(context, options.languageModel, options.modelOffers),
  ]

  return {
    keys,
    iam,
    faults,
    lambda,
    mappings: createMappings({ region, lambda, sqs, iam, work, faults }),
    deliveries,
    scheduler,
    httpApi: createHttpApi({ account, region, clock, lambda }),
    s3,
    sqs,
    dynamoDb,
    events,
    sageMaker,
    secrets,
    sns,
    services: new Map(services.map((service) => [service.name, service])),
    credentialsFor,
  }
}
