import type { Command } from 'commander'
import { QError, didYouMean, fromBf16Bits, fromF16Bits, toBf16Bits, toF16Bits } from '@q/ir'
import type { Tensor } from '@q/ir'
import { decodeNpz, encodeNpy, encodeNpz } from '@q/npz'
import { compareSets } from '../compare/compare-files.ts'
import type { Context } from '../context.ts'
import { readBytes } from '../files/read-file.ts'
import { writeFiles } from '../files/write-files.ts'
import { parseNames, parseNumbers, parseTolerance } from '../options/parse.ts'
import { arrayLines, statistics } from '../npz/array-lines.ts'
import { numbersOf, permuted } from '../npz/array-values.ts'
import { reportComparison } from '../pipeline/report-comparison.ts'
import type { Action, DefineCommand } from './command.ts'
import { subcommand } from './command.ts'

type Tensors = ReadonlyMap<string, Tensor>

/** `npz_tool`: compares, prints and edits npz files. */
export const defineNpzTool: DefineCommand = (program, start) => {
  const tool = subcommand(program, 'npz_tool', 'compare, print and edit npz files')
  defineCompare(tool, start)
  definePrinting(tool, start)
  defineEditing(tool, start)
}

function defineCompare(tool: Command, start: (action: Action) => void): void {
  const compare = tool.command('compare <target_file> <ref_file>').description('compare the tensors two npz files share')
    .option('-v, --verbose', 'print similarities; twice for more', (_: string, level: number) => level + 1, 0)
    .option('--tolerance <cosine,euclidean>', 'similarity to exceed', parseTolerance, [0.99, 0.99] as const)
    .option('--excepts <names>', 'tensors that are not compared', parseNames, [])
    .option('--int8_tensor_close <0|1>', '1: int8 tensors must be equal', Number, 1)
    .option('-s, --save <file>', 'write the result as csv')
    .option('--only_key', 'with --save: only the names that fail')
    .option('-a, --forall', 'compare all tensors, also beyond 200')
    .option('-k, --key <name>', 'compare this tensor only')
    .option('--json', 'print JSON events, one a line')
  compare.action((target: string, reference: string, options) => start(async (context) => {
    const [cosine, euclidean] = options.tolerance
    const targets = await readNpz(target)
    const comparison = compareSets(targets, await readNpz(reference), { cosine, euclidean, exactIntegers: options.int8_tensor_close !== 0 },
      { excepts: options.excepts, all: options.forall === true, ...(options.key === undefined ? {} : { key: options.key }) })
    reportComparison(comparison, context.reporter, target, reference, targets, options.verbose)
    if (options.save !== undefined) {
      const rows = options.only_key
        ? comparison.verdicts.filter(({ passed }) => !passed).map(({ name }) => name)
        : ['name, op, quant, pass, sim_cos, sim_euc, sqnr', ...comparison.verdicts.map(({ name, passed, similarity }) =>
            `${name}, -, -, ${passed ? 'True' : 'False'}, ${similarity?.cosine ?? '1.0'}, ${similarity?.euclidean ?? '1.0'}, ${similarity?.sqnr ?? 'inf'}`)]
      await save(context, options.save, rows.map((row) => `${row}\n`).join(''))
      context.reporter.print(`Results saved as ${options.save}`)
    }
    return comparison
  }))
}

