import { benchOptions } from './options'
import { hostileTexts, textFunctions } from './text-functions'

const USAGE = `
node bin/run.mjs bench/text.ts [--length 200000] [--only WORDS]

How long does each function that reads texts of others take for a text that was made to hold it up? Milliseconds of CPU, the
least of three runs where the first is over the limit: other work on the machine and the first compilation do not count. Ends with
1 where a function is over 100 ms for some text.

  --length N      characters of each text
  --only WORDS    only the functions whose name contains WORDS
`

const { values: options } = benchOptions(USAGE, {
  length: { type: 'string', default: '200000' },
  only: { type: 'string', default: '' },
})

const LIMIT_MS = 100
const TRIES = 3

async function main(): Promise<void> {
  const length = Number(options.length)
  const slow: string[] = []
  for (const { name, run, most = Infinity } of textFunctions().filter((one) => one.name.includes(options.only))) {
    const size = Math.min(length, most)
    const costs: [what: string, ms: number][] = []
    for (const [what, text] of hostileTexts(size)) {
      let ms = await cost(run, text)
      for (let i = 1; i < TRIES && ms > LIMIT_MS && ms < 20 * LIMIT_MS; i++) ms = Math.min(ms, await cost(run, text))
      costs.push([what, ms])
      if (ms > LIMIT_MS) slow.push(`${name}: ${ms.toFixed(0)} ms for ${what}`)
    }
    const [worst = ['', 0], ...rest] = costs.sort(([, a], [, b]) => b - a)
    const median = rest[rest.length >> 1]?.[1] ?? 0
    console.log(
      `${name.padEnd(34)} ${String(size).padStart(7)} characters  median ${median.toFixed(1).padStart(6)} ms  ` +
        `at most ${worst[1].toFixed(1).padStart(7)} ms (${worst[0]})`,
    )
  }
  console.log(
    slow.length === 0 ? `\nNo function is over ${LIMIT_MS} ms.` : `\nOver ${LIMIT_MS} ms:\n${slow.join('\n')}`,
  )
  process.exitCode = slow.length === 0 ? 0 : 1
}

async function cost(run: (text: string) => unknown, text: string): Promise<number> {
  const before = process.cpuUsage()
  await run(text)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

void main()
