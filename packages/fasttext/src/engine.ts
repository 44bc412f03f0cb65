import { Worker } from 'node:worker_threads'
import { KERNEL } from './kernel/descend.wasm'
import type { Problem, Thread } from './problem'
import { descend as plainDescend, type Descend } from './sgd'

/** A training loop, and how to allocate the zeroed memory that it works in. */
export type Engine = { name: 'plain' | 'simd'; descend: Descend; allocate: (bytes: number) => ArrayBufferLike }

/** The loop in TypeScript. */
export const PLAIN_ENGINE: Engine = {
  name: 'plain',
  descend: plainDescend,
  allocate: (bytes) => new ArrayBuffer(bytes),
}

type Run = (header: number, from: number, to: number) => void

const PAGE_BYTES = 65_536
const MOST_PAGES = 65_536
const START_MS = 20_000

/** The kernel's loop by the buffer that it was instantiated on. */
const loops = new WeakMap<ArrayBufferLike, { run: Run; memory: WebAssembly.Memory }>()

let compiled: WebAssembly.Module | undefined

/** The loop in WebAssembly with SIMD; undefined where the runtime has no SIMD. It gives the same bytes as the plain loop, faster. */
export function simdEngine(): Engine | undefined {
  try {
    compiled ??= new WebAssembly.Module(Buffer.from(KERNEL, 'base64'))
  } catch {
    return undefined
  }
  const module = compiled
  return {
    name: 'simd',
    descend(problem, from, to) {
      const loop = loops.get(problem.buffer)
      if (loop) loop.run(0, from, to)
      else plainDescend(problem, from, to)
    },
    allocate(bytes) {
      const pages = Math.ceil(bytes / PAGE_BYTES)
      // A kernel can address at most four gigabytes.
      if (pages > MOST_PAGES) return PLAIN_ENGINE.allocate(bytes)
      const memory = reserve(pages)
      if (!memory) return PLAIN_ENGINE.allocate(bytes)
      loops.set(memory.buffer, { run: instantiate(module, memory), memory })
      return memory.buffer
    },
  }
}

/** The fastest loop that this runtime supports. */
export const bestEngine = (): Engine => simdEngine() ?? PLAIN_ENGINE

/**
 * Makes the function that runs an epoch of a problem on all its threads, which write to the same weights without locks
 * (Hogwild, Niu and others 2011): the result is not reproducible. The calling thread takes the first share and waits for
 * the others. Undefined where the problem is not in a kernel's memory; training then uses one thread.
 */
export function startThreads({ buffer, threads }: Problem): { runEpoch: () => void; stop: () => void } | undefined {
  const loop = loops.get(buffer)
  if (!loop || threads.length < 2) return undefined
  const [own, ...others] = threads as [Thread, ...Thread[]]
  // Counters: rounds begun, shares done, threads ready.
  const control = new Int32Array(new SharedArrayBuffer(12))
  const workers = others.map(({ header, from, to }) => {
    const workerData = { module: compiled, memory: loop.memory, control, header, from, to }
    return new Worker(WORKER, { eval: true, workerData })
  })
  for (const worker of workers) worker.unref()
  const deadline = performance.now() + START_MS
  for (let ready = Atomics.load(control, 2); ready < others.length; ready = Atomics.load(control, 2))
    if (Atomics.wait(control, 2, ready, deadline - performance.now()) === 'timed-out')
      throw new Error(`only ${ready} of ${others.length} worker threads started within ${START_MS / 1000} seconds`)
  return {
    runEpoch() {
      Atomics.store(control, 1, 0)
      Atomics.add(control, 0, 1)
      Atomics.notify(control, 0)
      loop.run(own.header, own.from, own.to)
      for (let done = Atomics.load(control, 1); done < others.length; done = Atomics.load(control, 1))
        Atomics.wait(control, 1, done)
    },
    stop() {
      Atomics.store(control, 0, -1)
      Atomics.notify(control, 0)
    },
  }
}

/** The program of a worker thread as a string, so that any bundler can include it. */
const WORKER = `
const { workerData: { module, memory, control, header, from, to } } = require('node:worker_threads')
const { descend } = new WebAssembly.Instance(module, { env: { memory }, descend: { log: Math.log } }).exports
Atomics.add(control, 2, 1)
Atomics.notify(control, 2)
for (let round = 1; ; round++) {
  for (let begun = Atomics.load(control, 0); begun < round; begun = Atomics.load(control, 0)) {
    if (begun < 0) process.exit()
    Atomics.wait(control, 0, begun)
  }
  descend(header, from, to)
  Atomics.add(control, 1, 1)
  Atomics.notify(control, 1)
}
`

/** Undefined where no address space is left: each memory reserves gigabytes until it is garbage-collected. */
function reserve(pages: number): WebAssembly.Memory | undefined {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Run {
  const { descend } = new WebAssembly.Instance(module, { env: { memory }, descend: { log: Math.log } }).exports
  if (!isRun(descend)) throw new TypeError('the kernel exports no descend')
  return descend
}

const isRun = (value: unknown): value is Run => typeof value === 'function'
