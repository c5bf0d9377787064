/** The part of the `WebAssembly` global that is used here; the type library in use does not declare it. */
export interface WasmHost {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => WasmMemory
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object, imports: Readonly<Record<string, object>>) => { readonly exports: object }
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** The global, `undefined` where a platform has switched it off. */
export function wasmHost(): WasmHost | undefined {
  return (globalThis as { readonly WebAssembly?: WasmHost }).WebAssembly
}
