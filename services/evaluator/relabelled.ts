/** Training texts that two models have in common, and how many of them have another label now. */
export interface Relabelled {
  shared: number
  changed: number
}

/**
 * Compare training files line by line: a label and its tokens. Labels are rarely corrected, so many changes point to an
 * accident: a shifted answer key, an overwritten file. Of a text with several lines the last label counts.
 */
export function countRelabelled(before: Iterable<string>, now: Iterable<string>): Relabelled {
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
