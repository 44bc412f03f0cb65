import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Creators } from '../cloudformation/create'
import type { Lambda } from './lambda'
import { unpack } from './unpack'

interface Surroundings {
  lambda: Lambda
  /** Folder of the packaged zips. */
  packageDir: string
  dataDir: string
  /** Files that replace packaged ones in every function. */
  overlay: Record<string, string | Buffer>
  /** Throws where the function's role may not send to its failure destination, as AWS refuses to set it. */
  checkDestination(functionName: string, destination: string): void
}

const code = z.union([z.object({ S3Key: z.string() }), z.object({ ZipFile: z.string() })])
/** Properties that change nothing here. Any other unknown one, such as `Layers`, is refused: code would miss it. */
const WITHOUT_EFFECT = [
  'FunctionName',
  'Description',
  'Tags',
  'Architectures',
  'TracingConfig',
  'LoggingConfig',
  'EphemeralStorage',
  'KmsKeyArn',
  'RecursiveLoop',
  'RuntimeManagementConfig',
  'SnapStart',
  'VpcConfig',
] as const
const functionProperties = z.strictObject({
  ...Object.fromEntries(WITHOUT_EFFECT.map((name) => [name, z.unknown().optional()])),
  PackageType: z.literal('Zip').optional(),
  Code: code,
  Handler: z.string(),
  Role: z.string(),
  Runtime: z.string().regex(/^nodejs/, 'only Node.js functions run here'),
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
  Environment: z
    .object({ Variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])) })
    .default({ Variables: {} }),
})
const permission = z.object({
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
})
const eventInvokeConfig = z.object({
  FunctionName: z.string(),
  MaximumRetryAttempts: z.coerce.number().optional(),
  MaximumEventAgeInSeconds: z.coerce.number().optional(),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }) }).optional(),
})

/** Functions from their zips, their permissions, and the destinations of failed events. */
export function lambdaCreators({ lambda, packageDir, dataDir, overlay, checkDestination }: Surroundings): Creators {
  const root = path.join(dataDir, 'functions')
  mkdirSync(root, { recursive: true })
  // The nearest package.json decides the module type of a bundle. On Lambda there is none above it.
  writeFileSync(path.join(root, 'package.json'), '{ "type": "commonjs" }\n')

  return {
    'AWS::Lambda::Function': async ({ name, arn, properties }) => {
      const fn = functionProperties.parse(properties)
      const folder = path.join(root, name)
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder)
      if ('ZipFile' in fn.Code) writeFileSync(path.join(folder, 'index.js'), fn.Code.ZipFile)
      else await unpack(zipOf(packageDir, fn.Code.S3Key), folder, overlay)
      lambda.add({
        name,
        arn,
        folder,
        handler: fn.Handler,
        role: fn.Role,
        timeoutMs: fn.Timeout * 1000,
        memoryMb: fn.MemorySize,
        environment: Object.fromEntries(
          Object.entries(fn.Environment.Variables).map(([key, value]) => [key, String(value)]),
        ),
        reservedConcurrency: fn.ReservedConcurrentExecutions,
      })
    },
    'AWS::Lambda::Permission': ({ properties }) => {
      const { FunctionName, Principal, SourceArn, SourceAccount } = permission.parse(properties)
      const fn = lambda.find(FunctionName)
      if (!fn) throw new Error(`there is no function ${FunctionName}`)
      lambda.permit({
        functionArn: fn.arn,
        principal: Principal,
        sourceArn: SourceArn,
        sourceAccount: SourceAccount,
      })
    },
    'AWS::Lambda::EventInvokeConfig': ({ properties }) => {
      const config = eventInvokeConfig.parse(properties)
      const destination = config.DestinationConfig?.OnFailure.Destination
      if (destination !== undefined) checkDestination(config.FunctionName, destination)
      lambda.configureAsync(config.FunctionName, {
        ...(config.MaximumRetryAttempts === undefined ? {} : { retries: config.MaximumRetryAttempts }),
        ...(config.MaximumEventAgeInSeconds === undefined
          ? {}
          : { maximumAgeMs: config.MaximumEventAgeInSeconds * 1000 }),
        ...(destination === undefined ? {} : { onFailure: destination }),
      })
    },
  }
}

function zipOf(packageDir: string, s3Key: string): string {
  const zip = path.join(packageDir, path.basename(s3Key))
  if (!existsSync(zip)) throw new Error(`its code ${zip} is not there: run \`sls package\` again`)
  return zip
}
