import { evaluate, FastTextError, type Hyperparameters, predict, readModel, train, writeModel } from '../src'
import { describe, expect, it } from '@jest/globals'
import { PLAIN_ENGINE, simdEngine } from '../src/engine'
import { labelledLines, small } from './example'

const lines = labelledLines(300, 1)
const held = labelledLines(200, 2)

describe('train', () => {
  it('learns to separate the labels', () => {
    const { accuracy, logLoss, examples } = evaluate(train(lines, small), held)
    expect(examples).toBe(200)
    expect(accuracy).toBeGreaterThan(0.8)
    expect(logLoss).toBeLessThan(Math.log(3))
  })

  it.each<[string, Partial<Hyperparameters>]>([
    ['word bigrams', {}],
    ['words alone', { wordNgrams: 1 }],
    ['character n-grams', { minCharacters: 2, maxCharacters: 4, wordNgrams: 3 }],
    ['a dimension of one', { vectorDim: 1 }],
    ['a dimension of seventeen', { vectorDim: 17 }],
  ])('gives the same bytes twice, and with either loop: %s', (_, chosen) => {
    const simd = simdEngine()
    expect(simd).toBeDefined()
    const [one, again, fast] = [PLAIN_ENGINE, PLAIN_ENGINE, simd!].map((engine) =>
      writeModel(train(lines, { ...small, ...chosen }, { engine })),
    )
    expect(again!.equals(one!)).toBe(true)
    expect(fast!.equals(one!)).toBe(true)
  })

  it('gives the same bytes with either loop for lines with several labels', () => {
    const several = lines.map((line, i) => (i % 2 === 0 ? `__label__even ${line}` : line))
    const [plain, simd] = [PLAIN_ENGINE, simdEngine()!].map((engine) => writeModel(train(several, small, { engine })))
    expect(simd!.equals(plain!)).toBe(true)
  })

  it.each([2, 3])('learns the same task with %i threads, though not the same bytes', (threads) => {
    const losses: number[] = []
    const model = train(lines, { ...small, threads }, { onEpoch: ({ loss }) => losses.push(loss) })
    expect(losses).toHaveLength(10)
    expect(evaluate(model, held).accuracy).toBeGreaterThan(0.8)
  })

  it('depends on the seed', () => {
    const [one, other] = [1, 2].map((seed) => writeModel(train(lines, { ...small, seed })))
    expect(one!.equals(other!)).toBe(false)
  })

  it('reads bytes, a string and lines as the same text, whatever the line breaks', () => {
    const unix = `${lines.join('\n')}\n`
    const [one, ...others] = [lines, unix, Buffer.from(unix), lines.join('\r\n')].map((text) =>
      writeModel(train(text, small)),
    )
    for (const other of others) expect(other.equals(one!)).toBe(true)
  })

  it('finds labels anywhere in a line, and learns every one of several', () => {
    const model = train(['a __label__x b __label__y', 'c __label__z d', 'a b __label__x __label__y'], {
      ...small,
      epochs: 60,
    })
    expect(
      predict(model, 'a b', 2)
        .map(({ label }) => label)
        .sort(),
    ).toEqual(['x', 'y'])
  })

  it('drops rare words', () => {
    const counts: number[] = []
    const text = ['__label__x a a b', '__label__y a c c']
    for (const minCount of [0, 1, 2, 3])
      train(text, { ...small, minCount }, { onCorpus: ({ words }) => counts.push(words) })
    expect(counts).toEqual([4, 4, 3, 1])
  })

  it('reports every epoch, with learning rate and loss falling', () => {
    const reports: { epoch: number; learningRate: number; loss: number }[] = []
    train(lines, small, { onEpoch: (report) => reports.push(report) })
    expect(reports.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(reports[9]!.learningRate).toBeLessThan(0.01)
    expect(reports[9]!.loss).toBeLessThan(reports[0]!.loss)
  })
})

describe('early stopping', () => {
  const stopping = { ...small, earlyStopping: true, epochs: 40, minEpochs: 3, patience: 2 }

  it('validates from min_epochs on, stops after patience epochs without improvement, and keeps the best weights', () => {
    const accuracies: (number | undefined)[] = []
    let stopped: boolean | undefined
    const model = train(lines, stopping, {
      validation: held,
      onEpoch(report) {
        accuracies.push(report.validationAccuracy)
        stopped = report.stopped
      },
    })
    expect(accuracies.slice(0, 3)).toEqual([undefined, undefined, expect.any(Number)])
    expect(accuracies.length).toBeLessThan(40)
    expect(stopped).toBe(true)
    const best = Math.max(...accuracies.map((accuracy) => accuracy ?? 0))
    expect(accuracies.slice(-2).every((accuracy) => accuracy! <= best)).toBe(true)
    expect(accuracies.at(-3)).toBe(best)
    expect(evaluate(model, held).accuracy).toBe(best)
    expect(evaluate(readModel(writeModel(model)), held).accuracy).toBe(best)
  })

  it('runs to the last epoch while the accuracy improves or patience remains', () => {
    let epochs = 0
    train(lines, { ...stopping, epochs: 4, patience: 50 }, { validation: held, onEpoch: () => epochs++ })
    expect(epochs).toBe(4)
  })
})

describe('training refuses', () => {
  it.each<[string, string[], Partial<Hyperparameters>, string]>([
    ['an empty text', [], {}, 'TRAINING_DATA_EMPTY'],
    ['a text without labels', ['a b', 'c d'], {}, 'TRAINING_DATA_UNLABELLED'],
    ['a single label', ['__label__a b', '__label__a c'], {}, 'TRAINING_DATA_ONE_LABEL'],
    ['words that are all too rare', ['__label__a b', '__label__b c'], { minCount: 3 }, 'TRAINING_DATA_EMPTY'],
    ['early stopping without validation', lines, { earlyStopping: true }, 'VALIDATION_MISSING'],
    ['no epochs', lines, { epochs: 0 }, 'HYPERPARAMETER_INVALID'],
    ['a dimension that is not an integer', lines, { vectorDim: 1.5 }, 'HYPERPARAMETER_INVALID'],
    ['a learning rate that is not a number', lines, { learningRate: NaN }, 'HYPERPARAMETER_INVALID'],
    ['a longest n-gram below the shortest', lines, { minCharacters: 4, maxCharacters: 2 }, 'HYPERPARAMETER_INVALID'],
    ['a learning rate that makes the weights overflow', lines, { learningRate: 1e30 }, 'TRAINING_DIVERGED'],
  ])('%s', (_, text, chosen, code) => {
    const attempt = () => train(text, { ...small, ...chosen })
    expect(attempt).toThrow(FastTextError)
    expect(attempt).toThrow(expect.objectContaining({ code, found: expect.any(String), expected: expect.any(String) }))
  })

  it('a missing file, by name', () => {
    const attempt = () => train({ file: '/nowhere/posts.train' }, small)
    expect(attempt).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE', file: '/nowhere/posts.train' }))
  })

  it('a missing validation file, before the first epoch', () => {
    const epochs: number[] = []
    const attempt = () =>
      train(
        lines,
        { ...small, earlyStopping: true },
        { validation: { file: '/nowhere/posts' }, onEpoch: ({ epoch }) => epochs.push(epoch) },
      )
    expect(attempt).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE', file: '/nowhere/posts' }))
    expect(epochs).toEqual([])
  })

  it('a validation text without a known label', () => {
    const attempt = () => train(lines, { ...small, earlyStopping: true }, { validation: ['__label__unknown a'] })
    expect(attempt).toThrow(expect.objectContaining({ code: 'TRAINING_DATA_UNLABELLED' }))
  })
})
