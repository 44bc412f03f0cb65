/**
 * What the operator can do about a collection that failed with this message; undefined if the message itself says it.
 */
export function adviceFor(message: string, now: Date): string | undefined {
  return ADVICE.find(([pattern]) => pattern.test(message))?.[1](now.toISOString().slice(0, 16))
}

type Advice = (now: string) => string

const ADVICE: readonly (readonly [RegExp, Advice])[] = [
  [
    /ENOTFOUND|EAI_AGAIN/,
    () => 'There is no host of that name, or this machine is not online. Open the address in a browser.',
  ],
  [
    /CERT|SSL|TLS/,
    (now) =>
      `Its certificate is not valid by the clock of this machine, which says ${now.replace('T', ' ')} UTC: is that right?`,
  ],
  [/was not reached/, () => 'It does not answer now. Open its address in a browser; the same command tries again.'],
  [
    /answered 2\d\d|is no JSON/,
    () =>
      'It sent a web page in place of posts: it does not speak this API, or it keeps programs out. Open the address followed by ' +
      '/api/v2/instance in a browser, which shows JSON on an instance of Mastodon; or name another instance.',
  ],
  [
    /users only|authenticated|user token|scope/,
    () =>
      'To read with your account there: put { type: mastodon, instance: …, token: true } under sources in bellwether.yml, give the ' +
      'hashtag that source, and start npm start -- --live without --mastodon. It asks for the token. --secret mastodon=FILE puts ' +
      'another one in. Or name another instance.',
  ],
  [/secret/, () => 'On this machine, give the secret with npm start -- --live --secret TYPE=FILE: docs/live.md.'],
]
