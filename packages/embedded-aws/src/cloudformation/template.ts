import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const resource = z.object({
  Type: z.string(),
  Condition: z.string().optional(),
  DependsOn: z.union([z.string(), z.array(z.string())]).default([]),
  Properties: z.record(z.string(), z.unknown()).default({}),
})

/** The part of a CloudFormation template that is read here. */
const template = z.object({
  Parameters: z.record(z.string(), z.object({ Type: z.string(), Default: z.unknown().optional() })).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(z.string(), resource),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown(), Condition: z.string().optional() })).default({}),
})

export type Template = z.infer<typeof template>
/** Refuses a malformed template, naming the field. */
export function parseTemplate(value: unknown): Template {
  const parsed = template.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Error(
    `the CloudFormation template is malformed; give one that \`sls package\` wrote:\n${z.prettifyError(parsed.error)}`,
    { cause: parsed.error },
  )
}

const state = z.object({
  service: z.object({
    service: z.string(),
    provider: z.object({ stage: z.string(), stackName: z.string().optional() }),
  }),
})

/** Reads the template and the stack's name from a folder that `sls package` wrote. */
export function readPackage(folder: string): { template: Template; stackName: string } {
  const file = path.join(folder, 'cloudformation-template-update-stack.json')
  if (!existsSync(file)) throw new Error(`${file} is not there: run \`npx sls package\` first`)
  const { service } = state.parse(readJson(path.join(folder, 'serverless-state.json')))
  return {
    template: parseTemplate(readJson(file)),
    stackName: service.provider.stackName ?? `${service.service}-${service.provider.stage}`,
  }
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
