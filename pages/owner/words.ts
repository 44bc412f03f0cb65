/** `23 Nov 2026, 20:12 UTC`. */
export function instant(iso: string): string {
  const at = new Date(/Z$|[+-]\d\d:\d\d$/.test(iso) ? iso : `${iso}Z`)
  const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
  return `${day}, ${at.toISOString().slice(11, 16)} UTC`
}

export const usd = (amount: number): string => `$${amount.toFixed(2)}`

/** The command that deletes a post. Its id comes from a network: nothing of it ends the quotes of a shell, or hides in the line. */
export function deletionOf(post: string): string {
  const request = JSON.stringify({ delete: { posts: [post] } })
  const quoted = request.replaceAll(/['‘’‚‛]|\p{C}/gu, escapedInJson)
  return `npx sls invoke -f privacy --data '${quoted}'`
}

const escapedInJson = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('')
