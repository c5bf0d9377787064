import type { PictureInputs } from '../../contracts/picture.ts'
import { QError } from '../../errors.ts'
import { valueOf } from '../../graph/edges.ts'
import { type FrameAlignment, frameOf, type PictureForm, pictureForms, usualForm } from '../../graph/picture.ts'
import type { Graph, GraphInput, Preprocess, TensorType, Value } from '../../graph/types.ts'
import { atBoundary } from '../boundary.ts'
import { inNetworkOrder } from './channel-order.ts'
import { byteType, type Fused, type Made, type PictureFamily } from './fused.ts'
import { tableOfBytes } from './picture-codes.ts'
import { numbersOfBytes } from './picture-numbers.ts'
import { unpackFrame } from './unpack-frame.ts'

/**
 * The quantized graph that takes pictures themselves, in the place of the numbers that are made of them: an input `x` with preprocessing becomes `x_raw`, bytes of the
 * picture that is resized to the size the preprocessing names. The chip unpacks frames, crops, and makes the input's codes by a table for each channel, or its floats by a
 * convolution of single channels. Where the channels of a picture stand in the reverse order of the network's, the weights of a convolution that alone takes them are turned.
 *
 * Names are those of TPU-MLIR 1.30.2, whose `fuse-preprocess` does the same.
 *
 * @throws QError `PICTURE_NONE` where no input has preprocessing, `PICTURE_FORM` for a form that the chip does not take or that has other channels, `PICTURE_INPUT` for an
 *   input that is no `[N, C, H, W]`, or that the network takes in several types
 */
export function withPictures(graph: Graph, { form, aligned }: PictureInputs, family: PictureFamily): Graph {
  const pictured = graph.inputs.filter(({ preprocess }) => preprocess !== undefined && preprocess.channelFormat !== 'none')
  if (pictured.length === 0) throw noPictures(graph)
  const rules = family.backend.target.pictures
  const alignment = aligned === true ? (rules?.alignment ?? refuseAligned(family)) : undefined
  return pictured.reduce((made, input) => {
    const wanted = form ?? usualForm(input.preprocess!)
    if (rules?.forms.includes(wanted) !== true) throw formUnknown(wanted, rules?.forms ?? [], family)
    return fused(made, input, { form: wanted, alignment, family })
  }, graph)
}

interface Wish {
  readonly form: PictureForm
  readonly alignment: FrameAlignment | undefined
  readonly family: PictureFamily
}

function fused(before: Graph, { name, preprocess }: GraphInput, { form, alignment, family }: Wish): Graph {
  const place = before.inputs.findIndex((each) => each.name === name) + 1
  const graph = atBoundary(before, { inputs: [place] })
  const { type } = valueOf(graph, name)
  const given = preprocess!
  checkInput(name, type, given, form)
  const [batch, , height, width] = type.shape as [number, number, number, number]
  const [high = height, wide = width] = given.resizeDims
  const size: readonly [number, number] = [Math.max(high, height), Math.max(wide, width)]
  const frame = frameOf(form, size, alignment)
  const raw: Value = { name: `${name}_raw`, type: byteType([batch, ...frame.shape]) }
  const order = pictureForms[form].pixelFormat
  const each: Fused = { input: name, preprocess: given, isReversed: order !== given.pixelFormat }
  const bytes = unpackFrame(raw, frame, [height, width], name)
  const numbers = type.quant === undefined ? numbersOfBytes(bytes.value, type, each, family) : tableOfBytes(bytes.value, type, each)
  const made: Made = {
    value: numbers.value,
    nodes: [...bytes.nodes, ...numbers.nodes],
    values: [raw, ...bytes.values, ...numbers.values],
  }
  const input: GraphInput = {
    name: raw.name,
    sourceDtype: 'u8',
    preprocess: {
      ...given,
      pixelFormat: order,
      channelFormat: frame.layout === 'packed' ? 'nhwc' : 'nchw',
      resizeDims: size,
      mean: [0, 0, 0],
      scale: [1, 1, 1],
      picture: { form, ...(alignment === undefined ? {} : { rowBytes: frame.rowBytes }) },
    },
  }
  return inNetworkOrder(graph, made, each, input)
}

function checkInput(
  name: string,
  { dtype, shape, quant }: TensorType,
  { channelFormat, pixelFormat }: Preprocess,
  form: PictureForm,
): void {
  const order = pictureForms[form].pixelFormat
  const isTurned = (order === 'rgb' || order === 'bgr') && (pixelFormat === 'rgb' || pixelFormat === 'bgr')
  if (order !== pixelFormat && !isTurned) {
    throw new QError('PICTURE_FORM', `${name} takes ${pixelFormat}, which ${form} does not have`, {
      at: [name],
      found: form,
      wanted: `a form with the channels of ${pixelFormat}`,
      hint: 'leave the form out for that of the network',
      kind: 'usage',
    })
  }
  if (shape.length === 4 && channelFormat === 'nchw' && (quant !== undefined || dtype === 'f32' || dtype === 'f16' || dtype === 'bf16'))
    return
  throw new QError('PICTURE_INPUT', `the chip cannot make the numbers of ${name} of pictures`, {
    at: [name],
    found: `${dtype} [${shape.join(', ')}], laid out ${channelFormat}`,
    wanted: 'an input [N, C, H, W]',
    hint: 'feed this network numbers',
    kind: 'usage',
  })
}

const noPictures = ({ name, inputs }: Graph): QError =>
  new QError('PICTURE_NONE', 'no input says how its numbers are made of pictures', {
    at: [name],
    found: inputs.map((each) => each.name).join(', '),
    wanted: 'an input with preprocessing',
    hint: 'import the model with --pixel_format, --mean and --scale',
    kind: 'usage',
  })

const formUnknown = (form: string, forms: readonly string[], { backend: { target } }: PictureFamily): QError =>
  new QError('PICTURE_FORM', `${target.name} does not take pictures as ${form}`, {
    at: [target.name],
    found: form,
    wanted: forms.join(', '),
    hint: 'convert pictures to one of these forms',
    kind: 'usage',
  })

function refuseAligned({ backend: { target } }: PictureFamily): never {
  throw new QError('PICTURE_ALIGNED', `frames of ${target.name} are not padded`, {
    at: [target.name],
    found: 'aligned frames that are wanted',
    wanted: 'frames without gaps',
    hint: 'leave --aligned_input out',
    kind: 'usage',
  })
}
