/** Does `text` match an IAM pattern? `*` is any characters, `?` exactly one; there are no other wildcards. */
export function matchesPattern(pattern: string, text: string, ignoreCase = false): boolean {
  const flags = ignoreCase ? 'is' : 's'
  return (compiled.get(flags + pattern) ?? compile(pattern, flags)).test(text)
}

/** A cache: every request is matched against the same few patterns. */
const compiled = new Map<string, RegExp>()

function compile(pattern: string, flags: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const made = new RegExp(`^${source}$`, flags)
  compiled.set(flags + pattern, made)
  return made
}

/** ARNs are matched part by part: a wildcard does not cross a colon, except in the last part. */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true
  const wanted = arnParts(pattern)
  const given = arnParts(arn)
  return wanted.length === given.length && wanted.every((part, index) => matchesPattern(part, given[index] ?? ''))
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':')
  return [...parts.slice(0, 5), parts.slice(5).join(':')]
}
