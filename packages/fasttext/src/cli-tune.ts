import { checkText } from './cli-files'
import { parse, parseFlags, required, toFlags } from './cli-flags'
import { FastTextError } from './error'
import { toBlazingText } from './hyperparameters'
import { type Text, readAll } from './text'
import { type Goal, tune } from './tune'

const OWN = ['-groups', '-seconds', '-trials', '-folds', '-goal', '-characters']

/** The command `tune`: reports progress to `note` and returns the result as JSON. */
export function tuneByFlags(words: string[], note: (text: string) => void): string {
  const { given, files, verbose, others } = parseFlags(words, OWN)
  const input = required(files.input, '-input')
  const goal = others['-goal'] === undefined ? {} : { goal: goalOf(others['-goal']) }
  for (const file of [input, others['-groups']]) if (file !== undefined) checkText(file)
  const lines = linesOf(input)
  const number = (flag: string) =>
    others[flag] === undefined ? undefined : Number(parse(flag, others[flag], 'number'))
  const { seed, ...fixed } = given
  const [seconds, trials, folds] = [number('-seconds'), number('-trials'), number('-folds')]

  const { best, score, spread, tried } = tune(lines, {
    fixed,
    ...(seed === undefined ? {} : { seed }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(trials === undefined ? {} : { trials }),
    ...(folds === undefined ? {} : { folds }),
    ...(others['-groups'] === undefined ? {} : { groups: linesOf(others['-groups']) }),
    ...goal,
    characters: others['-characters'] !== undefined && parse('-characters', others['-characters'], 'boolean') === true,
    onTried({ hyperparameters, score: mean, spread: error }, done) {
      if (verbose > 0)
        note(
          `${done.seconds.toFixed(1).padStart(6)} s  ${mean.toFixed(4)} +- ${error.toFixed(4)}  ${toFlags(hyperparameters)}\n`,
        )
    },
  })
  const result = { flags: toFlags(best), blazingText: toBlazingText(best), score, spread, tried }
  return `${JSON.stringify(result, null, 2)}\n`
}

function goalOf(text: string): Goal {
  if (text === 'accuracy' || text === 'macroF1') return text
  if (text.startsWith('f1:')) return `f1:${text.slice('f1:'.length)}`
  throw new FastTextError('HYPERPARAMETER_INVALID', {
    found: `-goal ${text}`,
    expected: 'accuracy, macroF1 or f1:<label>',
  })
}

function linesOf(file: string): string[] {
  const text: Text = { file }
  const lines = readAll(text).toString('utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}
