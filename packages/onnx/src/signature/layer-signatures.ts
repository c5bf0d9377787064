import { flag, float, floats, harmless, int, ints, only, required, type Signature, signature, since, until, word } from './signature.ts'

const window = {
  auto_pad: only(['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'], word('NOTSET')),
  kernel_shape: ints(),
  pads: ints(),
  strides: ints(),
}
/** Of a pool, whose kernel no weights tell. */
const poolWindow = { ...window, kernel_shape: required(ints()) }
const convolution = { ...window, dilations: ints(), group: int(1) }
const epsilon = float(1e-5)
const stashType = harmless(int(1))

const lossAttrs = { ignore_index: int(), reduction: only(['none', 'sum', 'mean'], word('mean')) }

const reduction = (first: number, ...names: readonly string[]): readonly Signature[] =>
  names.map((name) =>
    signature(
      name,
      // The largest and the least of truth values have been since version 20.
      { 1: 'data:number', [first]: 'data:number axes:i64?', ...(/M(ax|in)$/.test(name) ? { 20: 'data axes:i64?' } : {}) },
      {
        attrs: { axes: until(first - 1, ints()), keepdims: flag(1), noop_with_empty_axes: since(first, flag(0)) },
      },
    ),
  )

/** Convolutions, products, pools, normalizations, reductions. */
export const layerSignatures: readonly Signature[] = [
  signature('Conv', 'X:float W:float B:float?', { attrs: convolution }),
  signature('ConvTranspose', 'X:float W:float B:float?', { attrs: { ...convolution, output_padding: ints(), output_shape: ints() } }),
  signature('MatMul', 'A:number B:number'),
  signature(
    'Gemm',
    { 1: 'A:number B:number C:number', 11: 'A:number B:number C:number?' },
    {
      attrs: { alpha: float(1), beta: float(1), transA: flag(0), transB: flag(0), broadcast: harmless(until(6, int(0))) },
    },
  ),
  signature(
    'Attention',
    {
      23: 'Q:float K:float V:float attn_mask? past_key:float? past_value:float?',
      24: 'Q:float K:float V:float attn_mask? past_key:float? past_value:float? nonpad_kv_seqlen:i64?',
    },
    {
      since: 23,
      attrs: {
        is_causal: flag(0),
        kv_num_heads: int(),
        q_num_heads: int(),
        qk_matmul_output_mode: only([0, 1, 2, 3], int(0)),
        scale: float(),
        softcap: float(0),
        // Float32, by its number.
        softmax_precision: only([1], int()),
      },
    },
  ),
  signature('Einsum', 'Inputs:number*', { since: 12, attrs: { equation: required(word()) } }),
  signature('MaxPool', 'X:number', {
    attrs: { ...poolWindow, ceil_mode: since(10, flag(0)), dilations: since(10, ints()), storage_order: since(8, flag(0)) },
  }),
  signature('AveragePool', 'X:float', {
    attrs: { ...poolWindow, ceil_mode: since(10, flag(0)), count_include_pad: since(7, flag(0)), dilations: since(19, ints()) },
  }),
  signature('MaxUnpool', 'X:float I:i64 output_shape:i64?', {
    since: 9,
    attrs: { kernel_shape: required(ints()), pads: ints(), strides: ints() },
  }),
  signature('LpPool', 'X:float', {
    attrs: { ...poolWindow, p: [until(1, float(2)), since(2, int(2))], ceil_mode: since(18, flag(0)), dilations: since(18, ints()) },
  }),
  signature('GlobalLpPool', 'X:float', { attrs: { p: [until(1, float(2)), since(2, int(2))] } }),
  signature('GlobalAveragePool', 'X:float'),
  signature('GlobalMaxPool', 'X:float'),
  signature('BatchNormalization', 'X:float scale:float B:float mean:float var:float', {
    attrs: {
      epsilon,
      momentum: harmless(float(0.9)),
      training_mode: only([0], since(14, int(0))),
      is_test: only([1], until(6, int(0))),
      spatial: only([1], until(8, int(1))),
      consumed_inputs: harmless(until(5, ints())),
    },
  }),
  signature('LayerNormalization', 'X:float Scale:float B:float?', { since: 17, attrs: { axis: int(-1), epsilon, stash_type: stashType } }),
  signature('LpNormalization', 'input:float', { attrs: { axis: int(-1), p: only([1, 2], int(2)) } }),
  signature('MeanVarianceNormalization', 'X:float', { since: 9, attrs: { axes: ints() } }),
  signature('RMSNormalization', 'X:float scale:float', { since: 23, attrs: { axis: int(-1), epsilon, stash_type: stashType } }),
  signature('RotaryEmbedding', 'X:float cos_cache:float sin_cache:float position_ids:i64?', {
    since: 23,
    attrs: { interleaved: flag(0), num_heads: int(), rotary_embedding_dim: int(0) },
  }),
  signature('InstanceNormalization', 'input:float scale:float B:float', {
    attrs: { epsilon, consumed_inputs: harmless(until(5, ints())) },
  }),
  signature('GroupNormalization', 'X:float scale:float bias:float', {
    since: 18,
    attrs: { num_groups: required(int()), epsilon, stash_type: since(21, stashType) },
  }),
  signature('LRN', 'X:float', { attrs: { size: required(int()), alpha: float(1e-4), beta: float(0.75), bias: float(1) } }),
  signature('Softmax', 'input:float', { attrs: { axis: [until(12, int(1)), since(13, int(-1))] } }),
  signature('LogSoftmax', 'input:float', { attrs: { axis: [until(12, int(1)), since(13, int(-1))] } }),
  signature('NegativeLogLikelihoodLoss', 'input:float target:index weight:float?', { since: 12, attrs: lossAttrs }),
  signature('SoftmaxCrossEntropyLoss', 'scores:float labels:index weights:float?', { since: 12, attrs: lossAttrs }),
  ...reduction(13, 'ReduceSum'),
  ...reduction(18, 'ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceProd', 'ReduceL1', 'ReduceL2'),
  ...reduction(18, 'ReduceSumSquare', 'ReduceLogSum', 'ReduceLogSumExp'),
  ...['ArgMax', 'ArgMin'].map((name) =>
    signature(name, 'data:number', { attrs: { axis: int(0), keepdims: flag(1), select_last_index: since(12, flag(0)) } }),
  ),
  signature(
    'TopK',
    { 1: 'X:number', 10: 'X:number K:i64' },
    {
      attrs: { axis: int(-1), k: until(9, required(int())), largest: since(11, flag(1)), sorted: since(11, flag(1)) },
    },
  ),
  signature(
    'Resize',
    { 10: 'X scales:float', 11: 'X roi:float? scales:float? sizes:i64?' },
    {
      since: 10,
      attrs: {
        mode: only(['nearest', 'linear', 'cubic'], word('nearest')),
        coordinate_transformation_mode: since(11, word('half_pixel')),
        axes: since(18, ints()),
        nearest_mode: since(11, word('round_prefer_floor')),
        cubic_coeff_a: since(11, float(-0.75)),
        exclude_outside: since(11, flag(0)),
        extrapolation_value: since(11, float(0)),
        antialias: since(18, flag(0)),
        keep_aspect_ratio_policy: only(['stretch', 'not_larger', 'not_smaller'], since(18, word('stretch'))),
      },
    },
  ),
  signature('GridSample', 'X grid:float', {
    since: 16,
    attrs: {
      mode: [until(19, word('bilinear')), since(20, word('linear'))],
      padding_mode: only(['zeros', 'border', 'reflection'], word('zeros')),
      align_corners: flag(0),
    },
  }),
  signature(
    'Upsample',
    { 1: 'X', 9: 'X scales:float' },
    {
      until: 9,
      attrs: {
        mode: word('nearest'),
        scales: [until(6, floats()), since(7, until(8, required(floats())))],
        height_scale: until(6, float()),
        width_scale: until(6, float()),
      },
    },
  ),
]
