import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { z } from 'zod'
import { collectRequest } from '../../services/collector/collect'
import { invitationRequest } from '../../shared/web/invitation'
import { doctorRequest } from '../../services/doctor/examine'
import { functions, root } from './packaged'

/** Schemas of requests that are not in the service's own request.ts. */
const ELSEWHERE: Record<string, z.ZodType> = {
  collector: collectRequest,
  'desk-invite': invitationRequest,
  doctor: doctorRequest,
}

/** The request schema of a service: the one in its request.ts, or an empty request. */
function schemaOf(service: string): z.ZodType {
  const file = path.join(root, 'services', service, 'request.ts')
  const exported: Record<string, unknown> = existsSync(file) ? require(file) : {}
  const schema = Object.values(exported).find((value) => value instanceof z.ZodType)
  return ELSEWHERE[service] ?? schema ?? z.strictObject({})
}

const folder = path.join(root, 'samples/requests')
const samples = readdirSync(folder).map((file) => [file, file.split('.')[0]!] as const)

it.each(samples)('%s is a request that %s accepts', (file, service) => {
  const request: unknown = JSON.parse(readFileSync(path.join(folder, file), 'utf8'))

  expect(schemaOf(service).safeParse(request)).toMatchObject({ success: true })
})

it('has a sample request for every function that a person can invoke', () => {
  const asked = functions.map(({ name }) => name).filter((name) => !['desk', 'owner', 'report'].includes(name))

  expect([...new Set(samples.map(([, service]) => service))].sort()).toEqual(asked.sort())
})
