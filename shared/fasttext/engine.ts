import { KERNEL } from './kernel/descend.wasm'
import { descend as plainDescend, type Descend } from './sgd'

/** A training loop, and the zeroed memory that it works in. */
export type Engine = { name: 'plain' | 'simd'; descend: Descend; allocate: (bytes: number) => ArrayBufferLike }

/** The loop in TypeScript. */
export const PLAIN_ENGINE: Engine = {
  name: 'plain',
  descend: plainDescend,
  allocate: (bytes) => new ArrayBuffer(bytes),
}

type Run = (from: number, to: number) => void

const PAGE_BYTES = 65_536
const MOST_PAGES = 65_536

/** The kernel's loop for each buffer that it was made on. */
const loops = new WeakMap<ArrayBufferLike, Run>()

let compiled: WebAssembly.Module | undefined

/** The loop in WebAssembly with SIMD; undefined where that is missing. It gives the same bytes as the plain one, sooner. */
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
      const run = loops.get(problem.buffer) ?? plainDescend.bind(undefined, problem)
      run(from, to)
    },
    allocate(bytes) {
      const pages = Math.ceil(bytes / PAGE_BYTES)
      // Four gigabytes is all that a kernel can address.
      if (pages > MOST_PAGES) return PLAIN_ENGINE.allocate(bytes)
      const memory = reserve(pages)
      if (!memory) return PLAIN_ENGINE.allocate(bytes)
      loops.set(memory.buffer, instantiate(module, memory))
      return memory.buffer
    },
  }
}

/** The fastest loop there is here. */
export const bestEngine = (): Engine => simdEngine() ?? PLAIN_ENGINE

/** Undefined where there is no address space left: each memory reserves gigabytes of it until it is collected. */
function reserve(pages: number): WebAssembly.Memory | undefined {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Run {
  const { descend } = new WebAssembly.Instance(module, { env: { memory, log: Math.log } }).exports
  if (!isRun(descend)) throw new TypeError('the kernel exports no descend')
  return descend
}

const isRun = (value: unknown): value is Run => typeof value === 'function'
