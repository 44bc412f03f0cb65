import { beforeAll, describe, expect, it } from '@jest/globals'
import { build } from 'esbuild'
import { z } from 'zod'
import { rowKindsOf, stateModules } from '../../bin/architecture'
import { conditionsHold } from '../../packages/embedded-aws/src/iam/conditions'
import { TABLE_NAMES } from '../../shared/sql-tables/tables'
import { keys, prefixes } from '../../shared/keys'
import { functions, roles, root, type Statement, statementsOf } from './packaged'

/** The pattern in a service's code that shows that it needs an action; every allowed action is listed. */
const EVIDENCE: Record<string, RegExp> = {
  // A kind of row is read from the table: `deskBatchRow.read(table, …)`.
  's3:GetObject': /\.(read|readJson|stream|lines|exists|etag|madeOf|swap)\((?!table)/,
  's3:ListBucket': /\.(read|readJson|stream|lines|exists|etag|madeOf|list)\((?!table)/,
  's3:ListBucketVersions': /\.versions\(|ListObjectVersionsCommand/,
  's3:GetObjectVersion': /\.versions\(|VersionId: versionId/,
  's3:DeleteObjectVersion': /DeleteObjectsCommand/,
  's3:PutObject': /(?<!table\d*|\bObject)\.(create|put|swap|putStream)\(/,
  's3:AbortMultipartUpload': /\.putStream\(/,
  'dynamodb:GetItem': /table\d*\.get\(|\.read\(table/,
  'dynamodb:BatchGetItem': /table\d*\.getMany\(|readTogether\(table/,
  'dynamodb:PutItem': /table\d*\.create\(/,
  'dynamodb:UpdateItem': /table\d*\.update\(/,
  'dynamodb:DeleteItem': /table\d*\.remove\(/,
  'dynamodb:Query': /table\d*\.query\(|\.all\(table/,
  'events:PutEvents': /PutEventsCommand/,
  'sqs:SendMessage': /SendMessageCommand/,
  'secretsmanager:GetSecretValue': /GetSecretValueCommand/,
  'secretsmanager:DescribeSecret': /DescribeSecretCommand/,
  'lambda:InvokeFunction': /InvokeCommand/,
  'lambda:GetAccountSettings': /GetAccountSettingsCommand/,
  'servicequotas:ListServiceQuotas': /paginateListServiceQuotas/,
  'iam:PassRole': /Create(Labeling|Training)JobCommand/,
  'sagemaker:AddTags': /Create(Labeling|Training)JobCommand|CreateModelPackage(Group)?Command/,
}

const SAGEMAKER =
  'CreateLabelingJob DescribeLabelingJob StopLabelingJob ListLabelingJobs ListWorkteams ' +
  'CreateTrainingJob DescribeTrainingJob StopTrainingJob ListTrainingJobs ' +
  'CreateModelPackageGroup DescribeModelPackageGroup CreateModelPackage UpdateModelPackage DescribeModelPackage ListModelPackages'
for (const operation of SAGEMAKER.split(' ')) {
  EVIDENCE[`sagemaker:${operation}`] = new RegExp(`\\b(${operation}Command|paginate${operation})\\b`)
}

/** Actions that Lambda itself needs. */
const RUNTIME = new Set(
  'logs:CreateLogStream logs:PutLogEvents sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes xray:PutTraceSegments xray:PutTelemetryRecords'.split(
    ' ',
  ),
)

/** Set by Lambda, or with a default of their own. */
const OTHERS = new Set(['AWS_REGION', 'LAMBDA_TASK_ROOT'])

/** Environment variables of every function. */
const EVERYBODYS = new Set(['STAGE', 'ACCOUNT_ID', 'BUCKET', 'TABLE', 'BUS', 'POWERTOOLS_METRICS_NAMESPACE'])

const allowed = (role: string) => statementsOf(role).filter(({ Effect }) => Effect === 'Allow')
const actionsOf = (role: string) => new Set(allowed(role).flatMap(({ Action }) => Action))
const isEverything = ({ Resource }: Statement) => [Resource].flat().includes('*')

describe.each(functions.map((one) => [one.name, one] as const))(
  'the role of %s',
  (name, { source, role, variables }) => {
    let code = ''

    beforeAll(async () => {
      const { outputFiles } = await build({
        absWorkingDir: root,
        entryPoints: [source],
        bundle: true,
        platform: 'node',
        format: 'esm',
        packages: 'external',
        loader: { '.wasm': 'binary', '.html': 'text', '.css': 'text' },
        write: false,
        outdir: 'out',
      })
      code = (outputFiles[0]?.text ?? '')
        .split(/^(?=\/\/ [\w./-]+\.ts$)/m)
        // The stores offer every operation, so the calls decide.
        .filter((file) => !/^\/\/ shared\/(objects|table|state\/row)\.ts$/m.test(file))
        .join('\n')
    })

    it('belongs to this function only', () => {
      expect(functions.filter((other) => other.role === role).map((other) => other.name)).toEqual([name])
      expect(roles.find(({ id }) => id === role)?.managed).toEqual([])
    })

    it('allows nothing that the code does not do', () => {
      const unused = [...actionsOf(role)].filter((action) => !RUNTIME.has(action) && !EVIDENCE[action]?.test(code))

      // Lambda itself sends failed events to the dead letters.
      expect(unused.filter((action) => action !== 'sqs:SendMessage')).toEqual([])
    })

    it('allows everything that the code does', () => {
      const used = Object.entries(EVIDENCE).filter(([, evidence]) => evidence.test(code))
      const denied = used.map(([action]) => action).filter((action) => !actionsOf(role).has(action))

      expect(denied).toEqual([])
    })

    it('comes with the environment variables that the code reads, and no others', () => {
      const read = [...code.matchAll(/\breadConfig\(\[([^\]]*)\]/g)]
        .flatMap(([, names]) => [...names!.matchAll(/\w+/g)])
        .map(([name]) => name.replaceAll(/[A-Z]/g, '_$&').toUpperCase())
      const given = new Set(read.map((name) => ({ REGION: 'AWS_REGION', TASK_ROOT: 'LAMBDA_TASK_ROOT' })[name] ?? name))

      expect([...given].filter((name) => !variables.includes(name) && !OTHERS.has(name))).toEqual([])
      expect(variables.filter((name) => !given.has(name) && !EVERYBODYS.has(name))).toEqual([])
    })

    it('may read the rows of the table that its code reads', () => {
      const read = [...code.matchAll(/\b(\w+Row)\.(read|all)\(table/g)].flatMap(([, kind, how]) => {
        const pk = partitionOf(kind ?? '')
        const action = how === 'all' ? 'dynamodb:Query' : 'dynamodb:GetItem'
        return may(role, action, { 'dynamodb:LeadingKeys': [pk] }) ? [] : [`${action} of ${kind}, in ${pk}`]
      })

      expect(read).toEqual([])
    })

    it('allows the keys and list prefixes that the code names', () => {
      const places = placesOf(allowed(role))
      const named = [...code.matchAll(/\bkeys\.(\w+)\(/g)].map(([, key]) => keyNamed(key!))
      const listed = [...code.matchAll(/\.list\(prefixes\.(\w+)\)/g)].map(([, folder]) => folderNamed(folder!))

      expect([...named, ...listed].filter((key) => !places.some((place) => reaches(place, key)))).toEqual([])
    })
  },
)

it('names every resource, except for actions without resources', () => {
  const everything = roles.flatMap(({ id, statements }) =>
    statements.filter(isEverything).map(({ Action, Condition }) => [id, Action.join(' '), Condition !== undefined]),
  )

  const traced = [
    'Analyzer',
    'Collector',
    'Desk',
    'DeskInvite',
    'Doctor',
    'Evaluator',
    'Formatter',
    'Labeling',
    'Owner',
    'Reconciler',
    'Trainer',
  ].map((name) => [`${name}Role`, 'xray:PutTraceSegments xray:PutTelemetryRecords', false])
  expect(everything.sort(byText)).toEqual(
    [
      ...traced,
      [
        'DoctorRole',
        'servicequotas:ListServiceQuotas lambda:GetAccountSettings sagemaker:ListWorkteams sagemaker:ListLabelingJobs',
        false,
      ],
      ['LabelingJobRole', 'cloudwatch:PutMetricData', true],
      ['TrainingJobRole', 'cloudwatch:PutMetricData', true],
      ['TrainingJobRole', 'ecr:GetAuthorizationToken', false],
    ].sort(byText),
  )
})

it('allows no action by a wildcard', () => {
  const wild = roles
    .flatMap(({ statements }) => statements)
    .filter(({ Effect, Action }) => Effect === 'Allow' && Action.join().includes('*'))

  expect(wild).toEqual([])
})

it('lists the bucket by prefix only', () => {
  const lists = roles.flatMap(({ statements }) => statements).filter(({ Action }) => Action.includes('s3:ListBucket'))

  expect(lists.length).toBeGreaterThan(0)
  expect(lists.filter(({ Condition }) => !Condition?.StringLike?.['s3:prefix'])).toEqual([])
})

it('grants only locations in the bucket that a key can be in', () => {
  const granted = roles.flatMap(({ statements }) => placesOf(statements))
  const examples = Object.keys(keys).map(keyNamed)

  expect(granted.length).toBeGreaterThan(0)
  expect(granted.filter((place) => !examples.some((key) => reaches(place, key)))).toEqual([])
})

describe('the role of a training job', () => {
  const statements = statementsOf('TrainingJobRole')

  it('is denied the evaluation set, whatever else is allowed', () => {
    expect(statements).toContainEqual({
      Effect: 'Deny',
      Action: ['s3:*'],
      Resource: { 'Fn::Sub': '${Bucket.Arn}/datasets/*/evaluation/*' },
    })
  })

  it('may read the train and validation sets and nothing else', () => {
    const reads = statements.filter(({ Action }) => Action.includes('s3:GetObject')).flatMap(({ Resource }) => Resource)

    expect(reads).toEqual([
      { 'Fn::Sub': '${Bucket.Arn}/datasets/*/train/*' },
      { 'Fn::Sub': '${Bucket.Arn}/datasets/*/validation/*' },
    ])
  })
})

it('lets the analyzer read the predictions for its table', () => {
  const reads = allowed('AnalyzerRole').filter(({ Action }) => Action.includes('s3:GetObject'))

  expect(placesOf(reads)).toContain('predictions/*')
})

it('does not let the trainer read an evaluation set', () => {
  const reads = allowed('TrainerRole').filter(({ Action }) => Action.includes('s3:GetObject'))

  expect(JSON.stringify(reads)).not.toMatch(/datasets\/\*"|evaluation/)
})

it('passes roles only to SageMaker, each to its own kind of job', () => {
  const handed = roles.flatMap(({ id, statements }) =>
    statements.filter(({ Action }) => Action.includes('iam:PassRole')).map((one) => [id, one.Resource, one.Condition]),
  )
  const sagemaker = { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } }

  expect(handed.sort(byText)).toEqual([
    ['LabelingRole', { 'Fn::GetAtt': ['LabelingJobRole', 'Arn'] }, sagemaker],
    ['TrainerRole', { 'Fn::GetAtt': ['TrainingJobRole', 'Arn'] }, sagemaker],
  ])
})

it('denies a labelling job with the public workforce', () => {
  expect(statementsOf('LabelingRole')).toContainEqual(
    expect.objectContaining({
      Effect: 'Deny',
      Action: ['sagemaker:CreateLabelingJob'],
      Condition: { StringEquals: { 'sagemaker:WorkteamType': 'public-crowd' } },
    }),
  )
})

/** The keys of the statements, with wildcards. */
function placesOf(statements: readonly Statement[]): string[] {
  return statements.flatMap(({ Resource, Condition }) => [
    ...[...JSON.stringify(Resource ?? '').matchAll(/\$\{Bucket\.Arn\}\/([^"]+)/g)].map(([, key]) => key!),
    ...[Condition?.StringLike?.['s3:prefix'] ?? []].flat().map(String),
  ])
}

/** An example of the partition key of a kind of row, by the name of its constant. */
function partitionOf(kind: string): string {
  const kinds = Object.values(stateModules).flatMap((module) => Object.entries(module))
  const row: unknown = kinds.find(([name]) => name === kind)?.[1]
  return z.object({ pk: z.string() }).parse(row).pk.replaceAll(/[{}]/g, '')
}

/** An example of a key of shared/keys.ts. */
function keyNamed(name: string): string {
  return (
    Object.entries(keys)
      .find(([one]) => one === name)?.[1]
      .pattern.replaceAll(/[{}]/g, '') ?? name
  )
}

const folderNamed = (name: string): string => Object.entries(prefixes).find(([one]) => one === name)?.[1] ?? name

function reaches(place: string, key: string): boolean {
  return new RegExp(`^${place.replaceAll('.', String.raw`\.`).replaceAll('*', '.*')}$`).test(key)
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}

it("sets no condition on the trust of Ground Truth's role, and one on that of training jobs", () => {
  const trustOf = (role: string) => roles.find(({ id }) => id === role)?.trusts

  expect(trustOf('LabelingJobRole')).toEqual([
    { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: ['sts:AssumeRole'] },
  ])
  expect(trustOf('TrainingJobRole')).toMatchObject([
    { Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } },
  ])
})

it('lets each writer of models/* write only its own documents there', () => {
  const written = roles.flatMap(({ id, statements }) =>
    statements
      .filter(({ Effect, Action }) => Effect === 'Allow' && Action.includes('s3:PutObject'))
      .flatMap(({ Resource }) => [Resource].flat())
      .flatMap((resource) => /\}\/(models\/[^"]*)/.exec(JSON.stringify(resource))?.[1] ?? [])
      .map((key) => [id, key] as const),
  )

  expect(written.sort(byText)).toEqual([
    ['EvaluatorRole', 'models/*/card.json'],
    ['EvaluatorRole', 'models/*/live.json'],
    ['EvaluatorRole', 'models/*/registration.json'],
    ['PrivacyRole', 'models/*/card.json'],
    ['PrivacyRole', 'models/*/deleted.json'],
    ['TrainerRole', 'models/*/output/model.tar.gz'],
    ['TrainerRole', 'models/*/training.json'],
    ['TrainingJobRole', 'models/*/output/*'],
  ])
})

describe('a compromised function behind a public page', () => {
  const PUBLIC = ['DeskRole', 'OwnerRole', 'ReportRole', 'DeskInviteRole']
  const READS = ['GetItem', 'BatchGetItem', 'Query']
  const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']

  /** A partition key of each kind of row. */
  const partitions = [
    ...new Set(
      Object.values(stateModules).flatMap((module) => rowKindsOf(module).map(({ pk }) => pk.replaceAll(/[{}]/g, ''))),
    ),
  ].sort()

  const reachable = (role: string, operations: readonly string[]) =>
    partitions.filter((partition) =>
      operations.some((operation) => may(role, `dynamodb:${operation}`, { 'dynamodb:LeadingKeys': [partition] })),
    )

  it.each([
    ['DeskRole', ['desk', 'desk#batch']],
    ['OwnerRole', ['cascade#cascade', 'web']],
    ['ReportRole', []],
    ['DeskInviteRole', ['web']],
  ])('%s can change only these rows of the table', (role, expected) => {
    expect(reachable(role, WRITES)).toEqual(expected)
  })

  it.each([
    ['DeskRole', ['desk', 'desk#batch', 'web']],
    ['OwnerRole', ['desk#batch', 'labeling', 'ledger#kind', 'web']],
    ['ReportRole', ['desk#batch', 'labeling', 'ledger#kind', 'web']],
    ['DeskInviteRole', ['web']],
  ])('%s can read only these rows', (role, expected) => {
    expect(reachable(role, READS)).toEqual(expected)
  })

  it.each(PUBLIC)("%s can neither query without a key nor add another service's key to its own", (role) => {
    const keys = { 'dynamodb:LeadingKeys': ['web', 'cursor#aws'] }

    expect([...READS, ...WRITES, 'Scan'].filter((operation) => may(role, `dynamodb:${operation}`, {}))).toEqual([])
    expect(READS.filter((operation) => may(role, `dynamodb:${operation}`, keys))).toEqual([])
  })

  it.each([
    ['DeskRole', ['LinkKey']],
    ['OwnerRole', ['LinkKey', 'OwnerLinkKey', 'ReaderLinkKey']],
    ['ReportRole', ['ReaderLinkKey']],
    ['DeskInviteRole', ['LinkKey', 'OwnerLinkKey', 'ReaderLinkKey']],
  ])('%s can read only these link keys', (role, expected) => {
    const secrets = allowed(role).filter(({ Action }) => Action.includes('secretsmanager:GetSecretValue'))

    expect(secrets.flatMap(({ Resource }) => Resource)).toEqual(expected.map((Ref) => ({ Ref })))
  })

  it('can publish only that a batch is answered', () => {
    const events = { 'events:source': ['bellwether.desk'], 'events:detail-type': ['BatchAnswered'] }

    expect(may('DeskRole', 'events:PutEvents', events)).toBe(true)
    expect(may('DeskRole', 'events:PutEvents', { ...events, 'events:detail-type': ['ModelPromoted'] })).toBe(false)
    expect(PUBLIC.filter((role) => actionsOf(role).has('events:PutEvents'))).toEqual(['DeskRole'])
  })
})

it('lets every publisher use its own source only', () => {
  const publishers = roles.filter(({ id }) => actionsOf(id).has('events:PutEvents'))
  const asAnother = { 'events:source': ['bellwether.another'], 'events:detail-type': ['BatchAnswered'] }

  expect(publishers.length).toBeGreaterThan(5)
  expect(publishers.filter(({ id }) => may(id, 'events:PutEvents', asAnother))).toEqual([])
})

/** Whether a role may perform an action on any of its resources, under these conditions. */
function may(role: string, action: string, conditions: Record<string, readonly string[]>): boolean {
  const context = new Map(Object.entries(conditions).map(([key, values]) => [key.toLowerCase(), values]))
  return statementsOf(role).some(
    ({ Effect, Action, Condition = {} }) =>
      Effect === 'Allow' && Action.includes(action) && conditionsHold(Condition, context),
  )
}

it('gives each table one writer, besides the function that deletes posts', () => {
  const written = roles.flatMap(({ id, statements }) =>
    statements
      .filter(({ Effect, Action }) => Effect === 'Allow' && Action.includes('s3:PutObject'))
      .flatMap(({ Resource }) => [Resource].flat())
      .flatMap((resource) => /\}\/(tables\/[^"]*)/.exec(JSON.stringify(resource))?.[1] ?? [])
      .map((key) => [key, id] as const),
  )
  const writers = written.filter(([, id]) => id !== 'PrivacyRole')

  expect(writers.map(([key]) => key).sort()).toEqual(TABLE_NAMES.map((name) => `tables/${name}/*`).sort())
  expect(Object.fromEntries(writers)).toEqual({
    'tables/posts/*': 'CollectorRole',
    'tables/runs/*': 'CollectorRole',
    'tables/predictions/*': 'AnalyzerRole',
    'tables/shares/*': 'AnalyzerRole',
    'tables/labels/*': 'FormatterRole',
    'tables/judgements/*': 'LabelingRole',
    'tables/batches/*': 'LabelingRole',
    'tables/models/*': 'EvaluatorRole',
  })
})
