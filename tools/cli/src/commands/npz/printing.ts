import { largest } from '../../compare/format-comparison.ts'
import { numpyType, pythonTuple } from '../../compare/python-text.ts'
import { arrayLines, elementText, statistics } from '../../npz/array-lines.ts'
import { numbersOf } from '../../npz/array-values.ts'
import { indexArray } from '../../npz/index-array.ts'
import type { Tensors } from '../../npz/npz-file.ts'
import { arrayOf, readNpz } from '../../npz/npz-file.ts'
import { parseCount } from '../../options/parse.ts'
import type { DefineCommand } from '../command.ts'

/** The sub-commands that print. */
export const definePrinting: DefineCommand = (tool, start) => {
  tool
    .command('dump <file> [name] [index]')
    .description('list the arrays, or print one, or a part of one by its index, like 0,:,2:5')
    .option('--list', 'list the arrays')
    .option('--all', 'print all elements, not only the first and last of each axis')
    .option('--top <count>', 'print the largest elements too, with their places', parseCount(1))
    .action((file: string, name: string | undefined, index: string | undefined, options) =>
      start(async (context) => {
        const { reporter } = context
        const arrays = await readNpz(context, file)
        for (const line of name === undefined || options.list ? listLines(arrays) : dumpLines(arrays, file, name, index, options))
          reporter.print(line)
        return undefined
      }),
    )
  tool
    .command('get_shape <file> <name>')
    .description('print the shape of an array')
    .action((file: string, name: string) =>
      start(async (context) => {
        const { reporter } = context
        reporter.print(`[${arrayOf(await readNpz(context, file), name, file).shape.join(',')}]`)
        return undefined
      }),
    )
  tool
    .command('statistic <file> [name] [axis]')
    .description('mean, variance and range of an array along an axis (1 when absent)')
    .option('--list', 'list the arrays')
    .action((file: string, name: string | undefined, axis: string | undefined, options) =>
      start(async (context) => {
        const { reporter } = context
        const arrays = await readNpz(context, file)
        const at = axis === undefined ? 1 : parseCount(0)(axis)
        const lines = name === undefined || options.list ? [...arrays.keys()] : statistics(arrayOf(arrays, name, file), at, [file, name])
        for (const line of lines) reporter.print(line)
        return undefined
      }),
    )
  tool
    .command('check_nan_inf <file>')
    .description('name the arrays that hold NaN or infinity')
    .action((file: string) =>
      start(async (context) => {
        const { reporter } = context
        for (const [name, tensor] of await readNpz(context, file)) {
          const numbers = numbersOf(tensor)
          const shape = pythonTuple(tensor.shape)
          if (numbers.some(Number.isNaN)) reporter.print(`NaN in ${name}:${shape}`)
          if (numbers.some((x) => Math.abs(x) === Number.POSITIVE_INFINITY)) reporter.print(`Inf in ${name}:${shape}`)
        }
        return undefined
      }),
    )
  tool
    .command('print_diff <a> <b> <name> [count]')
    .description('print the elements that differ')
    .action((a: string, b: string, name: string, count: string | undefined) =>
      start(async (context) => {
        const { reporter } = context
        const left = arrayOf(await readNpz(context, a), name, a)
        const right = arrayOf(await readNpz(context, b), name, b)
        const [x, y] = [numbersOf(left), numbersOf(right)]
        const length = Math.min(x.length, y.length)
        const different = Array.from({ length }, (_, i) => i).filter((i) => x[i] !== y[i])
        reporter.print('index     adata         bdata')
        // One more than asked for, as scripts that read the lines of the original tool know it.
        const shown = count === undefined ? different : different.slice(0, parseCount(0)(count) + 1)
        for (const i of shown) reporter.print(`${i}: ${wide(x[i]!, left.dtype)}, ${wide(y[i]!, right.dtype)}`)
        if (different.length === 0) reporter.print('No difference!')
        return undefined
      }),
    )
}

/** A number inside a Python f-string: floats are widened to doubles first. */
function wide(value: number, dtype: string): string {
  return elementText(value, dtype === 'f32' || dtype === 'f16' ? 'f64' : dtype)
}

function listLines(arrays: Tensors): readonly string[] {
  return Array.from(arrays, ([name, { shape, dtype }]) => `${name}\t${pythonTuple(shape)}\t${numpyType(dtype)}`)
}

function dumpLines(
  arrays: Tensors,
  file: string,
  name: string,
  index: string | undefined,
  { all = false, top }: { readonly all?: boolean; readonly top?: number },
): readonly string[] {
  const tensor = arrayOf(arrays, name, file)
  const lines = arrayLines(tensor, index === undefined ? tensor : indexArray(tensor, index, [file, name]), all)
  if (top === undefined) return lines
  const numbers = numbersOf(tensor)
  return [...lines, `Show Top-K ${top}`, ...largest(numbers, top).map((i) => `(${i}, ${elementText(numbers[i]!, tensor.dtype)})`)]
}
