import { bucketCreators } from './cloudformation/buckets'
import { busCreators } from './cloudformation/buses'
import { createResources } from './cloudformation/create'
import type { Place } from './cloudformation/kinds'
import { nameOf, queueCreators } from './cloudformation/queues'
import { secretCreators } from './cloudformation/secrets'
import { resolveStack, type Stack } from './cloudformation/stack'
import { tableCreators } from './cloudformation/tables'
import { topicCreators } from './cloudformation/topics'
import { parseTemplate, readPackage } from './cloudformation/template'
import { iamCreators } from './iam/create'
import { lambdaCreators } from './lambda/create'
import type { CloudOptions } from './options'
import type { Parts } from './parts'

/** Create the template's resources and resume what a restart interrupted. */
export async function deploy(options: CloudOptions, place: Omit<Place, 'stackName'>, parts: Parts): Promise<Stack> {
  const stack = readStack(options, place)
  await createResources(stack.resources, {
    ...iamCreators(parts.iam),
    ...bucketCreators(parts.s3, stack.resources),
    ...queueCreators(parts.sqs),
    ...tableCreators(parts.dynamoDb),
    ...secretCreators(parts.secrets),
    ...topicCreators(parts.sns),
    ...busCreators(parts.events),
    ...lambdaCreators({
      lambda: parts.lambda,
      packageDir: options.packageDir ?? '.',
      dataDir: options.dataDir,
      overlay: options.overlay ?? {},
      checkDestination: (functionName, destination) => checkDestination(parts, functionName, destination),
    }),
    ...parts.mappings.creators,
    ...parts.scheduler.creators,
    ...parts.httpApi.creators,
  })
  parts.lambda.resume()
  parts.deliveries.resume()
  parts.mappings.start()
  parts.sageMaker.resume()
  return stack
}

function readStack(options: CloudOptions, place: Omit<Place, 'stackName'>): Stack {
  if (options.template !== undefined) {
    return resolveStack(parseTemplate(options.template), { ...place, stackName: options.stackName ?? 'stack' })
  }
  if (options.packageDir === undefined) return { resources: [], outputs: {} }
  const { template, stackName } = readPackage(options.packageDir)
  return resolveStack(template, { ...place, stackName: options.stackName ?? stackName })
}

/** As Lambda does, refuses a failure destination that the function's role may not send to. */
function checkDestination({ iam, lambda, sqs }: Parts, functionName: string, destination: string): void {
  const role = iam.role(lambda.find(functionName)?.role ?? '')
  const access = { action: 'sqs:SendMessage', resource: destination }
  const denial = role && iam.denialOf(iam.principalOf(role, functionName), [access])
  if (denial) throw new Error(denial.message)
  if (!sqs.queue(nameOf(destination))) throw new Error(`there is no queue ${destination}`)
}
