import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { createCloud } from './cloud'
import { serveUntilStopped } from './serving'

const USAGE = `A cloud on one port of this machine: S3, SQS, DynamoDB, EventBridge, Lambda, HTTP APIs, Secrets Manager and SageMaker's jobs,
with the policies of every role enforced.

  embedded-aws --port 4577 --data DIR                  empty
  embedded-aws --port 4577 --data DIR --template FILE  with the stack of a CloudFormation template

  --port      of 127.0.0.1; 0 takes a free one
  --data      the folder that keeps everything; a second start on it goes on
  --template  what \`sls package\` writes: cloudformation-template-update-stack.json; the zips of the functions lie beside it
  --help

Ctrl-C ends it.
`

/** What a user calls or looks into. */
const SHOWN = new Set(['AWS::Lambda::Function', 'AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::DynamoDB::Table'])

/** What `sls package` calls the template of a stack. */
const PACKAGED = 'cloudformation-template-update-stack.json'

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})

async function main(): Promise<void> {
  const { port, data, template } = readOptions()
  const cloud = await createCloud({ dataDir: data, port, ...(template === undefined ? {} : stackOf(template)) })
  const shown = cloud.stack.resources.filter(({ type }) => SHOWN.has(type))
  serveUntilStopped(
    cloud,
    path.resolve(data),
    shown.map(({ type, ref }) => `  ${type}  ${ref}`),
  )
}

/** A folder as `sls package` writes it names the stack itself; any other template is called by its file. */
function stackOf(template: string): { packageDir: string; template?: unknown; stackName?: string } {
  const packageDir = path.dirname(path.resolve(template))
  if (existsSync(path.join(packageDir, 'serverless-state.json')) && path.basename(template) === PACKAGED) {
    return { packageDir }
  }
  return { packageDir, template: readTemplate(template), stackName: path.basename(template).replace(/\W.*$/, '') }
}

function readTemplate(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `--template ${file}: ${why}: it takes a CloudFormation template in JSON, which \`sls package\` writes`,
      {
        cause,
      },
    )
  }
}

function readOptions(): { port: number; data: string; template?: string } {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        template: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) {
      console.log(USAGE)
      process.exit(0)
    }
    const { port, data, template } = values
    if (port === undefined || !/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
      throw new Error(
        `--port takes a whole number from 0 to 65535, not ${port === undefined ? 'nothing' : `"${port}"`}`,
      )
    }
    if (data === undefined) throw new Error('--data takes the folder that keeps everything')
    return { port: Number(port), data, ...(template === undefined ? {} : { template }) }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exit(2)
  }
}
