// AssemblyScript, compiled by build.mjs to descend.wasm.ts. The same loop as ../sgd.ts, on the same memory (see ../problem.ts),
// operation by operation, so that both give the same bytes. ../sgd.ts explains the steps.

/** The host's logarithm, imported as descend.log. */
declare function log(x: f64): f64

const TOKENS_PER_UPDATE: f64 = 100
const LEAST_PROBABILITY: f64 = 1e-37
const LOG2_E: f64 = 1.4426950408889634
const LN2_HIGH: f64 = 0.6931471803691238
const LN2_LOW: f64 = 1.9082149292705877e-10

/** Address of this thread's header. */
let base: usize = 0

function header(field: u32): usize {
  return load<u32>(base + (field << 2))
}

/** Runs the examples [from, to) of the problem whose header is at `at`. */
export function descend(at: usize, from: u32, to: u32): void {
  base = at
  const input = header(0)
  const hidden = header(2)
  const gradient = header(3)
  const features = header(5)
  const starts = header(6)
  const tokens = header(9)
  const state = header(11)
  const width = header(12) << 2
  const isThree = width == 48

  for (let e: u32 = from; e < to; e++) {
    const rate = load<f64>(state, 24) * (1 - load<f64>(state) / load<f64>(state, 16))
    const first = features + (load<u32>(starts + (e << 2)) << 2)
    const last = features + (load<u32>(starts + (e << 2), 4) << 2)
    const scale = <f32>(1.0 / <f64>((last - first) >> 2))

    if (isThree) meanOfThree(input, hidden, first, last, scale)
    else mean(input, hidden, first, last, scale, width)

    for (let j: usize = 0; j < width; j += 16) v128.store(gradient + j, f32x4.splat(0))
    const loss = forward(target(e), rate, width)
    store<f64>(state, load<f64>(state, 32) + loss, 32)
    store<f64>(state, load<f64>(state, 40) + 1, 40)

    const scales = f32x4.splat(scale)
    for (let j: usize = 0; j < width; j += 16) v128.store(gradient + j, f32x4.mul(v128.load(gradient + j), scales))
    if (isThree) spreadThree(input, gradient, first, last)
    else spread(input, gradient, first, last, width)

    const pending = load<f64>(state, 8) + <f64>load<u32>(tokens + (e << 2))
    if (pending > TOKENS_PER_UPDATE) {
      store<f64>(state, load<f64>(state) + pending)
      store<f64>(state, 0, 8)
    } else store<f64>(state, pending, 8)
  }
}

// Rows of nine to twelve columns: three vectors, held in registers over all features.
function meanOfThree(input: usize, hidden: usize, first: usize, last: usize, scale: f32): void {
  let a = f32x4.splat(0)
  let b = f32x4.splat(0)
  let c = f32x4.splat(0)
  for (let f = first; f < last; f += 4) {
    const row = input + load<u32>(f) * 48
    a = f32x4.add(a, v128.load(row))
    b = f32x4.add(b, v128.load(row, 16))
    c = f32x4.add(c, v128.load(row, 32))
  }
  const scales = f32x4.splat(scale)
  v128.store(hidden, f32x4.mul(a, scales))
  v128.store(hidden, f32x4.mul(b, scales), 16)
  v128.store(hidden, f32x4.mul(c, scales), 32)
}

function spreadThree(input: usize, gradient: usize, first: usize, last: usize): void {
  const a = v128.load(gradient)
  const b = v128.load(gradient, 16)
  const c = v128.load(gradient, 32)
  for (let f = first; f < last; f += 4) {
    const row = input + load<u32>(f) * 48
    v128.store(row, f32x4.add(v128.load(row), a))
    v128.store(row, f32x4.add(v128.load(row, 16), b), 16)
    v128.store(row, f32x4.add(v128.load(row, 32), c), 32)
  }
}

