import type { Cell, Mistakes } from './coverage-world'

const BASE: Omit<Cell, 'name'> = {
  share: 0.2,
  posts: 240,
  copies: false,
  classes: 2,
  mistakes: { rates: [0.05, 0.05] },
  model: 'fair',
  labels: 30,
  pairs: 300,
  days: 1,
  basis: 'posts',
}

type Change = Partial<Omit<Cell, 'name'>>

const errors = (rate: number): Mistakes => ({ rates: [rate, rate] })
const small: Change = { posts: 50, labels: 15 }
const ASYMMETRIC: Mistakes[] = [{ rates: [0.15, 0.05] }, { rates: [0.05, 0.15] }]

/** One factor at a time around the base cell. */
const factors: Change[] = [
  {},
  ...[0, 0.1, 0.15].map((rate) => ({ mistakes: errors(rate) })),
  ...[0, 0.005, 0.02, 0.05, 0.1, 0.3, 0.5].map((share) => ({ share })),
  small,
  { posts: 1000 },
  { copies: true },
  { copies: true, basis: 'messages' },
  { classes: 3 },
  { classes: 12 },
  ...(['none', 'poor', 'good'] as const).map((model) => ({ model })),
  { days: 7 },
  { days: 7, basis: 'messages' },
  ...[0, 30, 60, 1000].map((pairs) => ({ pairs })),
  ...ASYMMETRIC.map((mistakes) => ({ mistakes })),
  ...[0.05, 0.1, 0.15].map((rate) => ({ mistakes: { ...errors(rate), hard: true } })),
]

/** Corners where several factors meet. */
const corners: Change[] = [
  // Small days with many labels, where an audit found coverages of 73 %, 47 % and 29 %.
  ...[0, 0.05, 0.1, 0.15].flatMap((rate) =>
    [0, 0.02, 0.1, 0.5].map((share) => ({ ...small, share, mistakes: errors(rate) })),
  ),
  ...[0, 0.05, 0.15].flatMap((rate) =>
    [0, 0.1, 0.5].map((share) => ({ share, mistakes: errors(rate), model: 'none' as const })),
  ),
  ...[0, 0.05, 0.15].flatMap((rate) =>
    [0, 0.1].map((share) => ({ share, mistakes: errors(rate), copies: true, posts: 1000 })),
  ),
  ...[0, 0.15].flatMap((rate) =>
    [0.02, 0.3].map((share) => ({ share, mistakes: errors(rate), copies: true, ...small })),
  ),
  ...[0, 0.05, 0.15].flatMap((rate) =>
    [0, 0.1].map((share) => ({
      share,
      mistakes: errors(rate),
      days: 7 as const,
      copies: true,
      basis: 'messages' as const,
    })),
  ),
  ...[0.05, 0.15].flatMap((rate) =>
    [0, 0.1].map((share) => ({ share, mistakes: errors(rate), days: 7 as const, ...small })),
  ),
  ...[0, 0.15].flatMap((rate) => [3, 12].flatMap((classes) => [{ classes, mistakes: errors(rate), share: 0.05 }])),
  ...[0, 0.15].map((rate) => ({ ...small, classes: 12, mistakes: errors(rate), share: 0.1 })),
  ...[0, 0.05].map((share) => ({ share, model: 'good' as const, mistakes: errors(0.15) })),
  { ...small, model: 'good', share: 0 },
  { posts: 20, labels: 15, mistakes: errors(0.05) },
  { posts: 20, labels: 15, mistakes: errors(0.15), share: 0.1 },
  { posts: 12, labels: 15, mistakes: errors(0.05) },
  { posts: 12, labels: 15, mistakes: errors(0.15), share: 0 },
  // The fewest pairs at which labels can be unreliable.
  { pairs: 60, mistakes: errors(0.15) },
  ...ASYMMETRIC.flatMap((mistakes) => [0.05, 0.5].map((share) => ({ mistakes, share }))),
  ...ASYMMETRIC.map((mistakes) => ({ mistakes, ...small, share: 0.1 })),
  { mistakes: { ...errors(0.05), hard: true }, ...small, share: 0.1 },
  { mistakes: { ...errors(0.05), hard: true }, days: 7 },
]

/** A cell is named by its differences from the base. */
function named(change: Change): Cell {
  const { mistakes, share, posts, copies, classes, model, pairs, days, basis } = { ...BASE, ...change }
  const [a, b] = mistakes.rates
  const said = [
    `${posts} posts`,
    `share ${share}`,
    `errors ${a === b ? a : `${a}/${b}`}${mistakes.hard ? ' hard' : ''}`,
    ...(copies ? ['copies'] : []),
    ...(classes === 2 ? [] : [`${classes} classes`]),
    ...(model === 'fair' ? [] : [`${model === 'none' ? 'no' : model} model`]),
    ...(pairs === BASE.pairs ? [] : [`${pairs} pairs`]),
    ...(days === 1 ? [] : ['week']),
    ...(basis === 'posts' ? [] : ['by messages']),
  ]
  return { ...BASE, ...change, name: said.join(', ') }
}

export const cells: (Cell & { group: 'factor' | 'corner' })[] = [
  ...factors.map((change) => ({ ...named(change), group: 'factor' as const })),
  ...corners.map((change) => ({ ...named(change), group: 'corner' as const })),
]
