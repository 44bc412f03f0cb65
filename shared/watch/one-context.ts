/*
 * Replaces `cls-hooked/context` in the bundles, which the X-Ray SDK loads to follow promises by async_hooks. With those
 * hooks an await costs about twenty times as much. A Lambda environment runs one invocation at a time, so the SDK's
 * context can be one variable.
 */

type Context = Record<string, unknown>

function namespace(name: string) {
  const context: Context = {}
  return {
    name,
    active: context,
    createContext: (): Context => context,
    enter: (): Context => context,
    exit: (): void => undefined,
    get: (key: string): unknown => context[key],
    set: (key: string, value: unknown): unknown => (context[key] = value),
    run: (work: (context: Context) => unknown): Context => {
      work(context)
      return context
    },
    runAndReturn: <T>(work: (context: Context) => T): T => work(context),
    runPromise: <T>(work: (context: Context) => Promise<T>): Promise<T> => work(context),
    bind: <F>(work: F): F => work,
  }
}

const namespaces = new Map<string, ReturnType<typeof namespace>>()

export function createNamespace(name: string): ReturnType<typeof namespace> {
  const made = namespace(name)
  namespaces.set(name, made)
  return made
}

export const getNamespace = (name: string): ReturnType<typeof namespace> | undefined => namespaces.get(name)
