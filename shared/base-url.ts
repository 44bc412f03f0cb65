/** The base of URLs without the slashes at its end, for a path to follow. */
export const withoutSlashAtEnd = (base: string): string => base.replace(/(?<!\/)\/+$/, '')
