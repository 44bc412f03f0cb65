/** Form-encodes a key except its slashes, for notifications and for listings that ask for it. */
export const encodeKey = (key: string): string =>
  new URLSearchParams({ key }).toString().slice('key='.length).replaceAll('%2F', '/')
