/** A wrong label: each of the other labels has the same probability. */
export function wrongLabel(truth: number, classes: number, random: () => number): number {
  const other = Math.floor(random() * (classes - 1))
  return other < truth ? other : other + 1
}

/** Two judgements, a third if they differ, and their majority label; undefined if all three differ. */
export function consensusOf(say: () => number): { said: number[]; label: number | undefined } {
  const said = [say(), say()]
  if (said[0] !== said[1]) said.push(say())
  return { said, label: said.find((label, i) => said.indexOf(label) !== i) }
}

/** Simulated annotators with an error rate. */
export function judgesOf(rate: number, classes: number, random: () => number) {
  const one = (truth: number): number => (random() < rate ? wrongLabel(truth, classes, random) : truth)
  return { one, consensus: (truth: number) => consensusOf(() => one(truth)) }
}
