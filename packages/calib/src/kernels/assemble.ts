/** One function of a WebAssembly module, its body as the mnemonics of the text format, without parentheses. */
export interface WasmFunction {
  readonly name: string
  readonly params: readonly (readonly [name: string, type: WasmType])[]
  readonly result?: WasmType
  readonly locals: readonly (readonly [name: string, type: WasmType])[]
  /** Instructions and their immediates, separated by white space; `$name` is a parameter or local. */
  readonly body: string
}

export type WasmType = keyof typeof typeCodes

const typeCodes = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const

/**
 * Opcode and the immediates that follow: `l` a local, `n` an unsigned number, `s` a signed one, `m` memory, `b` an empty block type,
 * `x` 16 bytes.
 */
const instructions: Readonly<Record<string, readonly [opcode: readonly number[], immediates: string]>> = {
  block: [[0x02], 'b'],
  loop: [[0x03], 'b'],
  end: [[0x0b], ''],
  br: [[0x0c], 'n'],
  br_if: [[0x0d], 'n'],
  'local.get': [[0x20], 'l'],
  'local.set': [[0x21], 'l'],
  'local.tee': [[0x22], 'l'],
  'i32.const': [[0x41], 's'],
  'i32.load': [[0x28], 'm'],
  'i32.store': [[0x36], 'm'],
  'i32.add': [[0x6a], ''],
  'i32.lt_u': [[0x49], ''],
  'i32.ge_u': [[0x4f], ''],
  'f64.add': [[0xa0], ''],
  'v128.load': [simd(0x00), 'm'],
  'v128.store': [simd(0x0b), 'm'],
  'v128.const': [simd(0x0c), 'x'],
  'v128.or': [simd(0x50), ''],
  'i8x16.shuffle': [simd(0x0d), 'x'],
  'i32x4.splat': [simd(0x11), ''],
  'i32x4.extract_lane': [simd(0x1b), 'n'],
  'i32x4.shl': [simd(0xab), ''],
  'i32x4.add': [simd(0xae), ''],
  'i32x4.sub': [simd(0xb1), ''],
  'f32x4.splat': [simd(0x13), ''],
  'f32x4.eq': [simd(0x41), ''],
  'f32x4.ne': [simd(0x42), ''],
  'f32x4.nearest': [simd(0x6a), ''],
  'f32x4.trunc': [simd(0x69), ''],
  'f32x4.abs': [simd(0xe0), ''],
  'f32x4.add': [simd(0xe4), ''],
  'f32x4.sub': [simd(0xe5), ''],
  'f32x4.mul': [simd(0xe6), ''],
  'f32x4.div': [simd(0xe7), ''],
  'f32x4.pmin': [simd(0xea), ''],
  'f32x4.pmax': [simd(0xeb), ''],
  'f64x2.promote_low_f32x4': [simd(0x5f), ''],
  'f64x2.extract_lane': [simd(0x21), 'n'],
  'f64x2.add': [simd(0xf0), ''],
  'f64x2.mul': [simd(0xf2), ''],
}

/** A WebAssembly module that imports the memory `env.memory` and exports `functions` by name. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params, result }) => [
    0x60,
    ...vector(params.map(([, type]) => [typeCodes[type]])),
    ...vector(result === undefined ? [] : [[typeCodes[result]]]),
  ])
  const maximumPages = 65536
  return Uint8Array.from([
    0x00,
    0x61,
    0x73,
    0x6d,
    0x01,
    0x00,
    0x00,
    0x00,
    ...section(1, vector(types)),
    ...section(2, vector([[...text('env'), ...text('memory'), 0x02, 0x01, ...unsigned(1), ...unsigned(maximumPages)]])),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]))),
    ...section(10, vector(functions.map(functionBody))),
  ])
}

function functionBody({ params, locals, body }: WasmFunction): number[] {
  const names = [...params, ...locals].map(([name]) => name)
  const code: number[] = []
  const words = body.trim().split(/\s+/)
  for (let at = 0; at < words.length; ) {
    const [opcode, immediates] = instructions[words[at++]!] ?? fail(`no instruction ${words[at - 1]}`)
    code.push(...opcode)
    for (const kind of immediates) {
      if (kind === 'l') code.push(...unsigned(localIndex(names, words[at++]!)))
      else if (kind === 'n') code.push(...unsigned(Number(words[at++])))
      else if (kind === 's') code.push(...signed(Number(words[at++])))
      else if (kind === 'm') code.push(0x00, 0x00)
      else if (kind === 'b') code.push(0x40)
      else for (let byte = 0; byte < 16; byte++) code.push(Number(words[at++]))
    }
  }
  const whole = [...vector(locals.map(([, type]) => [1, typeCodes[type]])), ...code, 0x0b]
  return [...unsigned(whole.length), ...whole]
}

function localIndex(names: readonly string[], word: string): number {
  const index = names.indexOf(word.slice(1))
  return index >= 0 ? index : fail(`no local ${word}`)
}

function simd(opcode: number): number[] {
  return [0xfd, ...unsigned(opcode)]
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content]
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()]
}

function text(word: string): number[] {
  return vector([...word].map((letter) => [letter.charCodeAt(0)]))
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)]
}

function fail(message: string): never {
  throw new Error(message)
}
