import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { nextFraction, seedRandom } from '../packages/fasttext/src/random'
import { SET_FILES } from './labelled-sets'

/** A labelled post of a day, from 0. */
export interface LabelledPost {
  text: string
  label: string
  day: number
}

const labelledPost = z.object({ text: z.string(), label: z.string() })

/** Two weeks of a set, shuffled, with equally many posts each day. */
export function twoWeeksOf(folder: string, set: string, seed: number, days = 14, mostPerDay = 220): LabelledPost[] {
  const files = SET_FILES[set]
  if (!files) throw new Error(`${set}: no such set; --sets takes ${Object.keys(SET_FILES).join(', ')}`)
  const rows = files.flatMap((file) => readFileSync(path.join(folder, file), 'utf8').trim().split('\n'))
  const all = rows.map((row) => labelledPost.parse(JSON.parse(row)))
  const state = seedRandom(seed)
  const shuffled = all
    .map((post) => ({ post, place: nextFraction(state) }))
    .sort((a, b) => a.place - b.place)
    .map(({ post }) => post)
  const perDay = Math.min(mostPerDay, Math.floor(all.length / days))
  return shuffled.slice(0, days * perDay).map((post, i) => ({ ...post, day: Math.floor(i / perDay) }))
}
