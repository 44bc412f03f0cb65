import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { namedQueries } from '../../local/query/named'
import { keys } from '../../shared/keys'
import { columnsOf, SQL_TABLES, TABLE_NAMES, type TableName } from '../../shared/sql-tables/tables'
import { ofType, reference, resources } from './packaged'

const column = z.object({ Name: z.string(), Type: z.string(), Comment: z.string() })
const text = z.union([z.string(), z.object({ 'Fn::Sub': z.string() }).transform((value) => value['Fn::Sub'])])
const tables = new Map(
  ofType(
    'AWS::Glue::Table',
    z.object({
      DatabaseName: reference,
      TableInput: z.object({
        Name: z.string(),
        TableType: z.string(),
        Parameters: z.record(z.string(), text),
        PartitionKeys: z.array(column),
        StorageDescriptor: z.object({
          Location: text,
          Columns: z.array(column),
          SerdeInfo: z.object({ SerializationLibrary: z.string() }),
        }),
      }),
    }),
  ).map(([, { TableInput }]) => [TableInput.Name, TableInput]),
)
const groups = ofType(
  'AWS::Athena::WorkGroup',
  z.object({
    Name: z.string(),
    WorkGroupConfiguration: z.object({
      EnforceWorkGroupConfiguration: z.boolean(),
      BytesScannedCutoffPerQuery: z.int(),
      ResultConfiguration: z.object({
        OutputLocation: text,
        EncryptionConfiguration: z.object({ EncryptionOption: z.string() }),
      }),
    }),
  }),
)
const queries = ofType(
  'AWS::Athena::NamedQuery',
  z.object({ Name: z.string(), Description: z.string(), QueryString: z.string(), WorkGroup: reference }),
).map(([, query]) => query)

const exampleOf = (name: TableName): string => {
  const found = Object.values(keys).find(({ pattern }) => pattern.startsWith(`tables/${name}/`))
  return found?.pattern ?? ''
}

it('has one SQL table per table that is written, and no other', () => {
  expect([...tables.keys()].sort()).toEqual([...TABLE_NAMES].sort())
})

describe.each(TABLE_NAMES)('the SQL table %s', (name) => {
  const table = tables.get(name)

  it('has the columns of its rows, each with a comment', () => {
    expect(table?.StorageDescriptor.Columns).toEqual(
      columnsOf(name).map(([column, { type, comment }]) => ({ Name: column, Type: type, Comment: comment })),
    )
    expect(table?.PartitionKeys.map(({ Name }) => Name)).toEqual(SQL_TABLES[name].partitions)
    expect(table?.TableType).toBe('EXTERNAL_TABLE')
    expect(table?.StorageDescriptor.SerdeInfo.SerializationLibrary).toBe('org.openx.data.jsonserde.JsonSerDe')
  })

  it('reads the folder that its writer writes', () => {
    const template = table?.Parameters['storage.location.template'] ?? ''
    const folder = exampleOf(name)
      .replaceAll('{date}', '{day}')
      .replace(/[^/]*$/, '')

    expect(template).toBe(`s3://\${Bucket}/${folder.replaceAll('{', '${!')}`)
    expect(table?.StorageDescriptor.Location).toBe(`s3://\${Bucket}/tables/${name}/`)
  })

  it('projects its partitions from the settings, without a crawler', () => {
    const parameters = table?.Parameters ?? {}
    const projected = SQL_TABLES[name].partitions.map((partition) => parameters[`projection.${partition}.type`])

    expect(parameters['projection.enabled']).toBe('true')
    expect(projected).toEqual(SQL_TABLES[name].partitions.map((one) => (one === 'day' ? 'date' : 'enum')))
    expect(parameters['projection.day.range']).toMatch(/^\d{4}-\d\d-\d\d,NOW$/)
    if (projected.length > 1) {
      expect(parameters['projection.hashtag.values']).toBe('aws,azure,-')
      expect(parameters['projection.stream.values']).toBe('file,-')
    }
  })
})

it('includes every network on which a hashtag is watched, and the one before streams', async () => {
  const made: (framework: object) => Promise<{ Resources: Record<string, unknown> }> = require('../../stack/tables.cjs')
  const settings = {
    hashtags: [
      { tag: 'aws', sources: ['fedi', 'sky'], unnamedNetwork: 'x' },
      { tag: 'größe', source: 'fedi' },
    ],
    sources: { fedi: { type: 'mastodon' }, sky: { type: 'bluesky', network: 'sky' } },
    tables: { from: '2026-01-01', scanLimitGb: 0.01, resultDays: 1 },
  }
  const { Resources } = await made({
    resolveVariable: async (name: string) => (name === 'sls:stage' ? 'my-stage' : settings),
  })

  expect(Resources.PostsTable).toMatchObject({
    Properties: {
      TableInput: {
        Parameters: {
          'projection.stream.values': 'mastodon,sky,x,-',
          'projection.hashtag.values': 'aws,größe,-',
          'projection.day.range': '2026-01-01,NOW',
        },
      },
    },
  })
  expect(Resources.Database).toMatchObject({ Properties: { DatabaseInput: { Name: 'bellwether_my_stage' } } })
  expect(Resources.AnalystWorkGroup).toMatchObject({
    Properties: { WorkGroupConfiguration: { BytesScannedCutoffPerQuery: 10_000_000 } },
  })
})

