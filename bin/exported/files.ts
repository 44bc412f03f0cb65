import { build } from 'esbuild'
import type { CardRecord, ScoresRecord } from '../../shared/records'
import type { ModelDescription } from './index'

/** Facts about a model besides its predictions; verdict and scores are null where it was not measured yet. */
export interface Told {
  verdict: CardRecord['verdict'] | null
  labelStatus: CardRecord['labelStatus']
  scores: ScoresRecord | null
}

/** Their names. */
export const OWN_FILES = ['index.js', 'index.d.ts', 'model.json', 'package.json', 'README.md']

/** The files of the package besides those of the model, by name. `root` is the folder of this repository. */
export async function packageFiles(root: string, about: ModelDescription, told: Told): Promise<Record<string, string>> {
  return {
    'index.js': await bundle(root, about.engine),
    'index.d.ts': TYPES,
    'model.json': `${JSON.stringify(about, null, 2)}\n`,
    'package.json': `${JSON.stringify(PACKAGE, null, 2)}\n`,
    'README.md': readme(about, told),
  }
}

export const PACKAGE = {
  name: 'bellwether-model',
  version: '1.0.0',
  description: 'A text classifier that was trained by Bellwether',
  // The model knows words of the posts that it was trained on: publishing it must be a deliberate decision.
  private: true,
  main: 'index.js',
  types: 'index.d.ts',
  engines: { node: '>=20.19' },
}

async function bundle(root: string, engine: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: {
      resolveDir: root,
      contents: `
        import { load as loadModel } from './shared/engines/${engine}/load'
        import { loaderOf } from './bin/exported'
        export const load = loaderOf(loadModel, __dirname)
      `,
    },
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
  // oxlint-disable-next-line typescript/no-non-null-assertion -- one entry point gives one file
  return outputFiles[0]!.text
}

const TYPES = `export interface About {
  job: string
  datasetId: string
  engine: string
  labels: readonly string[]
  files: readonly string[]
  textVersion: string
  temperature: number
  calibrated: boolean
  prior: Record<string, number> | null
  sha256: string
}

export interface Answer {
  label: string
  /** Of this label. */
  probability: number
  /** Of every label; they sum to one. */
  probabilities: Record<string, number>
  /** 'prior': the text holds nothing that the model knows, and this is the share of each label among its training labels. */
  basis: 'text' | 'prior'
}

export interface ExportedModel {
  about: About
  labels: readonly string[]
  classify(text: string): Promise<Answer>
  classifyAll(texts: readonly string[]): Promise<Answer[]>
}

/** Read the model of this package, or that of another folder with model.json. Keep it: reading takes a while. */
export declare function load(folder?: string): Promise<ExportedModel>
`

const readme = (about: ModelDescription, told: Told): string => `# A model of Bellwether

Says of a post in plain text which of these it is: ${about.labels.map((label) => `**${escaped(label)}**`).join(', ')}. Node.js 20.19 or newer,
no dependencies. Copy this folder into a program, or \`npm install ./bellwether-model\` from there.

\`\`\`js
const { load } = require('bellwether-model') // or: import { load } from 'bellwether-model'

const model = await load() // once
await model.classify('Cold starts fell from 900 to 210 ms #aws')
// { label: '…', probability: 0.93, probabilities: { …: 0.93, …: 0.07 }, basis: 'text' }
await model.classifyAll(['one post', 'another'])
\`\`\`

Give it the post as people read it, \`&\` and not \`&amp;\`: links, mentions, \`RT @name:\` and capitals are taken care of. A text that holds nothing the
model knows is answered with ${about.prior ? 'the label shares of its training labels' : 'equal probabilities'}, and says so: \`basis: 'prior'\`.

| | |
| --- | --- |
| training job | \`${about.job}\` |
| engine | ${about.engine} |
| dataset | \`${about.datasetId}\` |
| verdict | ${told.verdict ?? 'not measured yet'} |
| macro-F1 | ${measured(told.scores)} |
| labels | ${told.labelStatus} |
| probabilities | ${about.calibrated ? `calibrated: temperature ${about.temperature}, fitted on labels it was not trained on` : 'not calibrated, as the model gives them: take their order, not their size'} |
| text function | version ${about.textVersion} |
| model.tar.gz | SHA-256 \`${about.sha256}\` |

The files of the model (${about.files.join(', ')}) hold the words of the posts that it was trained on, and whoever has
them can read them. Other programs that read them must bring texts into the form of the text function first.
`

function measured(scores: ScoresRecord | null): string {
  if (scores?.macroF1 == null) return 'not measured'
  const { macroF1, macroF1Interval: interval, items } = scores
  const range = interval ? ` (${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})` : ''
  return `${macroF1.toFixed(3)}${range} on ${items} posts that it was not trained on`
}

const escaped = (label: string): string => label.replaceAll(/[\\`*_{}[\]<>#|]/g, String.raw`\$&`)
