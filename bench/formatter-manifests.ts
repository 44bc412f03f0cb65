import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { type SettledLine, TEXT_CLASSIFICATION } from '../shared/records'

const WORDS =
  'the a to of in we our is for with on and it that you this lambda cold start cluster pipeline deploy cost webinar join free cloud data serverless function region queue latency billing migrate kubernetes container today new learn team build measured from after before twice slower faster security release preview'.split(
    ' ',
  )
const ENDS = ['', '.', '!', '…', ' 🚀', ' https://t.co/a1B2c3D4e5', ' &amp; more', '?', ' — “finally”']
const LABELS = ['technical', 'marketing'] as const

/** Write a settled manifest as labelling does; a tenth of its lines are evaluation items. Returns its size in bytes. */
export function writeManifest(file: string, number: number, lines: number): number {
  const descriptor = openSync(file, 'w')
  const random = seeded(number + 1)
  let bytes = 0
  for (let from = 0; from < lines; from += 1000) {
    const chunk = Array.from({ length: Math.min(1000, lines - from) }, (_, i) => line(number, from + i, random))
    bytes += writeSync(descriptor, chunk.join(''))
  }
  closeSync(descriptor)
  return bytes
}

function line(manifest: number, i: number, random: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const words = Array.from({ length: 8 + Math.floor(random() * 16) }, () => pick(WORDS)).join(' ')
  const source = `${random() < 0.3 ? '@user ' : ''}${words} ${Math.floor(random() * 1000)} #aws #${pick(WORDS)}${pick(ENDS)}`
  const item = createHash('md5').update(`${manifest} ${i}`).digest('hex').slice(0, 16)
  const label = pick(LABELS)
  const evaluation = random() < 0.1
  const settled: SettledLine = {
    source,
    item,
    'post-id': String(1_890_000_000_000_000_000n + BigInt(manifest * 1_000_000 + i)),
    role: evaluation ? 'evaluation' : 'training',
    hashtags: ['aws'],
    date: '2026-11-21',
    size: 1 + Math.floor(random() * 5),
    'inclusion-probability': evaluation ? 0.125 : null,
    label: LABELS.indexOf(label),
    'label-metadata': {
      'class-name': label,
      confidence: 0.9,
      'human-annotated': 'yes',
      'job-name': `labeling-job/bellwether-dev-${manifest}`,
      'creation-date': '2026-11-22T12:00:00.000000',
      type: TEXT_CLASSIFICATION,
      'schema-version': 1,
      judgements: [
        { annotator: 'private.eu-west-1.0123456789abcdef', label },
        { annotator: 'private.eu-west-1.fedcba9876543210', label },
      ],
    },
  }
  return `${JSON.stringify(settled)}\n`
}

/** Numbers in [0, 1), the same for the same seed: Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
