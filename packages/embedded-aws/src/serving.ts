import type { Cloud } from './cloud'

/** Print how to reach a cloud and serve until Ctrl-C or SIGTERM. `more` are further lines to print. */
export function serveUntilStopped(cloud: Cloud, dataDir: string, more: readonly string[]): void {
  const lines = [
    `The cloud listens at ${cloud.endpoint} and keeps its state in ${dataDir}. Ctrl-C ends it.`,
    '',
    'With the AWS CLI or any SDK:',
    `  export AWS_ENDPOINT_URL=${cloud.endpoint} AWS_REGION=${cloud.region}`,
    '  export AWS_ACCESS_KEY_ID=owner AWS_SECRET_ACCESS_KEY=owner',
    ...more,
  ]
  console.log(lines.join('\n'))
  const end = () => void cloud.close().then(() => process.exit(0))
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
}
