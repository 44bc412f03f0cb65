import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { createAccessKeys, type Credentials } from './access-keys'
import { createClock, type CloudClock } from './clock'
import { bucketCreators } from './cloudformation/buckets'
import { busCreators } from './cloudformation/buses'
import { createResources, type Creators } from './cloudformation/create'
import type { Place } from './cloudformation/kinds'
import { nameOf, queueCreators, queueTarget } from './cloudformation/queues'
import { resolveStack, type Stack } from './cloudformation/stack'
import { secretCreators } from './cloudformation/secrets'
import { tableCreators } from './cloudformation/tables'
import { parseTemplate, readPackage } from './cloudformation/template'
import { createDeliveries } from './delivery'
import { createDynamoDb, type DynamoDb } from './dynamodb'
import { createEvents, type Events } from './events'
import { createFaults, type Faults } from './faults'
import { passGate, type RecordedCall } from './gate'
import { listen } from './http'
import { createHttpApi } from './http-api/http-api'
import { iamCreators } from './iam/create'
import { createIam, type Iam } from './iam/iam'
import { lambdaCreators } from './lambda/create'
import type { Outcome } from './lambda/function'
import { createLambda, type Lambda } from './lambda/lambda'
import { createMappings } from './lambda/mappings'
import { lambdaService } from './lambda/service'
import { createScheduler } from './scheduler/scheduler'
import { recorder } from './record/record'
import { describeCloud } from './running'
import { createS3, type S3 } from './s3'
import { createSecretsManager, type SecretsManager } from './secretsmanager'
import { createServiceQuotas } from './service-quotas'
import { createSageMaker, type SageMakerService, type Surroundings as SageMakerOptions } from './sagemaker'
import type { AwsService, BusEvent, CloudContext } from './service'
import { createSqs, type Sqs } from './sqs'
import { busTarget, functionTarget } from './targets'
import { createWork } from './work'

export interface CloudOptions {
  /** What `sls package` wrote: the template and the zips. None: an empty cloud. */
  packageDir?: string
  /** A template in place of the packaged one. */
  template?: unknown
  stackName?: string
  /** Everything the cloud keeps; a restart on the same folder goes on from it. */
  dataDir: string
  /** 0, the default, takes a free one. */
  port?: number
  /** Its own by default: real time, going on where the data folder left it. */
  clock?: CloudClock
  /** The time, in milliseconds since the epoch, at which an empty data folder begins. */
  start?: number
  region?: string
  account?: string
  /** Write each request that functions send there, as the SDK command's input. */
  recordDir?: string
  /** Files that take the place of packaged ones in every function, by path in the package. */
  overlay?: Record<string, string | Buffer>
  /** Sees every event that is put on a bus, by the bus's name. */
  onEvent?: (bus: string, event: BusEvent) => void
  /** Who answers Ground Truth's jobs; nobody by default. */
  annotate?: SageMakerOptions['annotate']
  workers?: SageMakerOptions['workers']
  durations?: SageMakerOptions['durations']
  /** Sees what functions print, besides the log files in `dataDir/logs`. */
  onLog?: (functionName: string, text: string) => void
}

/** A running cloud. */
export interface Cloud {
  /** `http://127.0.0.1:PORT`: what `AWS_ENDPOINT_URL` has to be. */
  endpoint: string
  account: string
  region: string
  clock: CloudClock
  stack: Stack
  iam: Iam
  lambda: Lambda
  s3: S3
  sqs: Sqs
  dynamoDb: DynamoDb
  events: Events
  sageMaker: SageMakerService
  secrets: SecretsManager
  faults: Faults
  /** Every signed request that reached a service, in order. */
  calls: readonly RecordedCall[]
  /** Move the clock forward; what falls due on the way happens in order, each settled before the next. */
  advance(ms: number): Promise<void>
  advanceTo(at: number): Promise<void>
  /** Resolves when no invocation, delivery or due message is in flight. */
  idle(timeoutMs?: number): Promise<void>
  /** `sls invoke`: a full name, or its last part (`trainer`). */
  invoke(functionName: string, payload: unknown): Promise<Outcome>
  /** Keys that act as a role of the template, by logical id, name or ARN. */
  credentialsFor(role: string, session?: string): Credentials
  close(): Promise<void>
}

