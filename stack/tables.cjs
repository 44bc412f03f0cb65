// The tables of shared/sql-tables for SQL: a Glue catalogue with partition projection, workgroups of Athena with a cap on what a
// query scans, the queries of stack/queries, and policies for analysts. Nothing crawls, and no partition is ever added.
// https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
const { readdirSync, readFileSync } = require('node:fs')
const path = require('node:path')
const bundle = require('./bundle.cjs')

const QUERIES = path.join(__dirname, 'queries')
const GB = 1e9

/** The two kinds of access: `texts` also reads the tables with texts and authors. Neither reads the other's results. */
const GROUPS = { analyst: 'Analyst', texts: 'Texts' }

module.exports = async ({ resolveVariable }) => {
  const settings = await resolveVariable('file(./stack/settings.cjs)')
  const stage = await resolveVariable('sls:stage')
  const { SQL_TABLES, PARTITION_COLUMNS, NONE } = await bundle('shared/sql-tables/tables.ts')
  const { networksOf } = await bundle('shared/streams.ts')
  const names = Object.keys(SQL_TABLES)
  const personal = names.filter((name) => SQL_TABLES[name].personal)
  const others = names.filter((name) => !SQL_TABLES[name].personal)
  const projection = projectionOf(settings, networksOf, NONE)
  return {
    Resources: {
      Database: {
        Type: 'AWS::Glue::Database',
        Properties: {
          CatalogId: { Ref: 'AWS::AccountId' },
          DatabaseInput: { Name: databaseOf(stage), Description: `Tables of Bellwether (${stage}): docs/tables.md` },
        },
      },
      ...Object.fromEntries(
        names.map((name) => [`${capital(name)}Table`, table(name, SQL_TABLES[name], PARTITION_COLUMNS, projection)]),
      ),
      ...Object.fromEntries(
        Object.entries(GROUPS).map(([group, id]) => [`${id}WorkGroup`, workGroup(group, stage, settings.tables)]),
      ),
      ...namedQueries(personal),
      AnalystPolicy: policy('analyst', stage, others),
      AnalystTextsPolicy: policy('texts', stage, names),
    },
    Outputs: {
      TablesDatabase: { Value: { Ref: 'Database' } },
      AnalystPolicyArn: { Value: { Ref: 'AnalystPolicy' } },
      AnalystTextsPolicyArn: { Value: { Ref: 'AnalystTextsPolicy' } },
    },
  }
}

const capital = (name) => name.replace(/^./, (first) => first.toUpperCase())
/** Athena accepts a hyphen in the name of a database only in quotes. */
const databaseOf = (stage) => `bellwether_${stage.replaceAll('-', '_')}`
const groupName = (group, stage) => (group === 'texts' ? `bellwether-${stage}-texts` : `bellwether-${stage}`)

function projectionOf(settings, networksOf, none) {
  const hashtags = settings.hashtags.map(({ tag }) => tag)
  const streams = hashtags.flatMap((tag) => networksOf(settings, tag))
  const listed = (values) => [...new Set([...values, none])].join(',')
  return {
    stream: { type: 'enum', values: listed(streams) },
    hashtag: { type: 'enum', values: listed(hashtags) },
    day: {
      type: 'date',
      format: 'yyyy-MM-dd',
      range: `${settings.tables.from},NOW`,
      interval: '1',
      'interval.unit': 'DAYS',
    },
  }
}

function table(name, { comment, partitions, columns }, partitionComments, projection) {
  const folder = `s3://\${Bucket}/tables/${name}/`
  // Fn::Sub leaves ${!day} as ${day}, which Athena fills in.
  const template = partitions.map((column) => `${column}=\${!${column}}/`).join('')
  const projected = partitions.flatMap((column) =>
    Object.entries(projection[column]).map(([property, value]) => [`projection.${column}.${property}`, value]),
  )
  return {
    Type: 'AWS::Glue::Table',
    Properties: {
      CatalogId: { Ref: 'AWS::AccountId' },
      DatabaseName: { Ref: 'Database' },
      TableInput: {
        Name: name,
        Description: comment,
        TableType: 'EXTERNAL_TABLE',
        PartitionKeys: partitions.map((column) => ({
          Name: column,
          Type: 'string',
          Comment: partitionComments[column],
        })),
        Parameters: {
          EXTERNAL: 'TRUE',
          classification: 'json',
          compressionType: 'gzip',
          'projection.enabled': 'true',
          ...Object.fromEntries(projected),
          'storage.location.template': { 'Fn::Sub': folder + template },
        },
        StorageDescriptor: {
          Location: { 'Fn::Sub': folder },
          InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          Compressed: true,
          Columns: Object.entries(columns).map(([column, { type, comment: about }]) => ({
            Name: column,
            Type: type,
            Comment: about,
          })),
          SerdeInfo: {
            SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
            // A malformed line fails the query: skipping it would falsify counts.
            Parameters: { 'ignore.malformed.json': 'FALSE' },
          },
        },
      },
    },
  }
}

