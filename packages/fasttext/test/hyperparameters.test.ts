import { describe, expect, it } from '@jest/globals'
import { completeHyperparameters, DEFAULTS, parseBlazingText, toBlazingText } from '../src'

describe('parseBlazingText', () => {
  it("has BlazingText's defaults", () => {
    expect(parseBlazingText({ mode: 'supervised' })).toEqual(DEFAULTS)
    expect(DEFAULTS).toMatchObject({
      buckets: 2_000_000,
      earlyStopping: false,
      epochs: 5,
      learningRate: 0.05,
      minCount: 5,
      minEpochs: 5,
      patience: 4,
      vectorDim: 100,
      wordNgrams: 2,
      maxCharacters: 0,
    })
  })

  it('parses every hyperparameter of BlazingText, and writes it back', () => {
    const values = {
      mode: 'supervised',
      buckets: '100000',
      early_stopping: 'True',
      epochs: '15',
      learning_rate: '0.25',
      min_count: '0',
      min_epochs: '7',
      patience: '3',
      vector_dim: '20',
      word_ngrams: '3',
    }
    const parsed = parseBlazingText(values)
    expect(parsed).toMatchObject({
      buckets: 100_000,
      earlyStopping: true,
      learningRate: 0.25,
      minCount: 0,
      wordNgrams: 3,
    })
    expect(toBlazingText(parsed)).toEqual(values)
  })

  it.each([
    ['mode', {}, 'HYPERPARAMETER_INVALID'],
    ['mode', { mode: 'skipgram' }, 'HYPERPARAMETER_INVALID'],
    ['maxn', { mode: 'supervised', maxn: '3' }, 'HYPERPARAMETER_UNKNOWN'],
    ['toString', { mode: 'supervised', toString: '3' }, 'HYPERPARAMETER_UNKNOWN'],
    ['epochs', { mode: 'supervised', epochs: '0' }, 'HYPERPARAMETER_INVALID'],
    ['epochs', { mode: 'supervised', epochs: '2.5' }, 'HYPERPARAMETER_INVALID'],
    ['epochs', { mode: 'supervised', epochs: '' }, 'HYPERPARAMETER_INVALID'],
    ['min_count', { mode: 'supervised', min_count: '-1' }, 'HYPERPARAMETER_INVALID'],
    ['learning_rate', { mode: 'supervised', learning_rate: 'fast' }, 'HYPERPARAMETER_INVALID'],
    ['learning_rate', { mode: 'supervised', learning_rate: '0x1' }, 'HYPERPARAMETER_INVALID'],
    ['early_stopping', { mode: 'supervised', early_stopping: 'constructor' }, 'HYPERPARAMETER_INVALID'],
    ['vector_dim', { mode: 'supervised', vector_dim: '99999999999' }, 'HYPERPARAMETER_INVALID'],
  ])('refuses an invalid %s: %j', (name, values: Record<string, string>, code) => {
    const attempt = () => parseBlazingText(values)
    expect(attempt).toThrow(expect.objectContaining({ code }))
    expect(attempt).toThrow(name)
  })
})

it('completeHyperparameters refuses an unknown name', () => {
  const attempt = () => completeHyperparameters(JSON.parse('{"learning_rate": 1}'))
  expect(attempt).toThrow(expect.objectContaining({ code: 'HYPERPARAMETER_UNKNOWN' }))
})
