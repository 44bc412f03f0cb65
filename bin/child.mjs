// A child process and the signals that interrupt its parent.

/**
 * Waits until a child process has ended. SIGINT and SIGTERM are passed on to it; a child that does not end within the
 * patience is killed. Returns the first signal, or undefined.
 */
export async function ended(child, patienceMs = 5000) {
  let interruptedBy
  let patience
  const interrupt = (signal) => {
    interruptedBy ??= signal
    child.kill(signal)
    patience ??= setTimeout(() => child.kill('SIGKILL'), patienceMs)
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, interrupt)
  try {
    await new Promise((resolve, reject) => {
      child.on('error', reject).on('close', resolve)
      // The output of a child that was killed may stay open: its own children hold it too.
      child.on('exit', () => interruptedBy && resolve())
    })
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, interrupt)
    clearTimeout(patience)
  }
  return interruptedBy
}
