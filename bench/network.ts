import { collectTenDays } from '../test/services/collector/sources/ten-days'
import { benchOptions } from './options'

const USAGE = `
node --expose-gc bin/run.mjs bench/network.ts [--posts 200000]

How a busy hashtag is collected: posts over ten days from a stub of Mastodon on this machine.

  --posts N       posts of the ten days
`

const { values } = benchOptions(USAGE, { posts: { type: 'string', default: '200000' } })
void run(Number(values.posts))

async function run(posts: number): Promise<void> {
  const began = performance.now()
  const { there, once, again, missing, wrong, requests, needed, complete, heapMb } = await collectTenDays(posts)
  const [first = 0, last = 0] = [heapMb[1], heapMb.at(-1)]

  console.log(
    `${there} posts of ten days: ${once} stored once, ${again} again, ${missing} missing, ${wrong} wrongly stored`,
  )
  console.log(`${requests} requests, ${(requests / needed).toFixed(2)} of the ${needed} that their pages need`)
  console.log(
    `heap after the second day ${first.toFixed(1)} MB, after the last ${last.toFixed(1)} MB: ${heapMb.map(Math.round).join(', ')}`,
  )
  console.log(`${((performance.now() - began) / 1000).toFixed(1)} s`)
  if (once !== there || again + missing + wrong > 0 || requests > 1.5 * needed || !complete) process.exitCode = 1
}
