import { z } from 'zod'
import { batchName } from '../../shared/batches'
import { keys } from '../../shared/keys'

const items = z.int().min(2, 'a first batch needs at least two items').max(10_000)

/**
 * `{}` or `{"start":"now"}` starts one more batch, `{"start":"scheduled"}` the batch of the set hour,
 * `{"bootstrap":150}` a first batch of so many items. `{"estimate":true}` says what the next batch would cost, with
 * `"bootstrap":150` what that one would, and asks nobody. `{"settle":"2026-11-22"}` settles a batch if no answer is
 * outstanding, and with `"now":true` in any case; `{"settle":"answered"}` every batch at the desk without an
 * outstanding answer. `{"run":"raw/…/run.json"}` does what the put of that run does.
 */
export const labelingRequest = z.union([
  z.strictObject({ settle: batchName, now: z.boolean().default(false) }),
  z.strictObject({ settle: z.literal('answered') }),
  z.strictObject({ estimate: z.literal(true), bootstrap: items.optional() }),
  z.strictObject({ bootstrap: items }),
  z.strictObject({
    run: z.string().transform((key, context) => {
      const parts = keys.run.match(key)
      if (!parts)
        context.addIssue({ code: 'custom', message: `not the key of a run: write it as in ${keys.run.pattern}` })
      return parts ?? z.NEVER
    }),
  }),
  z.strictObject({ start: z.enum(['now', 'scheduled']).default('now') }),
])
export type LabelingRequest = z.infer<typeof labelingRequest>
