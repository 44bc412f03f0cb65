import { z } from 'zod'
import { type SourceDeclaration } from './declaration'

const settings = z.strictObject({
  type: z.literal('file'),
  file: z
    .string()
    .regex(
      /^[^/\p{Cc}]+\.(jsonl|ndjson|json|js|csv|tsv|txt)$/u,
      'the name of a .jsonl, .json, .csv, .tsv, .txt or .js file under sources/ in the bucket',
    ),
  pricePerPostUsd: z.number().nonnegative().default(0),
})
export type FileSettings = z.infer<typeof settings>

const filesOf = (watched: readonly FileSettings[]): string[] => [...new Set(watched.map(({ file }) => file))]

/** A file of posts in the bucket. */
export const file: SourceDeclaration<FileSettings> = {
  type: 'file',
  settings,
  prices: ({ pricePerPostUsd }) => ({ perPostUsd: pricePerPostUsd, perCountUsd: 0 }),
  check: {
    name: 'files of posts',
    missing: async (watched, { hasFile }) => {
      const files = filesOf(watched)
      const there = await Promise.all(files.map((file) => hasFile(file)))
      return files.filter((_, i) => !there[i])
    },
    ready: (watched) => `${filesOf(watched).join(', ')} in the bucket`,
    lacking: (absent, { bucket }) => ({
      found: `${absent.join(', ')} ${absent.length === 1 ? 'is' : 'are'} not there`,
      remedy: absent.map((file) => `aws s3 cp ${file} s3://${bucket}/sources/${file}`).join(' && '),
    }),
  },
  describe: ({ file }) => ({ place: `the file ${file}`, terms: [] }),
}
