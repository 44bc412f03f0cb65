import { build } from 'esbuild'
import type { CardRecord, ScoresRecord } from '../../shared/records'
import type { About } from './index'

/** What is told of a model beside its answers; verdict and scores are null where it was not measured yet. */
export interface Told {
  verdict: CardRecord['verdict'] | null
  labelStatus: CardRecord['labelStatus']
  scores: ScoresRecord | null
}

/** The files of the package but model.bin, by name. `root` is the folder of this repository. */
export async function packageFiles(root: string, about: About, told: Told): Promise<Record<string, string>> {
  return {
    'index.js': await bundle(root),
    'index.d.ts': TYPES,
    'model.json': `${JSON.stringify(about, null, 2)}\n`,
    'package.json': `${JSON.stringify(PACKAGE, null, 2)}\n`,
    'README.md': readme(about, told),
  }
}

const PACKAGE = {
  name: 'bellwether-model',
  version: '1.0.0',
  description: 'A text classifier that was trained by Bellwether',
  // The model knows words of the posts that it was trained on: publish it knowingly, or not at all.
  private: true,
  main: 'index.js',
  types: 'index.d.ts',
  engines: { node: '>=20.19' },
}

async function bundle(root: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['bin/exported/index.ts'],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    write: false,
    legalComments: 'none',
    banner: {
      js: '// The text function, the tokeniser and the predictor of Bellwether in one file. Made by npm run export-model.',
    },
  })
  return outputFiles[0]!.text
}

const TYPES = `export interface About {
  job: string
  datasetId: string
  labels: readonly string[]
  textVersion: string
  temperature: number
  calibrated: boolean
  sha256: string
}

export interface Answer {
  label: string
  /** Of this label. */
  probability: number
  /** Of every label; they sum to one. */
  probabilities: Record<string, number>
}

export interface ExportedModel {
  about: About
  labels: readonly string[]
  classify(text: string): Answer
  classifyAll(texts: readonly string[]): Answer[]
}

/** Read the model of this package, or that of another folder with model.bin and model.json. Keep it: reading takes a while. */
export declare function load(folder?: string): ExportedModel
`

const readme = (about: About, told: Told): string => `# A model of Bellwether

Says of a post in plain text which of these it is: ${about.labels.map((label) => `**${escaped(label)}**`).join(', ')}. Node.js 20.19 or newer,
no dependencies. Copy this folder into a program, or \`npm install ./bellwether-model\` from there.

\`\`\`js
const { load } = require('bellwether-model') // or: import { load } from 'bellwether-model'

const model = load() // once
model.classify('Cold starts fell from 900 to 210 ms #aws')
// { label: '…', probability: 0.93, probabilities: { …: 0.93, …: 0.07 } }
model.classifyAll(['one post', 'another'])
\`\`\`

Give it the post as people read it, \`&\` and not \`&amp;\`: links, mentions, \`RT @name:\` and capitals are taken care of. A text without a word that the
model knows has the same probability for every label.

| | |
| --- | --- |
| training job | \`${about.job}\` |
| dataset | \`${about.datasetId}\` |
| verdict | ${told.verdict ?? 'not measured yet'} |
| macro-F1 | ${measured(told.scores)} |
| labels | ${told.labelStatus} |
| probabilities | ${about.calibrated ? `calibrated: temperature ${about.temperature}, fitted on labels it was not trained on` : 'not calibrated, as the model gives them: take their order, not their size'} |
| text function | version ${about.textVersion} |
| model.tar.gz | SHA-256 \`${about.sha256}\` |

\`model.bin\` is in fastText's format; other programs that read it must bring texts into this form first. It holds the words of the
posts that it was trained on, and whoever has it can read them.
`

function measured(scores: ScoresRecord | null): string {
  if (scores?.macroF1 == null) return 'not measured'
  const { macroF1, macroF1Interval: interval, items } = scores
  const range = interval ? ` (${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})` : ''
  return `${macroF1.toFixed(3)}${range} on ${items} posts that it was not trained on`
}

const escaped = (label: string): string => label.replaceAll(/[\\`*_{}[\]<>#|]/g, String.raw`\$&`)
