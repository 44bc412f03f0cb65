// One invocation of a packaged function in a process of its own, as on Lambda. Prints its CPU time and its maximum memory.
// Plain JavaScript, so that the process contains no code of the benchmark.
const [, , bundle, name, event] = process.argv
const { [name]: handler } = require(bundle)

const HOURS = 10
const began = performance.now()
const context = {
  awsRequestId: 'scale',
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
  // A busy machine must not end an invocation that Lambda would let run.
  getRemainingTimeInMillis: () => Math.max(0, HOURS * 3_600_000 - (performance.now() - began)),
}

handler(JSON.parse(event), context).then(
  (answer) => report({ answer: JSON.stringify(answer).slice(0, 300) }),
  (error) => report({ error: String(error) }),
)

function report(outcome) {
  const { user, system } = process.cpuUsage()
  const { maxRSS } = process.resourceUsage()
  const measured = {
    cpuSeconds: (user + system) / 1e6,
    wallSeconds: (performance.now() - began) / 1000,
    peakMb: maxRSS / 1024,
  }
  process.stdout.write(`\nMEASURED ${JSON.stringify({ ...measured, ...outcome })}\n`, () => process.exit(0))
}
