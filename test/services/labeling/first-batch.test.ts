import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { termsOf } from '../../../shared/labellers'
import { costAtMost, evaluationTarget, largestWithin } from '../../../shared/labellers/costs'
import { readSettings } from '../../../shared/settings'

const root = path.resolve(__dirname, '../../..')
const { labelling, caps, gate } = readSettings(root)
const terms = termsOf(labelling.labeller)

it("leaves room in the caps for the documented first batch beside the day's own, with enough evaluation posts for the gate", () => {
  const documented = readFileSync(path.join(root, 'docs/first-deploy.md'), 'utf8')
  const [first = 0] = [...documented.matchAll(/"bootstrap":(\d+)/g)].map(([, items]) => Number(items))
  const day = costAtMost(terms, labelling, labelling.itemsPerDay)
  const left = { judgements: caps.judgements.perDay - day.judgements, usd: caps.labelUsd.perDay - day.usd }

  expect(first).toBeGreaterThan(0)
  expect(largestWithin(terms, labelling, first, left)).toBe(first)
  // With few posts, the first batch is all that is left of the day; one in five evaluation posts may stay without a label.
  const evaluation = evaluationTarget(first, labelling.evaluationShare)
  expect(0.8 * evaluation).toBeGreaterThanOrEqual(gate.minimumProvisional)
})
