import { keys } from '../../shared/keys'
import { type Objects, parseJson } from '../../shared/objects'
import type { Table } from '../../shared/table'
import type { OpenBatch } from './batches'
import { groupPosts } from './cascades'
import { askedForEvaluation, drawEvaluation, evaluationTarget, mayBe, type Standing, trainingCandidates } from './draw'
import { identifyRuns } from './identify'
import { type Chosen, type LeftOver, refusedLine } from './plan'
import { standings } from './roles'
import { loggedRuns } from './runs'

interface Ports {
  objects: Pick<Objects, 'read' | 'readJson' | 'stream' | 'lines' | 'exists' | 'create' | 'list'>
  table: Pick<Table, 'getMany' | 'query'>
}

/** Candidates whose standing is looked up at once. */
const PAGE = 200

/**
 * Choose what a batch asks, at most `items`: the evaluation samples of its hashtags and days, then evaluation items that
 * a batch before left over, then training items, left over or new, by their permanent random numbers.
 */
export async function choose(
  { objects, table }: Ports,
  { batch, runs, carried: from }: OpenBatch,
  items: number,
  evaluationShare: number,
): Promise<Chosen> {
  const read = await identifyRuns(objects, runs, await loggedRuns(table))
  const cascades = groupPosts(read)
  const carried = await readLeftOvers(objects, from)
  const target = evaluationTarget(items, evaluationShare)
  const strata = new Map(read.map(({ hashtag, date }) => [`${date} ${hashtag}`, { hashtag, date }]))
  const draws = drawEvaluation(cascades, [...strata.values()], target)

  const members = draws.flatMap((draw) => draw.members.map(({ id }) => id))
  const known = await standings(table, [...members, ...carried.keys()], batch)
  const sampled = askedForEvaluation(draws, (id) => known.get(id))
  const resumed = [...carried.values()].filter(
    ({ item, plan }) => plan.role === 'evaluation' && !sampled.includes(item) && mayBe('evaluation', known.get(item)),
  )
  const evaluation = [...sampled, ...resumed.map(({ item }) => item)].slice(0, target)

  const trainable = [...carried.values()].filter(({ plan }) => plan.role === 'training').map(({ item }) => item)
  const candidates = trainingCandidates([...cascades.keys(), ...trainable], draws)
  const training = await firstFree(candidates, items - evaluation.length, (ids) => standings(table, ids, batch))
  return { evaluation, training, cascades, carried, draws }
}

/** The first `wanted` candidates that may be asked for training; no more standings are looked up than that takes. */
async function firstFree(
  candidates: readonly string[],
  wanted: number,
  look: (ids: readonly string[]) => Promise<Map<string, Standing>>,
): Promise<string[]> {
  const free: string[] = []
  for (let from = 0; free.length < wanted && from < candidates.length; from += PAGE) {
    const page = candidates.slice(from, from + PAGE)
    const known = await look(page)
    free.push(...page.filter((id) => mayBe('training', known.get(id))))
  }
  return free.slice(0, wanted)
}

/** What the batches left to be asked again; of an item that several left, the latest. */
async function readLeftOvers(
  objects: Pick<Objects, 'lines'>,
  batches: readonly string[],
): Promise<Map<string, LeftOver>> {
  const left = new Map<string, LeftOver>()
  for (const batch of batches) {
    const key = keys.settledRefused({ batch })
    for await (const line of objects.lines(key)) {
      const one = parseJson(line, refusedLine, key)
      if ('plan' in one && one.again) left.set(one.item, one)
    }
  }
  return left
}