function mean(input: usize, hidden: usize, first: usize, last: usize, scale: f32, width: usize): void {
  for (let j: usize = 0; j < width; j += 16) v128.store(hidden + j, f32x4.splat(0))
  for (let f = first; f < last; f += 4) {
    const row = input + load<u32>(f) * width
    for (let j: usize = 0; j < width; j += 16)
      v128.store(hidden + j, f32x4.add(v128.load(hidden + j), v128.load(row + j)))
  }
  const scales = f32x4.splat(scale)
  for (let j: usize = 0; j < width; j += 16) v128.store(hidden + j, f32x4.mul(v128.load(hidden + j), scales))
}

function spread(input: usize, gradient: usize, first: usize, last: usize, width: usize): void {
  for (let f = first; f < last; f += 4) {
    const row = input + load<u32>(f) * width
    for (let j: usize = 0; j < width; j += 16)
      v128.store(row + j, f32x4.add(v128.load(row + j), v128.load(gradient + j)))
  }
}

function target(example: u32): u32 {
  const targets = header(7)
  const starts = header(8) + (example << 2)
  const first = load<u32>(starts)
  const several = load<u32>(starts, 4) - first
  if (several == 1) return load<u32>(targets + (first << 2))
  const random = header(10)
  let x = load<u32>(random)
  x ^= x << 13
  x ^= x >> 17
  x ^= x << 5
  store<u32>(random, x)
  return load<u32>(targets + ((first + (x % several)) << 2))
}

function forward(target: u32, rate: f64, width: usize): f64 {
  const output = header(1)
  const hidden = header(2)
  const gradient = header(3)
  const scores = header(4)
  const labels = <u32>header(13)

  let greatest: f32 = -Infinity
  for (let i: u32 = 0; i < labels; i++) {
    const row = output + i * width
    let sums = f32x4.splat(0)
    for (let j: usize = 0; j < width; j += 16)
      sums = f32x4.add(sums, f32x4.mul(v128.load(row + j), v128.load(hidden + j)))
    const score =
      f32x4.extract_lane(sums, 0) +
      f32x4.extract_lane(sums, 1) +
      (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3))
    store<f32>(scores + (i << 2), score)
    if (score > greatest) greatest = score
  }

  let sum: f64 = 0
  for (let i: u32 = 0; i < labels; i++) {
    const e = expNegative(<f64>load<f32>(scores + (i << 2)) - <f64>greatest)
    store<f32>(scores + (i << 2), <f32>e)
    sum += e
  }

  for (let i: u32 = 0; i < labels; i++) {
    const probability = <f32>(<f64>load<f32>(scores + (i << 2)) / sum)
    store<f32>(scores + (i << 2), probability)
    const alpha = f32x4.splat(<f32>(rate * ((i == target ? 1.0 : 0.0) - <f64>probability)))
    const row = output + i * width
    for (let j: usize = 0; j < width; j += 16) {
      const weight = v128.load(row + j)
      v128.store(gradient + j, f32x4.add(v128.load(gradient + j), f32x4.mul(alpha, weight)))
      v128.store(row + j, f32x4.add(weight, f32x4.mul(alpha, v128.load(hidden + j))))
    }
  }
  const given = <f64>load<f32>(scores + (target << 2))
  return -log(given > LEAST_PROBABILITY || given != given ? given : LEAST_PROBABILITY)
}

function expNegative(x: f64): f64 {
  if (x < -700) return 0
  if (x != x) return x
  const k = Math.floor(0.5 - x * LOG2_E)
  const r = x + k * LN2_HIGH + k * LN2_LOW
  let sum: f64 = 1 + r / 10
  sum = 1 + (r / 9) * sum
  sum = 1 + (r / 8) * sum
  sum = 1 + (r / 7) * sum
  sum = 1 + (r / 6) * sum
  sum = 1 + (r / 5) * sum
  sum = 1 + (r / 4) * sum
  sum = 1 + (r / 3) * sum
  sum = 1 + (r / 2) * sum
  sum = 1 + r * sum
  return sum * reinterpret<f64>((1023 - <i64>k) << 52)
}
