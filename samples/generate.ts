import { type SampleHashtag, closers, either, foreign, messages, openers, otherCloud, services, slots } from './phrases'

export type SampleLabel = 'technical' | 'marketing'

/** A row of the sample; `label` is known to the simulated annotators alone. */
export interface SampleRow {
  id: string
  createdAt: string
  hashtag: SampleHashtag
  author: string
  language: string
  text: string
  label: SampleLabel
  retweetOf?: string
}

const HASHTAGS = ['aws', 'azure'] as const
const FIRST_DAY = Date.parse('2026-06-01T00:00:00Z')
const DAYS = 14
const DAY_MS = 86_400_000

/** The share of technical messages among the new ones of a day: it falls for #aws, with a summit on the ninth day. */
const technicalShare: Record<SampleHashtag, (day: number) => number> = {
  aws: (day) => 0.72 - 0.02 * day - (day === 8 || day === 9 ? 0.16 : 0),
  azure: (day) => 0.3 + 0.028 * day,
}

/** Messages that could be either, and messages in the other class's words, keep a classifier below certainty. */
const EITHER = 0.16
const DISGUISED = 0.03
const FOREIGN = 0.02
const BOTH_HASHTAGS = 0.05
/** New messages of a weekday; at weekends fewer. */
const NEW_PER_DAY: Record<SampleHashtag, number> = { aws: 56, azure: 48 }
const WEEKEND = 0.6
/** Cascade sizes: Pareto with this exponent, cut off. */
const PARETO = 1.75
const LARGEST = 35
/** Hours until a repeat: exponential around this; every eighth waits for days. */
const REPEAT_HOURS = 7

/** The sample corpus: made up, and the same for the same seed, row for row, in order of time. */
export function generateSample(seed: number): SampleRow[] {
  const random = randomOf(seed)
  const write = writerOf(random)
  const rows: SampleRow[] = []
  for (let day = 0; day < DAYS; day++) {
    const isWeekend = [0, 6].includes(new Date(FIRST_DAY + day * DAY_MS).getUTCDay())
    for (const hashtag of HASHTAGS) {
      const fresh = Math.round(NEW_PER_DAY[hashtag] * (isWeekend ? WEEKEND : 1) * (0.85 + 0.3 * random()))
      for (let i = 0; i < fresh; i++) rows.push(...cascade(hashtag, day))
    }
  }
  return numbered(rows.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)))

  function cascade(hashtag: SampleHashtag, day: number): SampleRow[] {
    const isTechnical = random() < technicalShare[hashtag](day)
    const post = write.post(hashtag, isTechnical ? 'technical' : 'marketing')
    const first = FIRST_DAY + day * DAY_MS + hourOf(random) * 3_600_000
    const original: SampleRow = { id: '', createdAt: instant(first), hashtag, author: write.author(), ...post }
    const size = Math.min(LARGEST, Math.floor((1 - random()) ** (-1 / PARETO)))
    const repeats: SampleRow[] = []
    for (let i = 1; i < size; i++) {
      const hours = (random() < 0.125 ? 48 : REPEAT_HOURS) * -Math.log(1 - random())
      const at = first + 60_000 + hours * 3_600_000
      if (at < FIRST_DAY + DAYS * DAY_MS) repeats.push(repeat(original, at))
    }
    // Both searches find a post with both hashtags: two rows with one id.
    return [original, ...repeats].flatMap((row) => (row.text.includes(`#${otherCloud[hashtag]}`) ? both(row) : [row]))
  }

  /** Mostly a retweet; else a copy with its own link, sometimes with a word before it. */
  function repeat(original: SampleRow, at: number): SampleRow {
    const copy: SampleRow = { ...original, createdAt: instant(at), author: write.author() }
    if (random() < 0.8)
      return { ...copy, text: `RT ${write.handle(original.author)}: ${original.text}`, retweetOf: original.author }
    const relinked = original.text.replace(/https:\S+/, () => write.fill('{url}', original.hashtag))
    return {
      ...copy,
      text: random() < 0.25 ? `${write.fill('{emoji} ', original.hashtag)}Nice: ${relinked}` : relinked,
    }
  }
}

const both = (row: SampleRow): SampleRow[] => HASHTAGS.map((hashtag) => ({ ...row, hashtag }))

/** Ids grow with time, as X's do. A retweet names the id of the post it repeats. */
function numbered(rows: readonly SampleRow[]): SampleRow[] {
  const ids = new Map<string, string>()
  const originals = new Map<string, string>()
  return rows.map(({ retweetOf, ...row }, i) => {
    const key = `${row.createdAt} ${row.author} ${row.text}`
    const id = ids.get(key) ?? String(2_060_000_000_000_000_000n + BigInt(i) * 4_194_304n)
    ids.set(key, id)
    if (retweetOf === undefined) originals.set(`${row.author} ${row.text}`, id)
    const repeated = retweetOf && originals.get(`${retweetOf} ${row.text.replace(/^RT \S+: /, '')}`)
    return { ...row, id, ...(repeated ? { retweetOf: repeated } : {}) }
  })
}

function writerOf(random: () => number) {
  // oxlint-disable-next-line typescript/no-non-null-assertion -- no list of phrases is empty
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!

  const filler = (slot: string, hashtag: SampleHashtag): string => {
    if (slot.startsWith('service')) return pick(services[hashtag])
    if (slot === 'url') return `https://t.example/${Math.floor(random() * 36 ** 6).toString(36)}`
    if (slot === 'handle') return handle(author())
    if (slot === 'n') return String(2 + Math.floor(random() * 8))
    if (slot === 'n2') return String(11 + Math.floor(random() * 80))
    const choices = slots[slot.replace(/2$/, '')]
    if (!choices) throw new Error(`a phrase has {${slot}}: no such slot; add it to slots in samples/phrases.ts`)
    return fill(pick(choices), hashtag)
  }
  const fill = (template: string, hashtag: SampleHashtag): string =>
    template.replaceAll(/\{(\w+)\}/g, (_, slot: string) => filler(slot, hashtag))

  const author = () => String(10_000 + Math.floor(random() ** 2 * 900))
  const handle = (of: string) => `@user${of}`

  const post = (hashtag: SampleHashtag, label: SampleLabel): Pick<SampleRow, 'text' | 'label' | 'language'> => {
    const other = random() < BOTH_HASHTAGS ? ` #${otherCloud[hashtag]}` : ''
    const tag = random() < 0.5 ? `#${hashtag}` : `#${hashtag.toUpperCase()}`
    if (random() < FOREIGN) {
      const [language, its, text] = pick(foreign)
      return { text: `${fill(text, hashtag)} ${tag}`, label: its, language }
    }
    const chance = random()
    const worn: SampleLabel = chance < DISGUISED ? (label === 'technical' ? 'marketing' : 'technical') : label
    const core = fill(pick(chance > 1 - EITHER ? either : messages[worn]), hashtag)
    const text = `${fill(pick(openers), hashtag)}${core}${fill(pick(closers), hashtag)} ${tag}${other}`
    return { text, label, language: 'en' }
  }
  return { post, fill, author, handle }
}

/** Hours after midnight, mostly between the mornings of Europe and the evenings of America. */
const hourOf = (random: () => number): number => (12 + 12 * ((random() + random() + random()) / 1.5 - 1) + 27) % 24

const instant = (ms: number): string => new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z')

/** Mulberry32: numbers in [0, 1). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
