// The part of WebAssembly that the engine uses. TypeScript has these types only in its library for browsers, which is not loaded here.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Memory {
    readonly buffer: ArrayBufferLike
    constructor(size: { initial: number; maximum: number; shared: boolean })
  }
  class Instance {
    readonly exports: Record<string, unknown>
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
  }
}