/** Start a cloud: one port, one folder, one clock, and everything that the template asks for. */
export async function createCloud(options: CloudOptions): Promise<Cloud> {
  const { dataDir, account = '000000000000', region = 'eu-west-1', overlay = {} } = options
  mkdirSync(dataDir, { recursive: true })
  const clock = options.clock ?? createClock({ file: path.join(dataDir, 'clock'), start: options.start })
  const work = createWork()
  const keys = createAccessKeys(account)
  const iam = createIam(account, region)
  const faults = createFaults()
  const calls: RecordedCall[] = []
  const record = options.recordDir === undefined ? undefined : recorder(options.recordDir)
  const endpoint = () => server.endpoint
  clock.settleBy(() => work.idle())
  const context: CloudContext = { account, region, clock, dataDir, endpoint, emit: (event) => events.emit(event) }
  const s3 = createS3(context)
  const sqs = createSqs(context)
  const dynamoDb = createDynamoDb(context)
  const secrets = createSecretsManager(context)
  const events = createEvents(context, (delivery) => deliveries.deliver(delivery), options.onEvent)

  const lambda = createLambda({
    account,
    region,
    dataDir,
    endpoint,
    clock,
    work,
    keys,
    iam,
    giveUp: async (destination, fn, { requestContext, ...record }) => {
      const functionArn = `${fn.arn}:$LATEST`
      await queues.send(destination, JSON.stringify({ ...record, requestContext: { ...requestContext, functionArn } }))
    },
    onLog: options.onLog,
  })
  const queues = queueTarget(sqs, account)
  const deliveries = createDeliveries({
    folder: path.join(dataDir, 'deliveries'),
    clock,
    work,
    iam,
    faults,
    targets: { lambda: functionTarget(lambda), sqs: queues, events: busTarget(events) },
  })
  const scheduler = createScheduler({
    account,
    region,
    dataDir,
    clock,
    deliver: (delivery) => deliveries.deliver(delivery),
  })
  const credentialsFor = (role: string, session = 'session') => {
    const found = iam.role(role)
    if (!found) throw new Error(`no role ${role}`)
    return keys.issue({ principal: iam.principalOf(found, session) })
  }
  const mappings = createMappings({ region, lambda, sqs, iam, work, faults })
  const httpApi = createHttpApi({ account, region, clock, lambda })

  const sageMaker = createSageMaker(context, {
    mayPassRole: (principal, roleArn) => iam.mayPassRole(principal, roleArn, 'sagemaker.amazonaws.com'),
    credentialsFor,
    track: (name, doing) => work.track(name, doing),
    annotate: options.annotate,
    workers: options.workers,
    durations: options.durations,
  })

  const services = new Map<string, AwsService>(
    [lambdaService(lambda), s3, sqs, dynamoDb, events, sageMaker, secrets, createServiceQuotas()].map((service) => [
      service.name,
      service,
    ]),
  )
  const signed = passGate({
    services,
    iam,
    faults,
    answered(call, request, { status }) {
      calls.push({ n: calls.length + 1, ...call, status })
      if (call.functionName !== undefined) record?.(call.operation, request)
    },
  })
  const server = await listen(options.port ?? 0, {
    keys,
    clock,
    signed,
    plain: (request) => httpApi.answer(request),
  })

  const packaged = options.packageDir && options.template === undefined ? readPackage(options.packageDir) : undefined
  const template = options.template === undefined ? packaged?.template : parseTemplate(options.template)
  const place: Place = { account, region, endpoint, stackName: options.stackName ?? packaged?.stackName ?? 'stack' }
  const stack = template ? resolveStack(template, place) : { resources: [], outputs: {} }
  const checkDestination = (functionName: string, destination: string) => {
    const role = iam.role(lambda.find(functionName)?.role ?? '')
    const access = { action: 'sqs:SendMessage', resource: destination }
    const denial = role && iam.denialOf(iam.principalOf(role, functionName), [access])
    if (denial) throw new Error(denial.message)
    if (!sqs.queue(nameOf(destination))) throw new Error(`there is no queue ${destination}`)
  }
  const creators: Creators = {
    ...iamCreators(iam),
    ...scheduler.creators,
    ...httpApi.creators,
    ...mappings.creators,
    ...bucketCreators(s3),
    ...queueCreators(sqs),
    ...busCreators(events),
    ...tableCreators(dynamoDb),
    ...secretCreators(secrets),
    ...lambdaCreators({
      lambda,
      packageDir: options.packageDir ?? '.',
      dataDir,
      overlay,
      checkDestination,
    }),
  }
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= stopAll())
  const stopAll = async () => {
    clock.close()
    mappings.stop()
    await lambda.close()
    await server.close()
    for (const service of services.values()) await service.close?.()
  }
  try {
    await createResources(stack.resources, creators)
  } catch (error) {
    await stop()
    throw error
  }
  lambda.resume()
  deliveries.resume()
  mappings.start()
  sageMaker.resume()
  describeCloud(dataDir, { endpoint: endpoint(), region, functions: lambda.functions().map(({ name }) => name) })

  return {
    endpoint: endpoint(),
    account,
    region,
    clock,
    stack,
    iam,
    lambda,
    s3,
    sqs,
    dynamoDb,
    events,
    sageMaker,
    secrets,
    faults,
    calls,
    advance: (ms) => clock.advanceTo(clock.now() + ms),
    advanceTo: (at) => clock.advanceTo(at),
    idle: (timeoutMs) => work.idle(timeoutMs),
    invoke(functionName, payload) {
      const names = lambda.functions().map(({ name }) => name)
      const name = names.find((full) => full === functionName || full.endsWith(`-${functionName}`))
      if (name === undefined) throw new Error(`no function ${functionName} among ${names.join(', ')}`)
      return lambda.invoke(name, JSON.stringify(payload))
    },
    credentialsFor,
    close: stop,
  }
}
