import { didYouMean, type InferredType, QError } from '@q/ir'
import type proto from 'onnx-proto'
import { largestCount } from './check-size.ts'
import { readModel } from './read-model.ts'
import { dtypeOf, toNumber } from './read-tensor.ts'

/** Shapes of the inputs: in the order of the model, or by name. */
export type InputShapes = readonly (readonly number[])[] | Readonly<Record<string, readonly number[]>>

/**
 * Name, element type and fixed shape of every input of a file, whether the rest of it can be read or not.
 *
 * @throws QError `ONNX_NOT_A_MODEL`, `ONNX_NO_GRAPH`, `ONNX_INPUT_TYPE`, `ONNX_INPUT_SHAPE`, `ONNX_DYNAMIC_SHAPE`, `ONNX_TENSOR_TYPE`
 */
export function onnxInputs(
  bytes: Uint8Array,
  { inputShapes, place = 'model' }: { readonly inputShapes?: InputShapes; readonly place?: string } = {},
): ReadonlyMap<string, InferredType> {
  return inputTypes(readModel(bytes, place).graph, inputShapes, place)
}

interface Declared {
  readonly name: string
  readonly dtype: InferredType['dtype']
  /** Sizes, or the names of the sizes that are open. */
  readonly shape: readonly (number | string)[] | undefined
  /** Whether the file gives it an axis of no elements. */
  readonly isEmpty: boolean
}

/**
 * Name, element type and fixed shape of every input.
 *
 * @throws QError `ONNX_INPUT_SHAPE` when a given shape does not fit, `ONNX_DYNAMIC_SHAPE` when a size stays open
 */
export function inputTypes(
  graph: proto.onnx.IGraphProto,
  given: InputShapes | undefined,
  place: string,
): ReadonlyMap<string, InferredType> {
  const initialized = new Set((graph.initializer ?? []).map(({ name }) => name))
  const declared = (graph.input ?? []).filter(({ name }) => !initialized.has(name)).map((input) => read(input, place))
  const wanted = shapesByName(declared, given, place)
  const open: string[] = []
  const types = new Map<string, InferredType>()
  for (const { name, dtype, shape, isEmpty } of declared) {
    const fixed = wanted.get(name)
    if (isEmpty && fixed === undefined) throw empty(name, shape ?? [], place)
    if (fixed !== undefined) check(name, shape, fixed, place)
    const sizes = fixed ?? shape
    if (sizes !== undefined) checkCount(name, sizes, place)
    if (sizes === undefined || sizes.some((size) => typeof size === 'string')) open.push(`${name}: [${(sizes ?? ['?']).join(', ')}]`)
    else types.set(name, { dtype, shape: sizes as readonly number[] })
  }
  if (open.length > 0) {
    const example = declared.map(({ name, shape }) => types.get(name)?.shape ?? (shape ?? [1]).map(usualSize))
    const isGuessed = declared.some(({ shape }) => shape?.some((size, axis) => typeof size === 'string' && axis > 0) !== false)
    throw new QError('ONNX_DYNAMIC_SHAPE', 'the shapes of some inputs are open', {
      at: [place],
      found: open.join('; '),
      wanted: 'a size for every axis',
      hint: `give every input its shape, for example --input_shapes ${JSON.stringify(example)}${isGuessed ? ', with the sizes that the network was made for' : ''}`,
    })
  }
  return types
}

/** A size as many networks have it, where the file leaves it open: one sample, pictures of 224x224, texts of 128 words. */
function usualSize(size: number | string, axis: number, shape: readonly (number | string)[]): number {
  if (typeof size !== 'string') return size
  if (axis === 0) return 1
  return shape.length >= 4 ? (axis === 1 && typeof shape.at(-1) === 'string' ? 3 : 224) : axis === 1 ? 128 : 1
}

