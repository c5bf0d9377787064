import { constantOperand, type FormView, listAttr, listOf, type Normalize, refuse, wordAttr } from './form.ts'

function scalesOf(view: FormView): readonly number[] | undefined {
  const known = listOf(view, 'scales')
  return known === undefined || known.length === 0 ? undefined : known
}

/**
 * Resize and Upsample of any version: scales and sizes of the last two axes.
 *
 * Cubic interpolation is read as linear, as TPU-MLIR 1.30.2 does; before opset 11 coordinates are asymmetric.
 */
export const resize: Normalize = (view) => {
  const { shape, dtype } = view.type(0)
  const rank = shape.length
  const axes = listAttr(view, 'axes')?.map((axis) => (axis < 0 ? axis + rank : axis))
  const spread = (list: readonly number[], fill: readonly number[]): readonly number[] =>
    axes === undefined ? list : fill.map((each, i) => (axes.includes(i) ? list[axes.indexOf(i)]! : each))
  const scales = scalesOf(view)
  const full =
    scales === undefined
      ? undefined
      : spread(
          scales,
          shape.map(() => 1),
        )
  const sizes = full === undefined ? spread(constantOperand(view, 'sizes'), shape) : shape.map((d, i) => Math.floor(d * full[i]! + 1e-6))
  const factors = full ?? sizes.map((size, i) => size / shape[i]!)
  if (rank < 3 || sizes.some((size, i) => i < rank - 2 && size !== shape[i])) {
    refuse(view, 'only the last two axes can be resized', `[${shape.join(', ')}] to [${sizes.join(', ')}]`, 'the same leading axes')
  }
  const mode = wordAttr(view, 'mode')
  const coordinates = view.op === 'Upsample' || view.opset < 11 ? 'asymmetric' : wordAttr(view, 'coordinate_transformation_mode')
  return {
    op: view.op,
    inputs: [view.inputs[0]],
    attrs: {
      mode: mode === 'nearest' ? 'nearest' : 'linear',
      coordinate_transformation_mode: coordinates,
      scale_h: rank < 4 ? 1 : factors[rank - 2]!,
      scale_w: factors[rank - 1]!,
      sizes: sizes.slice(-2),
    },
    types: [{ dtype, shape: sizes }],
  }
}