it('contains no crawler', () => {
  expect(resources.filter(({ type }) => /Crawler|Glue::Partition/.test(type))).toEqual([])
})

it.each(groups)('%s enforces the query limit and encrypted results', (id, { WorkGroupConfiguration }) => {
  const results = { AnalystWorkGroup: 'analyst', TextsWorkGroup: 'texts' }[id]

  expect(WorkGroupConfiguration).toEqual({
    EnforceWorkGroupConfiguration: true,
    BytesScannedCutoffPerQuery: 10_000_000_000,
    ResultConfiguration: {
      OutputLocation: `s3://\${Bucket}/query-results/${results}/`,
      EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
    },
  })
})

it('offers the queries of npm run query in the workgroups that may read their tables', () => {
  expect(queries.map(({ Name, Description, QueryString }) => [Name, Description, QueryString])).toEqual(
    namedQueries().map(({ name, about, sql }) => [name, about, sql]),
  )
  expect(queries.filter(({ WorkGroup }) => WorkGroup === 'TextsWorkGroup').map(({ Name }) => Name)).toEqual([
    'most-repeated-messages',
  ])
})

describe('an analyst', () => {
  const statement = z.object({
    Action: z.union([z.string().transform((one) => [one]), z.array(z.string())]),
    Resource: z.unknown(),
    Condition: z.object({ StringLike: z.object({ 's3:prefix': z.array(z.string()) }) }).optional(),
  })
  const policies = new Map(
    ofType('AWS::IAM::ManagedPolicy', z.object({ PolicyDocument: z.object({ Statement: z.array(statement) }) })).map(
      ([id, { PolicyDocument }]) => [id, PolicyDocument.Statement],
    ),
  )
  const placesOf = (id: string, action: string) =>
    (policies.get(id) ?? [])
      .filter(({ Action }) => Action.includes(action))
      .flatMap(({ Resource, Condition }) => Condition?.StringLike['s3:prefix'] ?? JSON.stringify(Resource))
      .flatMap((place) => [...place.matchAll(/(?:tables|query-results)\/[^"]*/g)].map(([key]) => key))
  const personal = TABLE_NAMES.filter((name) => SQL_TABLES[name].personal).map((name) => `tables/${name}/*`)
  const others = TABLE_NAMES.filter((name) => !SQL_TABLES[name].personal).map((name) => `tables/${name}/*`)

  it.each(['s3:GetObject', 's3:ListBucket'])('can read neither texts nor results with texts (%s)', (action) => {
    expect(placesOf('AnalystPolicy', action)).toEqual([...others, 'query-results/analyst/*'])
  })

  it.each(['s3:GetObject', 's3:ListBucket'])('can read texts with a separate policy (%s)', (action) => {
    const places = placesOf('AnalystTextsPolicy', action)

    expect(places).toEqual(expect.arrayContaining([...personal, ...others, 'query-results/texts/*']))
    expect(places).not.toContain('query-results/analyst/*')
  })

  it.each([
    [
      'AnalystPolicy',
      'analyst',
      '"arn:${AWS::Partition}:athena:${AWS::Region}:${AWS::AccountId}:workgroup/bellwether-dev"',
    ],
    ['AnalystTextsPolicy', 'texts', 'workgroup/bellwether-dev-texts"'],
  ])('can write only results (%s), in one workgroup', (id, group, workGroup) => {
    const asks = policies.get(id)?.filter(({ Action }) => Action.includes('athena:StartQueryExecution'))

    expect(placesOf(id, 's3:PutObject')).toEqual([`query-results/${group}/*`])
    expect(asks).toHaveLength(1)
    expect(JSON.stringify(asks?.[0]?.Resource)).toContain(workGroup)
  })

  it('can change nothing in the catalogue; the policy names every resource', () => {
    const all = [...policies.values()].flat()
    const actions = all.flatMap(({ Action }) => Action)

    expect(policies.size).toBe(2)
    expect(actions.filter((action) => /\*|Delete|Create|Update|BatchDelete/.test(action))).toEqual([])
    expect(all.filter(({ Resource }) => Resource === '*').map(({ Action }) => Action)).toEqual(
      Array.from({ length: 2 }, () => [
        'athena:ListWorkGroups',
        'athena:ListDataCatalogs',
        'athena:ListEngineVersions',
      ]),
    )
  })

  it('is a policy attached to nobody', () => {
    const attached = ofType(
      'AWS::IAM::ManagedPolicy',
      z.object({ Roles: z.unknown().optional(), Users: z.unknown().optional(), Groups: z.unknown().optional() }),
    )

    expect(attached.flatMap(([, policy]) => Object.values(policy))).toEqual([])
  })
})