function read(input: proto.onnx.IValueInfoProto, place: string): Declared {
  const name = input.name ?? ''
  const tensor = input.type?.tensorType
  if (tensor === undefined || tensor === null) {
    throw new QError('ONNX_INPUT_TYPE', 'an input is no tensor', {
      at: [place, name],
      found: input.type ? 'a sequence, a map or another type' : 'no type',
      wanted: 'a tensor',
      hint: 'export the model with tensors for its inputs',
    })
  }
  const sizes = tensor.shape?.dim?.map((dim) => (dim.dimValue === undefined || dim.dimValue === null ? 0 : toNumber(dim.dimValue)))
  const isEmpty = tensor.shape?.dim?.some((dim, i) => Object.hasOwn(dim, 'dimValue') && sizes![i] === 0) ?? false
  const dims = tensor.shape?.dim?.map((dim, i) => {
    if (sizes![i]! > 0) return sizes![i]!
    return dim.dimParam || (Object.hasOwn(dim, 'dimValue') && sizes![i] === 0 ? '0' : '?')
  })
  return { name, dtype: dtypeOf(tensor.elemType, [place, name]), shape: dims, isEmpty }
}

const empty = (name: string, shape: readonly (number | string)[], place: string): QError =>
  new QError('ONNX_INPUT_SHAPE', 'an input is empty', {
    at: [place, name],
    found: `[${shape.join(', ')}]`,
    wanted: 'sizes above 0',
    hint: 'a tensor without elements cannot be quantized: export the model with sizes above 0, or give the input its shape (--input_shapes)',
  })

function shapesByName(
  declared: readonly Declared[],
  given: InputShapes | undefined,
  place: string,
): ReadonlyMap<string, readonly number[]> {
  if (given === undefined) return new Map()
  const names = declared.map(({ name }) => name)
  if (!isList(given)) {
    for (const name of Object.keys(given)) {
      if (!names.includes(name)) {
        throw new QError('ONNX_INPUT_SHAPE', `there is no input ${name}`, {
          found: name,
          at: [place],
          wanted: names.join(', '),
          hint: didYouMean(name, names, 'use one of these'),
        })
      }
    }
    return new Map(Object.entries(given))
  }
  if (given.length !== names.length) {
    throw new QError('ONNX_INPUT_SHAPE', 'not every input has a shape', {
      at: [place],
      found: `${given.length} shapes`,
      wanted: `${names.length} shapes, for ${names.join(', ')}`,
      hint: 'give one shape for each input, in this order',
    })
  }
  return new Map(names.map((name, i) => [name, given[i]!]))
}

const isList = (given: InputShapes): given is readonly (readonly number[])[] => Array.isArray(given)

const axes = (count: number): string => (count === 1 ? '1 axis' : `${count} axes`)

function check(name: string, shape: Declared['shape'], fixed: readonly number[], place: string): void {
  if (shape !== undefined && shape.length > 0 && shape.length !== fixed.length) {
    throw new QError('ONNX_INPUT_SHAPE', 'a given shape has another number of axes than its input', {
      at: [place, name],
      found: `${axes(fixed.length)}: [${fixed.join(', ')}]`,
      wanted: `${axes(shape.length)}: [${shape.join(', ')}]`,
      hint: 'give one size for each axis of the input',
    })
  }
  if (!fixed.every((size) => Number.isInteger(size) && size > 0)) {
    throw new QError('ONNX_INPUT_SHAPE', 'a given shape does not fit its input', {
      at: [place, name],
      found: `[${fixed.join(', ')}]`,
      wanted: shape === undefined ? 'sizes above 0' : `[${shape.join(', ')}]`,
      hint: 'give a size above 0 for every axis of the input',
    })
  }
}

function checkCount(name: string, sizes: readonly (number | string)[], place: string): void {
  if (sizes.reduce<number>((product, size) => product * (typeof size === 'number' ? size : 1), 1) <= largestCount) return
  throw new QError('ONNX_INPUT_SHAPE', 'an input has more elements than can be counted', {
    at: [place, name],
    found: `[${sizes.join(', ')}]`,
    wanted: `${largestCount} elements at most`,
    hint: 'give the input another shape',
  })
}
