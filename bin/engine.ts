// `npm run --silent engine`: train an engine on labelled posts in a file, and ask the model.
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { runCommand } from '../local/command'
import { printable } from '../packages/embedded-aws/src/printable'
import { replaceFolder } from '../local/replace-folder'
import { createScreen, type Screen } from '../local/screen'
import { trainInThread } from '../local/training/engine-thread'
import { answersOf } from '../shared/answers'
import { engineNamed, engineNames } from '../shared/engines'
import type { Engine, Example, Hyperparameters } from '../shared/engines/engine'
import { classifierOf, loadModel } from '../shared/engines/load'
import { MANIFEST, manifestText } from '../shared/engines/manifest'
import { priorOf } from '../shared/engines/prior'
import { plainText, type PostText, TEXT_VERSION } from '../shared/text'
import { cascadeId } from '../shared/text/cascade'
import { zip } from '../shared/zip'

const HELP = `npm run --silent engine -- train --engine NAME --input FILE --output DIR [--set NAME=VALUE]...
npm run --silent engine -- classify --model DIR --input FILE

train learns from a file of JSON Lines with "text" and "label", and writes the files of the model with model.json into DIR.
classify answers a file of JSON Lines with "text": for each one JSON object a line, with its "line" in the file, the "label" that the
model decides for, the "probability" of that label, and the "probabilities" of all labels. "basis" is "prior" where the text holds
nothing that the model knows.

  --engine NAME      ${engineNames().join(', ')}
  --input FILE       - reads the standard input
  --output DIR       an earlier model there is replaced
  --model DIR        what train wrote
  --set NAME=VALUE   a hyperparameter; what is not set is what the engine suggests

A malformed line is left out and counted; the first twenty are named with file, line and field. Exit codes:
0 done; 1 nothing could be learned or answered; 2 the command is wrong.
`

/** Texts are classified in groups of this size. */
const BATCH = 1000
/** So many refused lines are named; a file of another kind may have millions. */
const MOST_NAMED = 20

const text = z.string({ error: 'expected a string' })
const label = z.string({ error: 'expected a string' }).trim().min(1, 'expected the name of a label')

class WrongCommand extends Error {}

void runCommand(main, (error) => (error instanceof WrongCommand ? 2 : 1))

async function main([verb, ...args]: string[]): Promise<number> {
  if (verb === undefined || ['help', '--help', '-h'].includes(verb) || args.includes('--help') || args.includes('-h')) {
    console.log(HELP)
    return verb === undefined ? 2 : 0
  }
  // The reader of the output may stop early, as `head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  if (verb === 'train') return train(args)
  if (verb === 'classify') return classify(args)
  throw new WrongCommand(`unknown command ${verb}: expected train or classify; --help lists both`)
}

async function train(args: string[]): Promise<number> {
  const { engine: name, input, output, set } = parse(args, ['engine', 'input', 'output'])
  const engine = engineNamed(name)
  if (!engine) throw new WrongCommand(`--engine ${name}: unknown engine; expected one of ${engineNames().join(', ')}`)
  const hyperparameters = hyperparametersOf(engine, set)
  refuseForeign(output)

  const screen = createScreen(process.stderr, { isQuiet: true, print: console.error })
  const { rows, refused } = readRows(input, z.object({ text, label }), screen)
  const examples: Example[] = []
  screen.progress(`reading ${input} …`)
  try {
    for await (const { row } of rows)
      examples.push({ item: cascadeId(row.text), text: plainText(row.text).shown, label: row.label })
  } finally {
    screen.clear()
  }
  report(refused)
  const objection = engine.objection?.({ train: examples.length, validation: 0 }, hyperparameters)
  if (objection !== undefined) throw new Error(`${input}: ${objection}`)

  screen.progress(`training ${engine.name} on ${examples.length} posts …`)
  const began = performance.now()
  const trained = await trainInThread({ engine: engine.name, examples, hyperparameters }).finally(screen.clear)
  if ('failure' in trained) throw new Error(trained.isRefused ? `${input}: ${trained.failure}` : trained.failure)
  const { files } = trained
  const seconds = Math.round(performance.now() - began) / 1000
  const labels = [...new Set(examples.map((example) => example.label))].sort()
  const prior = priorOf(examples.map((example) => ({ label: example.label, inclusionProbability: null })))
  const manifest = { format: 1 as const, engine: engine.name, textVersion: TEXT_VERSION, prior }
  replaceFolder(output, new Map([...files, [MANIFEST, Buffer.from(manifestText(manifest))]]))
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0)
  console.log(printable(JSON.stringify({ engine: engine.name, examples: examples.length, labels, bytes, seconds })))
  return 0
}

