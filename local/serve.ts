import path from 'node:path'
import { parseArgs } from 'node:util'
import { serveUntilStopped } from '../packages/embedded-aws/src/serving'
import { printable } from '../packages/embedded-aws/src/printable'
import { createCloud } from './cloud'
import { refuseFile } from './given-file'
import { ROOT } from './root'
import { pointTo } from './running'

const USAGE = `The embedded cloud alone, empty: S3, SQS, DynamoDB, EventBridge, Secrets Manager and SageMaker on one port.

  npm run local                      keep serving until Ctrl-C
  npm run local -- --port 4599       on this port of 127.0.0.1 (4577)
  npm run local -- --data DIR        keep the state there (.bellwether/cloud)
`

const HOME = path.join(ROOT, '.bellwether/cloud')

const { port, data } = options()
serve(Number(port), path.resolve(data ?? HOME)).catch((error: unknown) => {
  console.error(printable(error instanceof Error ? error.message : String(error)))
  process.exit(1)
})

async function serve(wanted: number, dataDir: string): Promise<void> {
  refuseFile('--data', dataDir)
  const cloud = await createCloud({ dataDir, port: wanted })
  if (dataDir === HOME) pointTo(dataDir)
  serveUntilStopped(cloud, dataDir, ['  aws s3 mb s3://my-bucket && aws sqs create-queue --queue-name my-queue'])
}

function options(): { port: string; data?: string } {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '4577' },
        data: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) {
      console.log(USAGE)
      process.exit(0)
    }
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
      throw new Error(`--port takes a whole number from 0 to 65535, not "${values.port}"`)
    }
    return values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exit(2)
  }
}
