const ALL = `usage: fasttext <command> <args>

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

const SUPERVISED = `usage: fasttext supervised -input <file> -output <name> <args>

Writes <name>.bin, which the official program reads. (It also writes <name>.vec; we do not.)

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
  -patience           epochs without improvement that are borne [4]
`

const positional = (verb: string) => `usage: fasttext ${verb} <model> <test-data> [<k>] [<th>]

  <model>      model filename (.bin, or a quantised .ftz)
  <test-data>  test data filename (if -, read from stdin)
  <k>          (optional; 1 by default; -1 for all) predict top k labels
  <th>         (optional; 0.0 by default) probability threshold
`

const TUNE = `usage: fasttext tune -input <file> <args>

Searches hyperparameters at random by cross-validation and prints the best as JSON: flags for \`supervised\`, the same as
BlazingText's hyperparameters where it has them, the score with its standard error, and everything that was tried.
A hyperparameter given by its flag (-dim, -lr, -bucket, ... as in \`supervised\`) is not searched.

  -input              labelled lines
  -groups             a file with the group of each line; a group is never on both sides of a split
  -seconds            budget [60]
  -trials             most choices to try [no limit]
  -folds              folds of the cross-validation [5]
  -goal               {accuracy, macroF1, f1:<label>} [macroF1]
  -characters         try character n-grams too, which BlazingText does not have [false]
  -seed               of the search [1]
`

/** What --help prints, by command. */
export const HELP: Record<string, string> & { all: string } = {
  all: ALL,
  supervised: SUPERVISED,
  test: positional('test'),
  'test-label': positional('test-label'),
  predict: positional('predict[-prob]'),
  'predict-prob': positional('predict[-prob]'),
  tune: TUNE,
}
