import type { OpDefinition } from '../ops/define.ts'
import type { DType, Tensor } from '../tensor/tensor.ts'
import type { PictureForm } from './picture.ts'

/**
 * How integer codes stand for real numbers: `real = (code - zeroPoint) * scale`.
 *
 * `scales` with `axis` replace `scale` for a tensor quantized per slice of one axis.
 */
export interface Quant {
  readonly scale: number
  readonly zeroPoint: number
  /** The float type the codes were made from or stand for; some chips cast differently by it. */
  readonly expressed: 'f32' | 'f16' | 'bf16'
  readonly axis?: number
  readonly scales?: readonly number[]
  readonly zeroPoints?: readonly number[]
  /**
   * The smallest and the largest code there is, where the element type holds more: 4 bits in an `i8`, or -127 to 127. What
   * computes such codes saturates to them. Absent: all that the element type holds.
   */
  readonly saturate?: readonly [min: number, max: number]
}

/** The calibrated range of a float tensor. */
export interface Range {
  readonly min: number
  readonly max: number
}

/** Element type and shape; `quant` when the elements are codes, `range` when a float tensor is calibrated. */
export interface TensorType {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly quant?: Quant
  readonly range?: Range
}

/**
 * A tensor of the graph. `constant` holds its elements when they are known.
 *
 * A graph whose weights were not loaded (a text file read alone) has constants by type only: then
 * `isConstant` is true and `constant` is absent.
 */
export interface Value {
  readonly name: string
  readonly type: TensorType
  readonly isConstant?: boolean
  readonly constant?: Tensor
}

/** What an attribute can be. */
export type AttrValue = number | string | boolean | readonly number[] | readonly string[]
/** Attributes by name. */
export type Attrs = Readonly<Record<string, AttrValue>>

/**
 * One operation. Operands and results are value names; an absent optional operand is `undefined`.
 *
 * The name of the first result is the node's *layer name*, the one tables use.
 */
export interface Node {
  readonly op: string
  readonly inputs: readonly (string | undefined)[]
  readonly outputs: readonly string[]
  readonly attrs: Attrs
  /** Layers of the float graph this node comes from; absent when it is its own layer. */
  readonly origin?: readonly string[]
}

/** What is done to an image before it becomes a network input. */
export interface Preprocess {
  readonly pixelFormat: 'rgb' | 'bgr' | 'gray' | 'rgba' | 'gbrg' | 'grbg' | 'bggr' | 'rggb'
  readonly channelFormat: 'nchw' | 'nhwc' | 'none'
  /** Height and width the image is resized to before the centre crop to the network's size. */
  readonly resizeDims: readonly number[]
  readonly keepAspectRatio: boolean
  readonly keepRatioMode: 'letterbox' | 'short_side_scale'
  readonly padValue: number
  readonly padType: 'normal' | 'center'
  readonly mean: readonly number[]
  readonly scale: readonly number[]
  readonly yuvType: string
  /** The network takes the resized picture itself, as bytes. @default the numbers that are made of it */
  readonly picture?: PictureBytes
}

/** How the bytes of a picture lie in the input that takes it. */
export interface PictureBytes {
  readonly form: PictureForm
  /** From one row to the next, where rows are padded. @default the bytes lie without gaps */
  readonly rowBytes?: number
}

/** A network input: its value, the element type the caller's model declares, and its preprocessing. */
export interface GraphInput {
  readonly name: string
  /** Element type in the source model, when it is not `f32` (token ids and alike). */
  readonly sourceDtype?: DType
  readonly preprocess?: Preprocess
}

/**
 * A network: plain readonly data. `nodes` stand in an order in which every operand is made before it is used.
 *
 * Before naming, values carry ONNX names; in a canonical graph a value's name is its layer name
 * (`<output tensor>_<OpType>`), frozen from then on. `properties` are facts about the whole graph
 * (`stage`, `chip`, `mode`, …) that codecs write and read.
 */
export interface Graph {
  readonly name: string
  readonly inputs: readonly GraphInput[]
  readonly outputs: readonly string[]
  readonly nodes: readonly Node[]
  readonly values: ReadonlyMap<string, Value>
  readonly ops: OpSet
  readonly properties: Attrs
}

/** The operators a graph may use, by name. */
export type OpSet = ReadonlyMap<string, OpDefinition>
