const ALL = `usage: fasttext <command> <args>

The commands:

  supervised     train a supervised classifier
  test           evaluate a supervised classifier
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

const TUNE = ''

/** What --help prints, by command. */
export const HELP: Record<string, string> & { all: string } = {
  all: ALL,
  supervised: SUPERVISED,
  test: positional('test'),
  predict: positional('predict[-prob]'),
  'predict-prob': positional('predict[-prob]'),
  tune: TUNE,
}
