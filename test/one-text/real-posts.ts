// Checks that every message of the given files has the same tokens on every path: node bin/run.mjs test/one-text/real-posts.ts FILE...
import { readFileSync } from 'node:fs'
import { inPieces, messageOf, textsOf } from './messages'
import { tokensOnAllPaths } from './paths'

async function main(files: readonly string[]): Promise<number> {
  const messages = [...new Set(files.flatMap((file) => textsOf(readFileSync(file, 'utf8'))))].map(messageOf)
  const seen: Record<string, number> = {}
  let differences = 0
  for (const piece of inPieces(messages, 250)) {
    const outcome = await tokensOnAllPaths(piece, 'html')
    for (const [one, count] of Object.entries(outcome.seen)) seen[one] = (seen[one] ?? 0) + count
    differences += outcome.differences.length
    for (const one of outcome.differences.slice(0, 3)) console.log(JSON.stringify(one))
  }
  for (const [one, count] of Object.entries(seen)) console.log(`${String(count).padStart(6)} messages: ${one}`)
  console.log(`${messages.length} texts, ${differences} differences`)
  return messages.length > 0 && differences === 0 ? 0 : 1
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error)
    process.exitCode = 1
  },
)
