import path from 'node:path'

/** The name that the user typed: that of the installed command, or that of the script of a clone. */
export const PROGRAM = path.basename(process.argv[1] ?? '') === 'fasttext-ts' ? 'fasttext-ts' : 'fasttext'

const ALL = `usage: ${PROGRAM} <command> <args>

The commands:

  supervised     train a supervised classifier
  test           evaluate a supervised classifier
  test-label     print labels with precision and recall scores
  predict        predict most likely labels
  predict-prob   predict most likely labels with probabilities
  tune           choose hyperparameters by cross-validation

--help after a command says more.
`

const TRAINING = `  -minCount           minimal number of word occurrences [1]
  -minCountLabel      minimal number of label occurrences [0]
  -wordNgrams         max length of word ngram [1]
  -bucket             number of buckets [2000000]
  -minn               min length of char ngram [0]
  -maxn               max length of char ngram [0]
  -label              labels prefix [__label__]
  -lr                 learning rate [0.1]
  -dim                size of word vectors [100]
  -epoch              number of epochs [5]
  -seed               random generator seed [0]
`

const SUPERVISED = `usage: ${PROGRAM} supervised -input <file> -output <name> <args>

Writes <name>.bin, which the official program can read. (That program also writes <name>.vec; this one does not.)

  -input              training file path (- for stdin)
  -output             output file path, without .bin

${TRAINING}  -thread             number of threads [1]; more are not reproducible
  -loss               loss function {softmax} [softmax]
  -kernel             training loop {auto, simd, plain} [auto]; all give the same bytes
  -verbose            verbosity level [2]

Early stopping, as BlazingText does it:
  -validation         validation file path
  -earlyStopping      stop when the accuracy on the validation file no longer improves [false]
  -minEpochs          epochs before the first validation [5]
  -patience           stop after this many epochs without improvement [4]
`

const positional = (verb: string) => `usage: ${PROGRAM} ${verb} <model> <test-data> [<k>] [<th>]

  <model>      model filename (.bin, or a quantised .ftz)
  <test-data>  test data filename (if -, read from stdin)
  <k>          (optional; 1 by default; -1 for all) predict top k labels
  <th>         (optional; 0.0 by default) probability threshold
`

const TUNE = `usage: ${PROGRAM} tune -input <file> <args>

Searches hyperparameters at random by cross-validation and prints the best as JSON: flags for \`supervised\`, the same as
BlazingText's hyperparameters where BlazingText has them, the score with its standard error, and every choice tried.
A hyperparameter given by its flag (-dim, -lr, -bucket, ... as in \`supervised\`) is not searched.

  -input              labelled lines
  -groups             a file with one group per line of -input; a group is never split between folds
  -seconds            time budget [60]
  -trials             maximum number of choices to try [no limit]
  -folds              number of cross-validation folds [5]
  -goal               score to maximise {accuracy, macroF1, f1:<label>} [macroF1]
  -characters         also try character n-grams, which BlazingText does not support [false]
  -seed               seed of the search [1]
`

/** What --help prints, by command. */
export const HELP = {
  all: ALL,
  supervised: SUPERVISED,
  test: positional('test'),
  'test-label': positional('test-label'),
  predict: positional('predict[-prob]'),
  'predict-prob': positional('predict[-prob]'),
  tune: TUNE,
}
