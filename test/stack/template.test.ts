import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from '@jest/globals'
import yauzl from 'yauzl'
import { z } from 'zod'
import { findRoute } from '../../packages/embedded-aws/src/http-api/routes'
import { createThrottle } from '../../packages/embedded-aws/src/http-api/throttle'
import { costsOfADay } from '../../services/doctor/costs'
import { readConfig } from '../../shared/config'
import { readSettings } from '../../shared/settings'
import { metricCount, METRICS } from '../../shared/watch/metrics'
import {
  functions,
  ofType,
  queuePolicies,
  reference,
  resources,
  root,
  rules,
  statementsOf,
  templateFile,
  errorsIn,
} from './packaged'

const ways = z.object({ DestinationConfig: z.object({ OnFailure: z.object({ Destination: reference }) }) })
const failures = ofType('AWS::Lambda::EventInvokeConfig', ways.extend({ FunctionName: reference }))
const definedAlarms = ofType(
  'AWS::CloudWatch::Alarm',
  z.object({
    AlarmDescription: z.string(),
    MetricName: z.string().optional(),
    Dimensions: z.tuple([z.object({ Value: z.union([z.string(), reference]) })]).optional(),
    Metrics: z.array(z.object({ Id: z.string(), Expression: z.string().optional() })).optional(),
    TreatMissingData: z.string(),
  }),
)
const alarms = definedAlarms.map(([, { MetricName, Dimensions }]) => `${MetricName} ${Dimensions?.[0].Value}`)
const queues = ofType(
  'AWS::SQS::Queue',
  z.object({
    VisibilityTimeout: z.number().optional(),
    RedrivePolicy: z.object({ deadLetterTargetArn: reference, maxReceiveCount: z.number() }).optional(),
  }),
)
const schedules = ofType(
  'AWS::Scheduler::Schedule',
  z.object({
    ScheduleExpression: z.string(),
    Target: z.object({
      Arn: reference,
      Input: z.string(),
      RetryPolicy: z.object({ MaximumRetryAttempts: z.number() }),
      DeadLetterConfig: z.object({ Arn: reference }),
    }),
  }),
)
/** Functions that are invoked asynchronously. */
const called = functions.filter(({ id }) =>
  [...rules, ...schedules.map(([, one]) => ({ target: one.Target }))].some(({ target }) => target.Arn === id),
)
const deadLettersOf = ({ id }: { id: string }) => id.replace('LambdaFunction', 'DeadLetters')

/** Pages that a function serves, by its name. */
const PAGES: Record<string, string[]> = { desk: ['desk'], owner: ['owner'], report: ['report'] }

it('packages a template without an error that CloudFormation would find', () => {
  expect(errorsIn(templateFile)).toEqual([])
})

it('has a function for every handler in services/ except the example, and no other', () => {
  const services = readdirSync(path.join(root, 'services'))
    // Options: test/stack/predictor.test.ts, mail.test.ts and subscriber.test.ts.
    .filter((name) => !['predictor', 'mail', 'subscriber'].includes(name))
    .map((name) => `services/${name}/handler.ts`)
  const handlers = services.filter((file) => existsSync(path.join(root, file)))

  expect(new Set(functions.map(({ source }) => source))).toEqual(new Set([...handlers, 'services/desk/invite.ts']))
})

it("sets a retention for every function's logs", () => {
  const groups = ofType('AWS::Logs::LogGroup', z.object({ LogGroupName: z.string(), RetentionInDays: z.number() }))

  expect(groups.map(([, { LogGroupName }]) => LogGroupName)).toEqual(
    expect.arrayContaining(functions.map(({ fullName }) => `/aws/lambda/${fullName}`)),
  )
})

describe.each(functions.map((one) => [one.name, one] as const))('the function %s', (_, one) => {
  it('has a zip under 1 MB with its bundle, bellwether.yml and the pages it serves', async () => {
    expect(statSync(one.zip).size).toBeLessThan(1_000_000)
    const pages = (PAGES[one.name] ?? []).flatMap((page) =>
      ['index.html', 'page.css', 'page.js', ...(page === 'desk' ? ['worker.js'] : [])].map(
        (file) => `.build/pages/${page}/${file}`,
      ),
    )
    expect(await entriesOf(one.zip)).toEqual([...pages, 'bellwether.yml', one.source.replace(/\.ts$/, '.js')])
  })

  it('has an alarm on its failures', () => {
    expect(alarms).toContain(`Errors ${one.fullName}`)
  })
})