const resultsOf = (group) => `query-results/${group}`

const workGroup = (group, stage, { scanLimitGb }) => ({
  Type: 'AWS::Athena::WorkGroup',
  Properties: {
    Name: groupName(group, stage),
    Description:
      group === 'texts'
        ? `Queries of Bellwether (${stage}) that may read texts of posts`
        : `Queries of Bellwether (${stage}) on all tables but posts`,
    State: 'ENABLED',
    RecursiveDeleteOption: true,
    WorkGroupConfiguration: {
      EnforceWorkGroupConfiguration: true,
      PublishCloudWatchMetricsEnabled: false,
      BytesScannedCutoffPerQuery: Math.round(scanLimitGb * GB),
      EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
      ResultConfiguration: {
        OutputLocation: { 'Fn::Sub': `s3://\${Bucket}/${resultsOf(group)}/` },
        ExpectedBucketOwner: { Ref: 'AWS::AccountId' },
        EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
      },
    },
  },
})

/** A query that reads a table with texts belongs to the workgroup that may. */
const namedQueries = (personal) =>
  Object.fromEntries(
    readdirSync(QUERIES)
      .filter((file) => file.endsWith('.sql'))
      .sort()
      .map((file) => {
        const name = path.basename(file, '.sql')
        const sql = readFileSync(path.join(QUERIES, file), 'utf8')
        const reads = personal.some((one) => new RegExp(`\\b(from|join)\\s+${one}\\b`, 'i').test(sql))
        const id = `${name.split('-').map(capital).join('')}Query`
        const query = {
          Type: 'AWS::Athena::NamedQuery',
          Properties: {
            Database: { Ref: 'Database' },
            Name: name,
            Description: /^-- (.*)/.exec(sql)?.[1],
            QueryString: sql,
            WorkGroup: { Ref: `${reads ? GROUPS.texts : GROUPS.analyst}WorkGroup` },
          },
        }
        return [id, query]
      }),
  )

/** The permissions to query these tables, and nothing else of the bucket. */
const policy = (group, stage, tables) => {
  const folders = [...tables.map((name) => `tables/${name}`), resultsOf(group)]
  return {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      Description:
        group === 'texts'
          ? `Ask all tables of Bellwether (${stage}) in SQL, with texts and authors of posts`
          : `Ask the tables of Bellwether (${stage}) in SQL, but for texts and authors of posts`,
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          allow(
            [
              'athena:StartQueryExecution',
              'athena:StopQueryExecution',
              'athena:GetQueryExecution',
              'athena:BatchGetQueryExecution',
              'athena:ListQueryExecutions',
              'athena:GetQueryResults',
              'athena:GetQueryResultsStream',
              'athena:GetNamedQuery',
              'athena:BatchGetNamedQuery',
              'athena:ListNamedQueries',
              'athena:GetWorkGroup',
            ],
            here('athena', `workgroup/${groupName(group, stage)}`),
          ),
          // These actions have no resource: the console uses them for lists.
          allow(['athena:ListWorkGroups', 'athena:ListDataCatalogs', 'athena:ListEngineVersions'], '*'),
          allow(
            [
              'athena:GetDataCatalog',
              'athena:ListDatabases',
              'athena:GetDatabase',
              'athena:ListTableMetadata',
              'athena:GetTableMetadata',
            ],
            here('athena', 'datacatalog/AwsDataCatalog'),
          ),
          allow(
            ['glue:GetDatabase', 'glue:GetDatabases', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartitions'],
            [
              here('glue', 'catalog'),
              here('glue', `database/${databaseOf(stage)}`),
              here('glue', `table/${databaseOf(stage)}/*`),
            ],
          ),
          allow(['s3:GetBucketLocation', 's3:ListBucketMultipartUploads'], { 'Fn::GetAtt': ['Bucket', 'Arn'] }),
          {
            ...allow('s3:ListBucket', { 'Fn::GetAtt': ['Bucket', 'Arn'] }),
            Condition: { StringLike: { 's3:prefix': folders.map((folder) => `${folder}/*`) } },
          },
          allow('s3:GetObject', folders.map(objectsIn)),
          allow(
            ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
            objectsIn(resultsOf(group)),
          ),
        ],
      },
    },
  }
}

const allow = (Action, Resource) => ({ Effect: 'Allow', Action, Resource })
const objectsIn = (folder) => ({ 'Fn::Sub': `\${Bucket.Arn}/${folder}/*` })
const here = (service, resource) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
})
