/** Training texts that two models have in common, and how many of them have another label now. */
export interface Relabelled {
  shared: number
  changed: number
}

/**
 * Compare training files by their lines, a label and its tokens. A label is given once and rarely put right, so that many
 * changes tell of a mishap: an answer key that moved, a file that was overwritten. Of a text that stands there several times
 * the last label counts.
 */
export function relabelled(before: Iterable<string>, now: Iterable<string>): Relabelled {
  const [known, given] = [labelsByText(before), labelsByText(now)]
  let shared = 0
  let changed = 0
  for (const [text, label] of given) {
    const was = known.get(text)
    if (was === undefined) continue
    shared += 1
    if (was !== label) changed += 1
  }
  return { shared, changed }
}

function labelsByText(lines: Iterable<string>): Map<string, string> {
  const labels = new Map<string, string>()
  for (const line of lines) {
    const end = line.indexOf(' ')
    if (end > 0) labels.set(line.slice(end + 1), line.slice(0, end))
  }
  return labels
}
