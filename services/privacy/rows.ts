import { keys } from '../../shared/keys'
import { forgetAsked } from '../../shared/state/asked-messages'
import { forgetCascades } from '../../shared/state/cascade-claims'
import { forgetConfirmations } from '../../shared/state/confirmations'
import { cursorMentions } from '../../shared/state/cursor'
import { forgetItems } from '../../shared/state/desk'
import type { StreamName, StreamNames } from '../../shared/streams'
import type { Table } from '../../shared/table'
import type { FoundTargets, DeletionTargets } from './targets'
import type { Version } from './versions'

type RowsTable = Pick<Table, 'get' | 'getMany' | 'query' | 'update' | 'remove'>

/** What deletion does to the rows of each kind, by pk and sk. A test fails for a kind that is not in this list. */
export const ROWS: Readonly<Record<string, string>> = {
  'cursor#{stream} cursor': 'a run under way that goes on from a deleted post is waited for',
  'desk#{batch} texts#{chunk}': 'items',
  'desk#{batch} answers#{chunk}': 'items',
  'desk#{batch} item#{item}': 'rows',
  'cascade#{cascade} role': 'rows without a remaining post',
  'asked#{message} {predictor}': 'rows without a remaining post',
  'labeling again#{item}': 'rows without a remaining post',
  'tombstone#{mark} tombstone': 'stays: a keyed hash keeps the post from coming back',
  'absence#{mark} absence': 'stays for 400 days: a keyed hash',
  'presence#{stream} presence': 'neither id nor text',
  'desk day#{date}#{annotator}': 'neither id nor text: names of messages',
  'desk#{batch} batch': 'neither id nor text: names of messages',
  'desk#{batch} chunk#{chunk}': 'neither id nor text: names of messages',
  'desk#{batch} places#{part}': 'neither id nor text: names of messages',
  'lease#{name} lease': 'neither id nor text',
  'ledger#{kind} {period}': 'neither id nor text',
  'budget#{cap} {period}': 'neither id nor text',
  'mail week#{week}': 'neither id nor text',
  'labeling run#{date}#{stream}#{run}': 'neither id nor text',
  'labeling carry#{batch}': 'neither id nor text',
  'labeling open#{batch}': 'neither id nor text',
  'evaluation wish#{stream}': 'neither id nor text',
  'desk open': 'neither id nor text',
  'training#day {day}': 'neither id nor text',
  'training#job {job}': 'neither id nor text',
  'analyzer labels#{batch}': 'neither id nor text',
  'web people': 'neither id nor text',
  'reconciler#look quiet': 'neither id nor text',
  'reconciler {loss}': 'neither id nor text',
  'rewritten labels#{batch}': 'neither id nor text',
  'tombstones any': 'neither id nor text',
  'privacy open': 'neither id nor text',
}

/** Remove deleted posts from the table; returns how many rows or items changed, by kind. */
export async function forgetRows(
  table: RowsTable,
  versions: readonly Version[],
  found: FoundTargets,
  targets: DeletionTargets,
): Promise<Record<string, number>> {
  const batches = new Set(versions.flatMap(({ key }) => keys.plan.match(key)?.batch ?? []))
  let atDesk = 0
  for (const batch of batches) {
    atDesk += await forgetItems(table, batch, (item, text) => {
      const of = targets.itemOfText(text)
      if (of) return of.copy ? { text: of.copy.shown } : 'goes'
      return targets.isGone(item) ? 'goes' : 'stays'
    })
  }
  const gone = [...found.items.keys()].filter((item) => targets.isGone(item))
  const counts = {
    'desk items': atDesk,
    cascades: await forgetCascades(table, gone),
    confirmations: await forgetConfirmations(table, gone),
    questions: await forgetAsked(table, predictorsOf(versions), gone),
  }
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}

/** The language models, each with its prompt, whose answers are kept. */
function predictorsOf(versions: readonly Version[]): { model: string; prompt: string }[] {
  const found = new Map<string, { model: string; prompt: string }>()
  for (const { key } of versions) {
    const parts = keys.answers.match(key) ?? keys.prompt.match(key)
    if (parts) found.set(`${parts.model} ${parts.prompt}`, { model: parts.model, prompt: parts.prompt })
  }
  return [...found.values()]
}

/** The streams whose current run continues from a deleted post. */
export async function waitingFor(
  table: Pick<Table, 'get'>,
  streams: readonly StreamNames[],
  { isPost }: DeletionTargets,
): Promise<StreamName[]> {
  const waiting: StreamName[] = []
  for (const names of streams) if (await cursorMentions(table, names, isPost)) waiting.push(names[0])
  return waiting
}
