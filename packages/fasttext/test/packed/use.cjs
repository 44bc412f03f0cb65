const assert = require('node:assert')
const { evaluate, train, FastTextError } = require('@bellwether/fasttext')

const lines = Array.from({ length: 50 }, (_, i) =>
  i % 2 ? '__label__praise good bus' : '__label__complaint late tram',
)
const model = train(lines, { vectorDim: 5, learningRate: 0.5, epochs: 20, minCount: 1, buckets: 1000, threads: 2 })
assert.equal(evaluate(model, lines).accuracy, 1)
assert.throws(() => train('', {}), FastTextError)
console.log('require: trained and evaluated')
