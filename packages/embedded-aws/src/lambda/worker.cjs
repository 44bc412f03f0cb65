// What runs in a function's worker thread: Lambda's runtime. Plain JavaScript, because a worker starts from a file.
const { existsSync } = require('node:fs')
const path = require('node:path')
const { performance } = require('node:perf_hooks')
const { pathToFileURL } = require('node:url')
const v8 = require('node:v8')
const { parentPort, workerData } = require('node:worker_threads')

const { clockOffset, functionArn, memoryMb } = workerData
const root = process.env.LAMBDA_TASK_ROOT

followClock(new BigInt64Array(clockOffset))
// On Lambda the working folder is the function's own; a worker thread shares its process's.
process.cwd = () => root

/** What Node.js and Lambda's runtime take of a function's memory beside its own heap: a function that does nothing reports 60 to 80 MB. */
const RUNTIME_MB = 55
const CHECK_MS = 100

let peakMb = 0
setInterval(checkMemory, CHECK_MS).unref()

const loading = load(process.env._HANDLER)
loading.then(
  () => parentPort.postMessage({ type: 'ready' }),
  (error) => parentPort.postMessage({ type: 'broken', error: describe(error) }),
)

parentPort.on('message', (message) => void serve(message))

async function serve({ requestId, payload, timeoutMs }) {
  try {
    const handler = await loading
    const answer = await handler(JSON.parse(payload), contextOf(requestId, timeoutMs))
    const json = JSON.stringify(answer ?? null)
    if (checkMemory()) parentPort.postMessage({ type: 'done', requestId, payload: json, peakMb })
  } catch (error) {
    if (checkMemory()) parentPort.postMessage({ type: 'failed', requestId, error: describe(error), peakMb })
  }
}

/**
 * Whether the memory is enough so far. Lambda ends a process that takes more than its function has: the heap, and what V8
 * counts beside it, Buffers and the memories of WebAssembly. Work that blocks the thread is measured when it ends.
 */
function checkMemory() {
  const { total_physical_size: heap, external_memory: external } = v8.getHeapStatistics()
  const usedMb = Math.ceil(RUNTIME_MB + (heap + external) / 2 ** 20)
  peakMb = Math.max(peakMb, usedMb)
  if (usedMb <= memoryMb) return true
  parentPort.postMessage({ type: 'exceeded', usedMb })
  return false
}

/** Make `Date` tell the cloud's time; timers keep running in real time. */
function followClock(offset) {
  const RealDate = Date
  const now = () => RealDate.now() + Number(Atomics.load(offset, 0))
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  })
  RealDate.prototype.constructor = globalThis.Date
}

async function load(handler) {
  const name = path.basename(handler)
  const dot = name.indexOf('.')
  const file = path.join(root, path.dirname(handler), name.slice(0, dot))
  const found = ['.js', '.mjs', '.cjs'].map((extension) => file + extension).find(existsSync)
  if (!found) throw named('Runtime.ImportModuleError', `Cannot find module '${path.relative(root, file)}'`)

  const loaded = found.endsWith('.mjs') ? await import(pathToFileURL(found)) : require(found)
  const exported = loaded[name.slice(dot + 1)]
  if (typeof exported !== 'function') throw named('Runtime.HandlerNotFound', `${handler} is undefined or not exported`)
  return exported
}

function contextOf(requestId, timeoutMs) {
  const deadline = performance.now() + timeoutMs
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  }
}

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] }
  return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') }
}

function named(name, message) {
  return Object.assign(new Error(message), { name })
}
