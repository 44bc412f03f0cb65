import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { createCloud } from './cloud'
import { printable } from './printable'
import { serveUntilStopped } from './serving'

const USAGE = `Runs AWS services on one port of this machine: S3, SQS, DynamoDB, EventBridge and its Scheduler, Lambda, HTTP APIs,
Secrets Manager, SNS mail, Bedrock's Converse and SageMaker's jobs. The policies of every role are enforced.

  embedded-aws --port 4577 --data DIR                  starts empty
  embedded-aws --port 4577 --data DIR --template FILE  starts with the stack of a CloudFormation template

  --port      port of 127.0.0.1; 0 takes a free one
  --data      folder of all state; a second start on it continues from there
  --template  cloudformation-template-update-stack.json, which \`sls package\` writes beside the zips of the functions
  --help

Ctrl-C ends it.
`

/** Types whose names a user needs: they are printed at the start. */
const SHOWN = new Set(['AWS::Lambda::Function', 'AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::DynamoDB::Table'])

/** The file name that `sls package` gives a stack's template. */
const PACKAGED = 'cloudformation-template-update-stack.json'

main().catch((error: unknown) => {
  console.error(printable(error instanceof Error ? error.message : String(error)))
  process.exit(1)
})

async function main(): Promise<void> {
  const { port, data, template } = readOptions()
  const cloud = await createCloud({ dataDir: data, port, ...(template === undefined ? {} : stackOf(template)) })
  const shown = cloud.stack.resources.filter(({ type }) => SHOWN.has(type))
  serveUntilStopped(
    cloud,
    path.resolve(data),
    shown.length === 0 ? [] : ['', 'The stack has:', ...shown.map(({ type, ref }) => `  ${type}  ${ref}`)],
  )
}

/** A folder that `sls package` wrote has the stack's name; any other template is named after its file. */
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
    const why = reasonOf(cause)
    throw new Error(
      `--template ${file}: ${why}; give a CloudFormation template in JSON, as \`sls package\` writes it`,
      {
        cause,
      },
    )
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? error.code : undefined
  if (code === 'EISDIR') return 'it is a folder'
  return code === 'ENOENT' ? 'there is no such file' : error.message
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
        port === undefined
          ? '--port is missing: give a whole number from 0 to 65535'
          : `--port "${port}" is not a port: give a whole number from 0 to 65535`,
      )
    }
    if (data === undefined) throw new Error('--data is missing: give the folder that keeps all state')
    return { port: Number(port), data, ...(template === undefined ? {} : { template }) }
  } catch (error) {
    console.error(printable(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`))
    process.exit(2)
  }
}
