import assert from 'node:assert'
import { predict, readModel, train, writeModel } from '@bellwether/fasttext'

const lines = Array.from({ length: 50 }, (_, i) =>
  i % 2 ? '__label__praise good bus' : '__label__complaint late tram',
)
const model = train(lines, { vectorDim: 5, learningRate: 0.5, epochs: 20, minCount: 1, buckets: 1000 })
const [first] = predict(readModel(writeModel(model)), 'a good bus')
assert.equal(first.label, 'praise')
assert.ok(first.probability > 0.9)
console.log('import: trained and predicted')