describe.each(called.map((one) => [one.name, one] as const))('the event-driven function %s', (_, one) => {
  it('sends failed events to its dead letters, may do so, and has an alarm on them', () => {
    const { 1: failure } = failures.find(([, { FunctionName }]) => FunctionName === one.id) ?? []
    const mayWrite = statementsOf(one.role).filter(({ Action }) => Action.includes('sqs:SendMessage'))

    expect(failure?.DestinationConfig.OnFailure.Destination).toBe(deadLettersOf(one))
    expect(JSON.stringify(mayWrite)).toContain(deadLettersOf(one))
    expect(alarms).toContain(`ApproximateNumberOfMessagesVisible ${deadLettersOf(one)}`)
  })

  it('lets only its own rules write to its dead letters', () => {
    const [policy] = queuePolicies.filter(([, { Queues }]) => Queues.includes(deadLettersOf(one)))
    const statements = policy?.[1].PolicyDocument.Statement ?? []

    expect(statements).toHaveLength(1)
    expect(statements[0]?.Principal).toEqual({ Service: 'events.amazonaws.com' })
    expect(JSON.stringify(statements[0]?.Condition)).toContain(`:rule/*${one.fullName}-rule-*`)
  })
})

describe.each(schedules)('the schedule %s', (_, { Target }) => {
  it('sends undelivered events to the dead letters of its function', () => {
    expect(Target.DeadLetterConfig.Arn).toBe(deadLettersOf({ id: Target.Arn }))
    expect(JSON.stringify(statementsOf('SchedulerRole'))).toContain(Target.DeadLetterConfig.Arn)
    expect(JSON.parse(Target.Input)).toBeInstanceOf(Object)
  })
})

describe.each(queues.filter(([id]) => id.endsWith('Queue')))(
  'the queue %s',
  (id, { VisibilityTimeout, RedrivePolicy }) => {
    const mappings = ofType(
      'AWS::Lambda::EventSourceMapping',
      z.object({ EventSourceArn: reference, FunctionName: reference, FunctionResponseTypes: z.array(z.string()) }),
    )
    const mapping = mappings.find(([, { EventSourceArn }]) => EventSourceArn === id)?.[1]
    const worker = functions.find((one) => one.id === mapping?.FunctionName)

    it("may invoke its function recursively beyond Lambda's default limit", () => {
      const [fed] = resources.filter((one) => one.id === mapping?.FunctionName)

      expect(fed?.Properties).toMatchObject({ RecursiveLoop: 'Allow' })
    })

    it("hides a message for six times its function's timeout, and reports failures per message", () => {
      expect(VisibilityTimeout).toBe(6 * (worker?.timeout ?? 0))
      expect(mapping?.FunctionResponseTypes).toEqual(['ReportBatchItemFailures'])
    })

    it('dead-letters a message after five attempts, and has an alarm on waiting work', () => {
      expect(RedrivePolicy).toEqual({ deadLetterTargetArn: id.replace('Queue', 'DeadLetters'), maxReceiveCount: 5 })
      expect(alarms).toContain(`ApproximateAgeOfOldestMessage ${id}`)
    })
  },
)

it('allows recursion only for functions behind a queue', () => {
  const fed = ofType('AWS::Lambda::EventSourceMapping', z.object({ FunctionName: reference }))
  const allowed = ofType('AWS::Lambda::Function', z.object({ RecursiveLoop: z.string().optional() }))

  expect(allowed.flatMap(([id, { RecursiveLoop }]) => (RecursiveLoop === undefined ? [] : id)).sort()).toEqual(
    fed.map(([, { FunctionName }]) => FunctionName).sort(),
  )
})

it("leaves two of a new account's ten concurrent invocations to the pages, whatever waits on the queues", () => {
  const scaling = z.object({ ScalingConfig: z.object({ MaximumConcurrency: z.number() }) })
  const workers = ofType('AWS::Lambda::EventSourceMapping', scaling)

  expect(workers.reduce((sum, [, { ScalingConfig }]) => sum + ScalingConfig.MaximumConcurrency, 0)).toBeLessThanOrEqual(
    8,
  )
})

