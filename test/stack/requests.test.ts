import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { z } from 'zod'
import { analyzerRequest } from '../../services/analyzer/request'
import { collectRequest } from '../../services/collector/collect'
import { invitationRequest } from '../../shared/web/invitation'
import { doctorRequest } from '../../services/doctor/examine'
import { evaluatorRequest } from '../../services/evaluator/request'
import { labelingRequest } from '../../services/labeling/request'
import { labelsRequest } from '../../services/labels/request'
import { trainerRequest } from '../../services/trainer/request'
import { functions } from './packaged'

const REQUESTS: Record<string, z.ZodType> = {
  collector: collectRequest,
  labeling: labelingRequest,
  'desk-invite': invitationRequest,
  labels: labelsRequest,
  formatter: z.strictObject({}),
  trainer: trainerRequest,
  evaluator: evaluatorRequest,
  analyzer: analyzerRequest,
  reconciler: z.strictObject({}),
  doctor: doctorRequest,
}

const folder = path.resolve(__dirname, '../../samples/requests')
const samples = readdirSync(folder).map((file) => [file, file.split('.')[0]!] as const)

it.each(samples)('%s is a request that %s takes', (file, service) => {
  const request: unknown = JSON.parse(readFileSync(path.join(folder, file), 'utf8'))

  expect(REQUESTS[service]?.safeParse(request)).toMatchObject({ success: true })
})

it('has a sample for every function that is asked by hand', () => {
  const asked = functions.map(({ name }) => name).filter((name) => !['desk', 'owner', 'report'].includes(name))

  expect([...new Set(samples.map(([, service]) => service))].sort()).toEqual(asked.sort())
})
