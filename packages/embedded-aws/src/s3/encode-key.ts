/** A key as a form encodes it, but for its slashes: so in notifications, and in listings that ask for it. */
export const encodeKey = (key: string): string =>
  new URLSearchParams({ key }).toString().slice('key='.length).replaceAll('%2F', '/')
