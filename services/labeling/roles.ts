import { z } from 'zod'
import { type Role, role } from '../../shared/records'
import type { Table } from '../../shared/table'
import type { Standing } from './sampling/draw'

const roleItem = z.object({
  pk: z.string(),
  role,
  asked: z.string().optional().describe('The batch that asks for its label.'),
  settled: z.string().optional().describe('The batch that gave its label, or found that it can have none.'),
})

/** `cascade#<id>`, `role`: the role of a cascade, given by its first draw and never changed, and who asks for its label. */
const roleRow = (cascade: string) => ({ pk: `cascade#${cascade}`, sk: 'role' })

/** What is known of these cascades, as the batch sees it: what it asked for itself is free to it. */
export async function standings(
  table: Pick<Table, 'getMany'>,
  cascades: readonly string[],
  batch: string,
): Promise<Map<string, Standing>> {
  const items = (await table.getMany(cascades.map(roleRow))).map((item) => roleItem.parse(item))
  return new Map(
    items.map(({ pk, role: given, asked, settled }) => [
      pk.slice('cascade#'.length),
      { role: given, free: settled === undefined && (asked === undefined || asked === batch) },
    ]),
  )
}

/** Ask for the label of a cascade in a role. False where it has another role, a label, or is asked by another batch. */
export async function ask(table: Pick<Table, 'update'>, cascade: string, as: Role, batch: string): Promise<boolean> {
  const asked = await table.update(roleRow(cascade), {
    set: { role: as, asked: batch },
    when:
      'attribute_not_exists(pk) OR (#role = :as AND attribute_not_exists(#settled) AND ' +
      '(attribute_not_exists(#asked) OR #asked = :batch))',
    values: { as, batch },
  })
  return asked !== undefined
}

/** Nobody will be asked about it again. */
export async function settleCascade(table: Pick<Table, 'update'>, cascade: string, batch: string): Promise<void> {
  await table.update(roleRow(cascade), {
    set: { settled: batch },
    remove: ['asked'],
    when: '#asked = :batch',
    values: { batch },
  })
}

/** `labeling`, `again#<item>`: the one batch that asks once more about an item whose label is in doubt, for ever. */
const againRow = (item: string) => ({ pk: 'labeling', sk: `again#${item}` })

/** Ask once more about a label in doubt. False where another batch did. */
export async function askAgain(table: Pick<Table, 'create' | 'get'>, item: string, batch: string): Promise<boolean> {
  await table.create({ ...againRow(item), batch })
  return (await table.get(againRow(item)))?.batch === batch
}

/** Items in doubt that another batch than this one asked about once more. */
export async function askedAgain(table: Pick<Table, 'query'>, batch: string): Promise<Set<string>> {
  const items = new Set<string>()
  for await (const row of table.query('labeling', againRow('').sk)) {
    if (row.batch !== batch) items.add(row.sk.slice(againRow('').sk.length))
  }
  return items
}

/**
 * Take a label that nobody here was asked for, in a role. False where the cascade has the other role; whoever asks for
 * its label, or gave one, stays with it.
 */
export async function adopt(
  table: Pick<Table, 'get' | 'update'>,
  cascade: string,
  as: Role,
  batch: string,
): Promise<boolean> {
  const adopted = await table.update(roleRow(cascade), {
    set: { role: as, settled: batch },
    when: 'attribute_not_exists(pk) OR (#role = :as AND attribute_not_exists(#settled) AND attribute_not_exists(#asked))',
    values: { as },
  })
  if (adopted) return true
  const standing = await table.get(roleRow(cascade))
  return standing !== undefined && roleItem.parse(standing).role === as
}

/**
 * The owner decided its label, in the role that it has: no later batch asks for it. One that asks for it now may still
 * get its answers, which measure people.
 */
export async function decide(table: Pick<Table, 'update'>, cascade: string, as: Role, batch: string): Promise<void> {
  await table.update(roleRow(cascade), {
    set: { role: as, settled: batch },
    when: 'attribute_not_exists(pk) OR (#role = :as AND attribute_not_exists(#settled))',
    values: { as },
  })
}

/** It has no label yet and may be asked again. */
export async function release(table: Pick<Table, 'update'>, cascade: string, batch: string): Promise<void> {
  await table.update(roleRow(cascade), { remove: ['asked'], when: '#asked = :batch', values: { batch } })
}
