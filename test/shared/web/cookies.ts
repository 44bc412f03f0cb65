/** What a browser sends back of the `Set-Cookie` headers of a response: `name=value` of each. */
export const sentBack = (setCookies: readonly string[] = []): string[] =>
  setCookies.map((cookie) => cookie.split(';')[0] ?? '')
