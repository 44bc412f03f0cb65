import { readModel } from '../src'

// Prints the milliseconds that loading a model takes when nothing has run before. Started by engine.ts.

const began = performance.now()
readModel(process.argv[2]!)
process.stdout.write(String(performance.now() - began))