async function classify(args: string[]): Promise<number> {
  const { model: folder, input } = parse(args, ['model', 'input'])
  const loaded = await loadModel(filesIn(folder), { artefact: folder, textVersion: TEXT_VERSION })
  const classifier = classifierOf(loaded)
  const screen = createScreen(process.stderr, { isQuiet: true, print: console.error })
  const { rows, refused } = readRows(input, z.object({ text }), screen)
  let answered = 0
  // Where the answers are on the same terminal, they are the progress.
  const isSeen = process.stdout.isTTY && process.stderr.isTTY
  let batch: { line: number; text: PostText }[] = []
  const flush = async () => {
    const answers = await answersOf(
      { classifier, temperature: 1 },
      batch.map((one) => one.text),
    )
    for (const [{ line }, answer] of zip(batch, answers)) console.log(printable(JSON.stringify({ line, ...answer })))
    answered += batch.length
    batch = []
    if (!isSeen) screen.progress(`${answered} posts answered`)
  }
  try {
    for await (const { line, row } of rows) {
      batch.push({ line, text: plainText(row.text) })
      if (batch.length === BATCH) await flush()
    }
    await flush()
  } finally {
    screen.clear()
  }
  report(refused)
  return answered === 0 ? 1 : 0
}

interface Refused {
  count: number
}

/**
 * The good rows of a file of JSON Lines with their line numbers; the others are named on the standard error and
 * counted.
 */
function readRows<S extends z.ZodType>(file: string, schema: S, { say }: Screen) {
  const refused: Refused = { count: 0 }
  const refuse = (line: number, why: string): void => {
    refused.count += 1
    if (refused.count === MOST_NAMED + 1) say('Further lines are counted only.')
    if (refused.count <= MOST_NAMED) say(`${file}:${line}: ${why}`)
  }
  const stream = file === '-' ? process.stdin : createReadStream(openable(file))
  async function* rows(): AsyncGenerator<{ line: number; row: z.infer<S> }> {
    let line = 0
    for await (const content of createInterface({ input: stream, crlfDelay: Infinity })) {
      line += 1
      if (content.trim() === '') continue
      const value = parsed(content)
      if (value === undefined) {
        refuse(line, 'not JSON: expected one object a line')
        continue
      }
      const found = schema.safeParse(value)
      if (found.success) yield { line, row: found.data }
      else {
        const [issue] = found.error.issues
        refuse(line, `${issue?.path.join('.') || 'the line'}: ${issue?.message ?? 'is wrong'}`)
      }
    }
  }
  return { rows: rows(), refused }
}

function openable(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found) throw new WrongCommand(`--input ${file}: there is no such file; correct the path`)
  if (found.isDirectory()) throw new WrongCommand(`--input ${file}: it is a folder; name a file of JSON Lines in it`)
  return file
}

/** Undefined for invalid JSON: JSON has no undefined. */
function parsed(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

function report({ count }: Refused): void {
  if (count > 0) console.error(`${count} ${count === 1 ? 'line was' : 'lines were'} refused`)
}

function hyperparametersOf(engine: Engine, set: readonly string[]): Hyperparameters {
  const pairs = set.map((pair) => {
    const at = pair.indexOf('=')
    if (at < 1) throw new WrongCommand(`--set ${pair}: expected NAME=VALUE`)
    return [pair.slice(0, at), pair.slice(at + 1)]
  })
  const found = engine.hyperparameters.safeParse({ ...engine.suggested, ...Object.fromEntries(pairs) })
  if (found.success) return found.data
  throw new WrongCommand(`hyperparameters of ${engine.name}: ${z.prettifyError(found.error)}`)
}

/** A model replaces a model, and nothing else. */
function refuseForeign(output: string): void {
  const found = statSync(output, { throwIfNoEntry: false })
  if (found && !found.isDirectory())
    throw new WrongCommand(`--output ${output}: it is a file; name an empty or new folder`)
  if (!existsSync(output) || readdirSync(output).length === 0 || existsSync(path.join(output, MANIFEST))) return
  throw new WrongCommand(`--output ${output}: it has files that are not of a model; name an empty or new folder`)
}

/** The files of a model by name. */
function filesIn(folder: string): Map<string, Uint8Array> {
  const place = path.join(folder, MANIFEST)
  if (!existsSync(place)) throw new WrongCommand(`--model ${folder}: there is no ${MANIFEST} in it; train writes one`)
  return new Map(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, readFileSync(path.join(folder, name))]),
  )
}

function parse<K extends 'engine' | 'input' | 'output' | 'model'>(args: string[], required: readonly K[]) {
  const { values } = parsedArgs(args)
  const missing = required.filter((name) => values[name] === undefined)
  if (missing.length > 0)
    throw new WrongCommand(`missing: ${missing.map((name) => `--${name}`).join(', ')}; --help says more`)
  // All of them are present.
  return { ...(values as Record<K, string>), set: values.set }
}

function parsedArgs(args: string[]) {
  const string = { type: 'string' } as const
  try {
    return parseArgs({
      args,
      options: {
        engine: string,
        input: string,
        output: string,
        model: string,
        set: { ...string, multiple: true, default: [] },
      },
    })
  } catch (error) {
    throw new WrongCommand(`${error instanceof Error ? error.message : String(error)}; --help lists the options`)
  }
}
