/** Time of the embedded cloud: real time plus an offset, so that tests and the replay can advance it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Run `work` when the clock reaches `at` (milliseconds since the epoch); answers a function that cancels. */
  at(at: number, work: () => void): () => void
  /** Move the clock forward to `to`, running what falls due on the way in order of time. Never moves back. */
  advanceTo(to: number): Promise<void>
  close(): void
}