function definePrinting(tool: Command, start: (action: Action) => void): void {
  tool.command('dump <file> [name] [count]').description('list the arrays, or print one; with a count its largest elements, below 0 all of it')
    .option('--list', 'list the arrays').allowUnknownOption()
    .action((file: string, name: string | undefined, count: string | undefined) => start(async ({ reporter }) => {
      const arrays = await readNpz(file)
      const lines = name === undefined || name === '--list'
        ? [...arrays].map(([each, { shape, dtype }]) => `${each}\t(${shape.join(', ')}${shape.length === 1 ? ',' : ''})\t${numpyTypes[dtype] ?? dtype}`)
        : arrayLines(arrayOf(arrays, name, file), count === undefined ? 0 : Number(count))
      for (const line of lines) reporter.print(line)
      return undefined
    }))
  tool.command('get_shape <file> <name>').description('print the shape of an array').action((file: string, name: string) => start(async ({ reporter }) => {
    reporter.print(`[${arrayOf(await readNpz(file), name, file).shape.join(',')}]`)
    return undefined
  }))
  tool.command('statistic <file> [name] [axis]').description('mean, variance and range of an array along an axis').action((file: string, name: string | undefined, axis: string | undefined) =>
    start(async ({ reporter }) => {
      const arrays = await readNpz(file)
      const lines = name === undefined ? [...arrays.keys()] : statistics(arrayOf(arrays, name, file), axis === undefined ? 1 : Number(axis))
      for (const line of lines) reporter.print(line)
      return undefined
    }))
  tool.command('check_nan_inf <file>').description('name the arrays that hold NaN or infinity').action((file: string) => start(async ({ reporter }) => {
    for (const [name, tensor] of await readNpz(file)) {
      const numbers = numbersOf(tensor)
      const shape = `(${tensor.shape.join(', ')})`
      if (numbers.some(Number.isNaN)) reporter.print(`NaN in ${name}:${shape}`)
      if (numbers.some((x) => x === Number.POSITIVE_INFINITY || x === Number.NEGATIVE_INFINITY)) reporter.print(`Inf in ${name}:${shape}`)
    }
    return undefined
  }))
  tool.command('print_diff <a> <b> <name> [count]').description('print the elements that differ').action((a: string, b: string, name: string, count: string | undefined) =>
    start(async ({ reporter }) => {
      const left = numbersOf(arrayOf(await readNpz(a), name, a))
      const right = numbersOf(arrayOf(await readNpz(b), name, b))
      const length = Math.min(left.length, right.length)
      const different = Array.from({ length }, (_, i) => i).filter((i) => left[i] !== right[i])
      reporter.print('index     adata         bdata')
      for (const i of different.slice(0, count === undefined ? different.length : Number(count))) reporter.print(`${i}: ${left[i]}, ${right[i]}`)
      if (different.length === 0) reporter.print('No difference!')
      return undefined
    }))
}

