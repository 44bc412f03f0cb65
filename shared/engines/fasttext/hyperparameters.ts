import { z } from 'zod'
import { FastTextError, parseBlazingText } from '../../../packages/fasttext/src'

const scalar = z.union([z.string(), z.number(), z.boolean()])

/**
 * The hyperparameters of BlazingText's supervised mode, with its names and valid values: training in the function
 * accepts the same ones. Parsed, they are strings with `mode`, as CreateTrainingJob takes them.
 */
export const hyperparameters = z.record(z.string(), scalar).transform((given, context) => {
  const values = { mode: 'supervised', ...Object.fromEntries(Object.entries(given).map(([k, v]) => [k, asText(v)])) }
  let valid = true
  for (const [name, value] of Object.entries(values)) {
    const objection = objectionTo(name, value)
    if (objection === undefined) continue
    valid = false
    context.addIssue({ code: 'custom', path: [name], message: objection })
  }
  return valid ? values : z.NEVER
})

/** Why BlazingText would refuse a hyperparameter: better reported now than by a job that was paid for. */
function objectionTo(name: string, value: string): string | undefined {
  try {
    parseBlazingText({ mode: 'supervised', [name]: value })
    return undefined
  } catch (error) {
    if (error instanceof FastTextError) return error.message
    throw error
  }
}

const asText = (value: string | number | boolean): string =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)
