/** Replaces the lines between two marks of a page. Throws if the page lacks the marks. */
export function betweenMarks(page: string, [begin, end]: readonly [string, string], lines: readonly string[]): string {
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`the page has no ${begin} … ${end}`)
  return `${before}${begin}\n\n${lines.join('\n')}\n\n${end}${after}`
}
