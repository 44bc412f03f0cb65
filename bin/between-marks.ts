/** A page with the lines between two marks made anew. Throws where the page has no such marks. */
export function betweenMarks(page: string, [begin, end]: readonly [string, string], lines: readonly string[]): string {
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`the page has no ${begin} … ${end}`)
  return `${before}${begin}\n\n${lines.join('\n')}\n\n${end}${after}`
}
