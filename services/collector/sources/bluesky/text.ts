import { z } from 'zod'

const LINK = 'app.bsky.richtext.facet#link'
const facet = z.object({
  index: z.object({ byteStart: z.int().nonnegative(), byteEnd: z.int().nonnegative() }),
  features: z.array(z.unknown()),
})
const link = z.object({ $type: z.literal(LINK), uri: z.string().regex(/^https?:\/\/\S+$/) })

/**
 * The text of a record, with each link written in full: clients shorten what they show. Facets are positions in UTF-8
 * bytes, set by the client; one that overlaps another, runs past the end or cuts a character is ignored.
 * https://docs.bsky.app/docs/advanced-guides/post-richtext
 */
export function textOfRecord(text: string, facets: readonly unknown[]): string {
  const links = facets.flatMap((given) => linkIn(given) ?? []).sort((a, b) => a.start - b.start)
  if (links.length === 0) return text
  const bytes = new TextEncoder().encode(text)
  const decode = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to))
  const parts: string[] = []
  let at = 0
  for (const { start, end, uri } of links) {
    if (start < at || end <= start || !isBoundary(bytes, start) || !isBoundary(bytes, end)) continue
    parts.push(decode(at, start), uri)
    at = end
  }
  return [...parts, decode(at, bytes.length)].join('')
}

function linkIn(given: unknown): { start: number; end: number; uri: string } | undefined {
  const { index, features } = facet.safeParse(given).data ?? {}
  const found = features?.flatMap((feature) => link.safeParse(feature).data ?? [])[0]
  return index && found && { start: index.byteStart, end: index.byteEnd, uri: found.uri }
}

/** Whether a character ends there: continuation bytes begin with the bits 10. */
function isBoundary(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at]
  return byte === undefined ? at === bytes.length : (byte & 0xc0) !== 0x80
}