function defineEditing(tool: Command, start: (action: Action) => void): void {
  const edit = (usage: string, description: string, change: (context: Context, ...args: string[]) => Promise<void>) =>
    tool.command(usage).description(description).action((...args: unknown[]) => {
      const words = args.filter((each): each is string => typeof each === 'string')
      start(async (context) => {
        await change(context, ...words)
        return undefined
      })
    })
  const convert = (usage: string, description: string, one: (tensor: Tensor) => Tensor) =>
    edit(usage, description, async (context, from = '', to = '') =>
      save(context, to, new Map(Array.from(await readNpz(from), ([name, tensor]) => [name, one(tensor)]))))

  edit('rename <file> <old> <new>', 'rename an array', async (context, file = '', before = '', after = '') => {
    const arrays = await readNpz(file)
    const moved = arrayOf(arrays, before, file)
    await save(context, file, new Map([...[...arrays].filter(([name]) => name !== before), [after, moved]]))
  })
  edit('extract <file> <output> <names>', 'copy some arrays (joined by commas) to another file', async (context, file = '', output = '', names = '') => {
    const arrays = await readNpz(file)
    await save(context, output, new Map(names.split(',').map((name) => [name, arrayOf(arrays, name, file)])))
  })
  edit('remove <file> <names>', 'remove arrays', async (context, file = '', names = '') => {
    const arrays = await readNpz(file)
    const gone = names.split(',')
    for (const name of gone) arrayOf(arrays, name, file)
    await save(context, file, new Map([...arrays].filter(([name]) => !gone.includes(name))))
  })
  tool.command('merge <files...>').description('join the arrays of all files but the last into the last').action((files: string[]) => start(async (context) => {
    const output = files.at(-1)!
    const merged = new Map<string, Tensor>()
    for (const file of files.slice(0, -1)) for (const [name, tensor] of await readNpz(file)) merged.set(name, tensor)
    if (files.length < 2) throw new QError('ARGUMENTS', 'merge needs at least one file and an output', { wanted: 'npz_tool merge a.npz b.npz output.npz', kind: 'usage' })
    await save(context, output, merged)
    return undefined
  }))
  edit('insert <file> <output>', 'add the arrays of a file to another', async (context, file = '', output = '') =>
    save(context, output, new Map([...(await readNpz(file)), ...(await readNpz(output))])))
  edit('reshape <file> <name> <shape>', 'give an array another shape, like 4,5,1', async (context, file = '', name = '', shape = '') => {
    const arrays = await readNpz(file)
    const tensor = arrayOf(arrays, name, file)
    const dims = parseNumbers(shape)
    if (dims.reduce((product, dim) => product * dim, 1) !== tensor.data.length) {
      throw new QError('SHAPE_MISMATCH', `${name} does not fit this shape`, { at: [file, name], found: `[${tensor.shape.join(', ')}]`, wanted: `as many elements as [${dims.join(', ')}]`, kind: 'usage' })
    }
    await save(context, file, new Map([...arrays, [name, { ...tensor, shape: dims }]]))
  })
  edit('permute <file> <name_or_order> [order]', 'permute the axes of one array, or of all, like 0,2,1,3', async (context, file = '', first = '', second?: string) => {
    const arrays = await readNpz(file)
    const order = parseNumbers(second ?? first)
    if (second !== undefined) arrayOf(arrays, first, file)
    await save(context, file, new Map([...arrays].map(([name, tensor]) => [name, second === undefined || name === first ? permuted(tensor, order, [file, name]) : tensor])))
  })
  edit('to_npy <file> <name>', 'write an array as <name>.npy', async (context, file = '', name = '') =>
    save(context, `${name.replaceAll('/', '_')}.npy`, encodeNpy(arrayOf(await readNpz(file), name, file))))
  edit('to_dat <file> <output>', 'write the bytes of all arrays one after the other', async (context, file = '', output = '') =>
    save(context, output, Buffer.concat(Array.from((await readNpz(file)).values(), ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)))))
  edit('to_bin <file> <name> <output> [type]', 'write the bytes of an array, as int8, bf16 (16-bit integers) or float32', async (context, file = '', name = '', output = '', type?: string) => {
    const { data } = arrayOf(await readNpz(file), name, file)
    const casts = { int8: Int8Array, bf16: Uint16Array, uint16: Uint16Array, float32: Float32Array } as const
    if (type !== undefined && !(type in casts)) {
      throw new QError('ARGUMENTS', `there is no type ${type}`, { wanted: 'int8, bf16 or float32', kind: 'usage', hint: didYouMean(type, Object.keys(casts), 'choose one of these') })
    }
    const cast = type === undefined ? data : casts[type as keyof typeof casts].from(data as Float32Array)
    await save(context, output, new Uint8Array(cast.buffer, cast.byteOffset, cast.byteLength))
  })
  convert('bf16_to_fp32 <file> <output>', '16-bit integers as bfloat16 bits to float32', (tensor) => (tensor.dtype === 'u16' ? { ...tensor, dtype: 'f32', data: fromBf16Bits(tensor.data as Uint16Array) } : tensor))
  convert('fp16_to_fp32 <file> <output>', '16-bit integers as float16 bits to float32', (tensor) => (tensor.dtype === 'u16' ? { ...tensor, dtype: 'f32', data: fromF16Bits(tensor.data as Uint16Array) } : tensor))
  convert('fp32_to_bf16 <file> <output>', 'float32 to bfloat16 bits', (tensor) => (tensor.dtype === 'f32' ? { ...tensor, dtype: 'u16', data: toBf16Bits(tensor.data as Float32Array) } : tensor))
  convert('fp32_to_fp16 <file> <output>', 'float32 to float16 bits', (tensor) => (tensor.dtype === 'f32' ? { ...tensor, dtype: 'u16', data: toF16Bits(tensor.data as Float32Array) } : tensor))
}

const numpyTypes: Readonly<Record<string, string>> = {
  f32: 'float32', f16: 'float16', f64: 'float64', i8: 'int8', u8: 'uint8', i16: 'int16', u16: 'uint16', i32: 'int32', u32: 'uint32', i64: 'int64', u64: 'uint64', bool: 'bool',
}

async function readNpz(file: string): Promise<Tensors> {
  return decodeNpz(new Uint8Array(await readBytes(file)), [file])
}

function arrayOf(arrays: Tensors, name: string, file: string): Tensor {
  const found = arrays.get(name)
  if (found === undefined) {
    throw new QError('ARRAY_UNKNOWN', `there is no array ${name} in ${file}`, { at: [file], hint: didYouMean(name, arrays.keys(), 'npz_tool dump lists the arrays') })
  }
  return found
}

async function save({ reporter }: Context, path: string, content: Tensors | Uint8Array | string): Promise<void> {
  const bytes = content instanceof Map ? encodeNpz(content) : (content as Uint8Array | string)
  await writeFiles(new Map([[path, bytes]]), (replaced) => reporter.note(`note: ${replaced} replaced`))
}