describe('the alarm on a reconciler that does not run', () => {
  const [, alarm] = definedAlarms.find(([id]) => id === 'ReconcilerAbsentAlarm') ?? []
  const expression = alarm?.Metrics?.find(({ Expression }) => Expression)?.Expression ?? ''

  /** CloudWatch's metric math, as far as the alarm uses it. */
  const isBreaching = (polls: number | undefined, runs: number | undefined): boolean => {
    const javascript = expression.replace(' AND ', ' && ').replaceAll(/\b(IF|FILL)\(/g, '$1_(')
    const value: unknown = runInNewContext(javascript, {
      IF_: (condition: boolean, then: number, otherwise: number) => (condition ? then : otherwise),
      FILL_: (known: number | undefined, filled: number) => known ?? filled,
      polls,
      runs,
    })
    return Number(value) > 0
  }

  it.each([
    ['before the first deploy, when there was nothing', undefined, undefined, false],
    ['of a stack whose reconciler ran', 900, 1, false],
    ['of a stack whose reconciler did not run', 900, undefined, true],
    ['of a stack whose reconciler is measured at zero', 900, 0, true],
  ])('counts an hour as a failure or not, %s: %s polls, %s runs, %s', (_, polls, runs, expected) => {
    expect(isBreaching(polls, runs)).toBe(expected)
    expect(alarm?.TreatMissingData).toBe('notBreaching')
  })
})

describe('every alarm', () => {
  const runbook = readFileSync(path.join(root, 'docs/runbook.md'), 'utf8')
  const headings = [...runbook.matchAll(/^##+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  )

  it.each(definedAlarms)('%s says what happened and links to the remedy', (_, { AlarmDescription }) => {
    const [, anchor] = /What to do: docs\/runbook\.md#([\w-]+)$/.exec(AlarmDescription) ?? []

    expect(headings).toContain(anchor)
    expect(AlarmDescription.length).toBeLessThanOrEqual(1024)
  })
})

describe('the dashboard', () => {
  const [[, dashboard] = []] = ofType(
    'AWS::CloudWatch::Dashboard',
    z.object({ DashboardBody: z.object({ 'Fn::Sub': z.string() }) }),
  )
  const widget = z.object({
    x: z.int(),
    width: z.int(),
    properties: z.object({
      metrics: z.array(z.array(z.string())).optional(),
      alarms: z.array(z.string()).optional(),
      markdown: z.string().optional(),
    }),
  })
  const { widgets } = z
    .object({ widgets: z.array(widget) })
    .parse(JSON.parse(dashboard?.DashboardBody['Fn::Sub'] ?? '{}'))
  const shown = widgets.flatMap(({ properties }) => properties.metrics ?? [])

  it('shows every metric of the application, and none that is not measured', () => {
    const ours = shown.filter(([namespace]) => namespace === 'Bellwether/dev').map(([, name]) => name)

    expect(new Set(ours)).toEqual(new Set(Object.keys(METRICS)))
  })

  it('shows as many metrics as the doctor counts', () => {
    const ours = shown.filter(([namespace]) => namespace === 'Bellwether/dev').map((one) => one.join(' '))

    expect(new Set(ours).size).toBe(metricCount(readSettings(root).hashtags.length))
  })

  it('shows every alarm', () => {
    expect(widgets.flatMap(({ properties }) => properties.alarms ?? []).sort()).toEqual(
      definedAlarms.map(([id]) => `\${${id}.Arn}`).sort(),
    )
  })

  it('has no widget beyond its 24 columns', () => {
    expect(widgets.filter(({ x, width }) => x + width > 24)).toEqual([])
  })
})

it('measures and traces under the name of the stack', () => {
  const traced = ofType('AWS::Lambda::Function', z.object({ TracingConfig: z.object({ Mode: z.string() }).optional() }))

  expect(functions.map(({ environment }) => environment.POWERTOOLS_METRICS_NAMESPACE)).toEqual(
    functions.map(() => 'Bellwether/dev'),
  )
  expect(traced.flatMap(([id, { TracingConfig }]) => (TracingConfig?.Mode === 'Active' ? [id] : [])).sort()).toEqual(
    // Work that the pages and desk-invite start inherits their sampling decision.
    [...called.map(({ id }) => id), 'DeskDashinviteLambdaFunction', 'DeskLambdaFunction', 'OwnerLambdaFunction'].sort(),
  )
})

it('costs what the doctor counts as fixed costs', () => {
  const count = (type: string) => resources.filter((one) => one.type === type).length

  const doctor = functions.find(({ name }) => name === 'doctor')!
  const outline = readConfig(['outline'], { OUTLINE: String(doctor.environment.OUTLINE) }).outline
  const costs = costsOfADay(readSettings(root), outline)
  expect({ ...outline, functions: [...outline.functions].sort() }).toEqual({
    alarms: count('AWS::CloudWatch::Alarm'),
    functions: functions.map(({ name }) => name).sort(),
  })
  expect(costs.at(-1)?.how).toContain(` ${count('AWS::SecretsManager::Secret')} secrets `)
  expect(costs.at(-2)?.how).toContain(` ${count('AWS::CloudWatch::Dashboard')} dashboard `)
})

it('keeps posts and labels private, versioned and encrypted, and retains them when the stack is deleted', () => {
  const [bucket] = resources.filter(({ id }) => id === 'Bucket')
  const [table] = resources.filter(({ id }) => id === 'Table')

  expect(bucket).toMatchObject({
    DeletionPolicy: 'RetainExceptOnCreate',
    Properties: {
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: expect.anything(),
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    },
  })
  expect(table).toMatchObject({
    DeletionPolicy: 'RetainExceptOnCreate',
    Properties: { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
  })
})

it('expires old versions of posts within a week, and never those of the champion', () => {
  const lifecycle = z.object({
    LifecycleConfiguration: z.object({
      Rules: z.array(
        z.object({
          Prefix: z.string().optional(),
          NoncurrentVersionExpiration: z.object({ NoncurrentDays: z.number() }).optional(),
        }),
      ),
    }),
  })
  const [bucket] = resources.filter(({ id }) => id === 'Bucket')
  const forgotten = lifecycle
    .parse(bucket?.Properties)
    .LifecycleConfiguration.Rules.filter((rule) => rule.NoncurrentVersionExpiration?.NoncurrentDays === 7)
    .map(({ Prefix }) => Prefix ?? '')

  expect(forgotten).toEqual(
    expect.arrayContaining(['sources/', 'raw/', 'labeling/', 'labeled/', 'datasets/', 'predictions/']),
  )
  expect(forgotten.filter((prefix) => 'champion.json'.startsWith(prefix))).toEqual([])
})

it('has S3 expire texts after retention.days, and only query results without it', async () => {
  const lifecycle: (
    framework: object,
  ) => Promise<{ Rules: { Prefix?: string; ExpirationInDays?: number }[] }> = require('../../stack/lifecycle.cjs')
  const rulesWith = async (retention: object): Promise<{ Prefix?: string; ExpirationInDays?: number }[]> =>
    (await lifecycle({ resolveVariable: async () => ({ retention, tables: { resultDays: 7 } }) })).Rules
  const expiring = (await rulesWith({ days: 60 })).filter(({ ExpirationInDays }) => ExpirationInDays === 60)

  expect(new Set(expiring.map(({ Prefix }) => Prefix))).toEqual(
    new Set(
      ['cascades', 'evidence', 'exports', 'imports', 'predictions', 'query-results', 'raw', 'sources', 'tables'].map(
        (one) => `${one}/`,
      ),
    ),
  )
  expect((await rulesWith({})).filter((rule) => rule.ExpirationInDays !== undefined)).toEqual([
    expect.objectContaining({ Prefix: 'query-results/', ExpirationInDays: 7 }),
  ])
})

it('allows cross-origin reads of the bucket only when Ground Truth shows posts', async () => {
  const cors: (framework: object) => Promise<{ CorsRules?: object[] }> = require('../../stack/cors.cjs')
  const rulesWith = async (labeller: string) =>
    (await cors({ resolveVariable: async () => ({ labelling: { labeller } }) })).CorsRules
  const bucket = resources.find(({ id }) => id === 'Bucket')

  expect(bucket?.Properties).toMatchObject({ CorsConfiguration: { Ref: 'AWS::NoValue' } })
  expect(await rulesWith('desk')).toBeUndefined()
  expect(await rulesWith('ground-truth')).toMatchObject([{ AllowedMethods: ['GET'] }])
})

it('logs neither the path nor the query of a request', () => {
  const [stage] = resources.filter(({ type }) => type === 'AWS::ApiGatewayV2::Stage')

  expect(JSON.stringify(stage?.Properties)).not.toMatch(
    /\$context\.(path|rawPath|customDomain|queryString|identity\.userAgent)/,
  )
})

describe('the throttles of the HTTP API', () => {
  const limits = z.object({ ThrottlingRateLimit: z.number(), ThrottlingBurstLimit: z.number() })
  const [[, stage] = ['', undefined]] = ofType(
    'AWS::ApiGatewayV2::Stage',
    z.object({ DefaultRouteSettings: limits, RouteSettings: z.record(z.string(), limits) }),
  )
  const routes = ofType('AWS::ApiGatewayV2::Route', z.object({ RouteKey: z.string() })).map(([id, { RouteKey }]) => ({
    id,
    key: RouteKey,
    integration: '',
  }))

  /** Whether a request passes the throttles of the template. */
  const gateway = () => {
    const throttles = new Map(
      Object.entries(stage?.RouteSettings ?? {}).map(([key, { ThrottlingRateLimit, ThrottlingBurstLimit }]) => [
        key,
        createThrottle(ThrottlingRateLimit, ThrottlingBurstLimit),
      ]),
    )
    return (request: string, nowMs: number) => {
      const [method = '', path = ''] = request.split(' ')
      return throttles.get(findRoute(routes, method, path)?.route.key ?? '')?.(nowMs)
    }
  }

  it.each([
    ['GET /desk'],
    ['GET /desk/page.js'],
    ['GET /desk/page.css'],
    ['GET /desk/worker.js'],
    ['POST /desk/session'],
    ['GET /desk/owner'],
    ['GET /desk/owner/page.js'],
    ['POST /desk/owner/session'],
    ['GET /report'],
    ['GET /report/page.js'],
    ['POST /report/session'],
    ['GET /report/data'],
  ])('let annotators work while somebody floods %s', (flood) => {
    const lets = gateway()
    let refused = 0
    const hindered: string[] = []
    for (let ms = 0; ms < 10_000; ms += 2) {
      if (!lets(flood, ms)) refused++
      if (ms % 100 > 0) continue
      for (const work of ['GET /desk/batch/next', 'POST /desk/answers', 'GET /desk/owner/overview']) {
        if (!lets(work, ms)) hindered.push(`${work} at ${ms} ms`)
      }
    }

    expect(refused).toBeGreaterThan(1000)
    expect(hindered).toEqual([])
  })

  it('cover every route, whose resources are created before the stage', () => {
    const dependsOn = resources.find(({ id }) => id === 'HttpApiStage')?.DependsOn ?? []

    expect(Object.keys(stage?.RouteSettings ?? {}).sort()).toEqual(routes.map(({ key }) => key).sort())
    expect(routes.map(({ id }) => id).filter((id) => !dependsOn.includes(id))).toEqual([])
  })

  it.each([
    ['desk', '/desk'],
    ['owner', '/desk/owner'],
    ['report', '/report'],
  ])('cover each file of the page %s', (page, at) => {
    const files = readdirSync(path.join(root, '.build/pages', page)).filter((file) => file !== 'index.html')

    expect(files.length).toBeGreaterThan(0)
    expect(files.map((file) => findRoute(routes, 'GET', `${at}/${file}`)?.route.key)).toEqual(
      files.map((file) => `GET ${at}/${file}`),
    )
  })
})

function entriesOf(zip: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    yauzl.open(zip, (error, file) => {
      if (error) return reject(error)
      const names: string[] = []
      file.on('entry', (entry: { fileName: string }) => names.push(entry.fileName))
      file.on('end', () => resolve(names.sort()))
      file.on('error', reject)
    })
  })
}
