import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach } from '@jest/globals'
import { createCloud, type Cloud } from '../src/cloud'
import type { CloudOptions } from '../src/options'
import { role } from './template'

/** The cloud of the current test, in a new folder; both are removed afterwards. */
export function useCloud() {
  let dataDir = ''
  let cloud: Cloud | undefined
  beforeEach(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'cloud-'))
  })
  afterEach(async () => {
    await cloud?.close()
    cloud = undefined
    rmSync(dataDir, { recursive: true })
  })
  const running = () => {
    if (!cloud) throw new Error('start it first')
    return cloud
  }
  return {
    cloud: running,
    dataDir: () => dataDir,
    /** A file in the data folder. */
    file: (name = 'seen') => path.join(dataDir, name),
    /** Starts or restarts the cloud with these resources and an empty `Role`. */
    async start(resources: Record<string, object> = {}, options: Partial<CloudOptions> = {}): Promise<Cloud> {
      await cloud?.close()
      cloud = undefined
      cloud = await createCloud({ dataDir, template: { Resources: { Role: role(), ...resources } }, ...options })
      return cloud
    },
    /** The bodies of up to ten messages of a queue in the template. */
    bodies(logicalId: string): unknown[] {
      return messages(running(), logicalId).map(({ body }) => JSON.parse(body))
    },
    attributes: (logicalId: string) =>
      messages(running(), logicalId).map(({ attributes }) =>
        Object.fromEntries(Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue])),
      ),
  }
}

/** The events that a recording function was called with. */
export const eventsIn = (file: string) =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : []

function messages({ stack, sqs }: Cloud, logicalId: string) {
  const name = stack.resources.find((resource) => resource.logicalId === logicalId)?.name ?? ''
  return sqs.queue(name)?.receive(10) ?? []
}

/** The headers of an owner's request to a service, for requests that no SDK sends. */
export const signedFor = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=me/20261122/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
})
