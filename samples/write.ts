import { writeFileSync } from 'node:fs'
import { generateSample } from './generate'

// `node bin/run.mjs samples/write.ts` writes samples/posts/sample.jsonl anew.
const SEED = 1
const rows = generateSample(SEED)
writeFileSync('samples/posts/sample.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
console.log(`${rows.length} posts`)
