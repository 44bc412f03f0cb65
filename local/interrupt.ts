/**
 * Until the returned function is called, clean up where Ctrl-C or SIGTERM ends the process: code 130 or 143, as shells
 * count it.
 */
export function onInterrupt(clean: () => void): () => void {
  const interrupt = (signal: 'SIGINT' | 'SIGTERM') => {
    clean()
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  return () => {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}
