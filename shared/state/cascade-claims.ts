import { z } from 'zod'
import { type Role, role } from '../records'
import type { Table } from '../table'
import { rowKind } from './row'

/** What the table says about a cascade before a draw. */
export interface CascadeClaim {
  /** Fixed by the cascade's first draw. */
  role: Role
  /** Whether a batch may ask for its label: it has none, and no other batch is asking. */
  available: boolean
}

export const cascadeRow = rowKind({
  pk: 'cascade#{cascade}',
  sk: 'role',
  meaning: 'The role of a cascade, which never changes, and the batch that asks for its label.',
  attributes: z.object({
    role,
    asked: z.string().optional().describe('The batch that asks for its label, or asked for it and ended the question.'),
    settled: z.string().optional().describe('The import or correction that labelled it; in older rows also a batch.'),
  }),
})
const keyOf = (cascade: string) => cascadeRow.key({ cascade })

/** The claims on these cascades from the point of view of a batch: its own claims are available to it. */
export async function cascadeClaims(
  table: Pick<Table, 'getMany'>,
  cascades: readonly string[],
  batch: string,
): Promise<Map<string, CascadeClaim>> {
  const items = await table.getMany(cascades.map(keyOf))
  return new Map(
    items.map((item) => {
      const { role: given, asked, settled } = cascadeRow.parse(item)
      const available = settled === undefined && (asked === undefined || asked === batch)
      return [cascadeRow.partsOf(item).cascade, { role: given, available }]
    }),
  )
}

/** Claim a cascade for a batch that asks for its label. False when it has another role, a label, or another claimant. */
export async function claimForLabelling(
  table: Pick<Table, 'update'>,
  cascade: string,
  as: Role,
  batch: string,
): Promise<boolean> {
  const claimed = await table.update(keyOf(cascade), {
    set: { role: as, asked: batch },
    when:
      'attribute_not_exists(pk) OR (#role = :as AND attribute_not_exists(#settled) AND ' +
      '(attribute_not_exists(#asked) OR #asked = :batch))',
    values: { as, batch },
  })
  return claimed !== undefined
}

/** End a batch's claim without a label: a later batch may ask again. A claim that is never released ends the question. */
export async function releaseClaim(table: Pick<Table, 'update'>, cascade: string, batch: string): Promise<void> {
  await table.update(keyOf(cascade), { remove: ['asked'], when: '#asked = :batch', values: { batch } })
}

/**
 * Claim a cascade for an imported label. False when the cascade has the other role. A batch that is asking for its label
 * keeps its claim, and so does the batch that labelled it.
 */
export async function claimForImport(
  table: Pick<Table, 'get' | 'update'>,
  cascade: string,
  as: Role,
  batch: string,
): Promise<boolean> {
  const claimed = await table.update(keyOf(cascade), {
    set: { role: as, settled: batch },
    when: 'attribute_not_exists(pk) OR (#role = :as AND attribute_not_exists(#settled) AND attribute_not_exists(#asked))',
    values: { as },
  })
  if (claimed) return true
  return (await cascadeRow.read(table, { cascade }))?.role === as
}

/**
 * Record that the owner decided a label, in the role that the cascade has: no later batch asks for it. A batch that is
 * asking now may still receive its answers, which measure the annotators.
 */
export async function overrule(table: Pick<Table, 'update'>, cascade: string, as: Role, batch: string): Promise<void> {
  await table.update(keyOf(cascade), {
    set: { role: as, settled: batch },
    when: 'attribute_not_exists(pk) OR (#role = :as AND attribute_not_exists(#settled))',
    values: { as },
  })
}

/** Remove the claims on cascades without a remaining post; returns how many there were. */
export async function forgetCascades(
  table: Pick<Table, 'getMany' | 'remove'>,
  cascades: readonly string[],
): Promise<number> {
  const items = await table.getMany(cascades.map(keyOf))
  for (const { pk, sk } of items) await table.remove({ pk, sk })
  return items.length
}
