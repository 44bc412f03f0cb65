/**
 * Mastodon's ids are decimal numbers: milliseconds since 1970, shifted by 16 bits. They exceed 2^53. A server gives a
 * post its id when the post arrives, so ids sort by arrival.
 * https://github.com/mastodon/mastodon/blob/main/lib/mastodon/snowflake.rb
 */
export const firstIdAt = (ms: number): bigint => BigInt(ms) << 16n

export const arrivedAt = (id: bigint): number => Number(id >> 16n)

/** Other servers have ULIDs or flake ids, from which no time can be read this way. */
export const isSnowflake = (id: string): boolean => /^\d{15,20}$/.test(id)
