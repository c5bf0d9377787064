import {
  elementType,
  flag,
  float,
  floats,
  graph,
  harmless,
  int,
  ints,
  only,
  required,
  type Signature,
  signature,
  since,
  tensor,
  until,
  word,
} from './signature.ts'

const reductions = ['none', 'add', 'mul', 'min', 'max']

/** Operators that move, choose or make elements. */
export const arrangementSignatures: readonly Signature[] = [
  signature(
    'Reshape',
    { 1: 'data', 5: 'data shape:i64' },
    {
      attrs: { shape: until(4, ints()), allowzero: since(14, flag(0)), consumed_inputs: harmless(until(4, ints())) },
    },
  ),
  signature('Flatten', 'input', { attrs: { axis: int(1) } }),
  signature('Squeeze', { 1: 'data', 13: 'data axes:i64?' }, { attrs: { axes: until(12, ints()) } }),
  signature('Unsqueeze', { 1: 'data', 13: 'data axes:i64' }, { attrs: { axes: until(12, required(ints())) } }),
  signature('Transpose', 'data', { attrs: { perm: ints() } }),
  signature('Compress', 'input condition:bool', { since: 9, attrs: { axis: int() } }),
  signature('ReverseSequence', 'input sequence_lens:i64', { since: 10, attrs: { batch_axis: flag(1), time_axis: flag(0) } }),
  signature('Concat', 'inputs*', { attrs: { axis: [until(3, int(1)), since(4, required(int()))] } }),
  signature(
    'Slice',
    { 1: 'data', 10: 'data starts:index ends:index axes:index? steps:index?' },
    {
      attrs: { starts: until(9, required(ints())), ends: until(9, required(ints())), axes: until(9, ints()) },
    },
  ),
  signature(
    'Split',
    { 1: 'input split:i64?', 2: 'input', 13: 'input split:i64?' },
    { attrs: { axis: int(0), split: until(12, ints()), num_outputs: harmless(since(18, int())) } },
  ),
  signature('Expand', 'input shape:i64', { since: 8 }),
  signature('Tile', { 1: 'input tiles axis', 6: 'input repeats:i64' }),
  signature(
    'Pad',
    { 1: 'data', 11: 'data pads:i64 constant_value?', 18: 'data pads:i64 constant_value? axes:index?' },
    {
      attrs: {
        mode: only(['constant', 'reflect', 'edge', 'wrap'], word('constant')),
        pads: until(10, required(ints())),
        paddings: until(1, ints()),
        value: until(10, float(0)),
      },
    },
  ),
  signature('Gather', 'data indices:index', { attrs: { axis: int(0) } }),
  signature('GatherElements', 'data indices:index', { since: 11, attrs: { axis: int(0) } }),
  signature('GatherND', 'data indices:i64', { since: 11, attrs: { batch_dims: since(12, int(0)) } }),
  signature('Scatter', 'data indices:index updates', { since: 9, until: 10, attrs: { axis: int(0) } }),
  signature('ScatterElements', 'data indices:index updates', {
    since: 11,
    attrs: { axis: int(0), reduction: only(reductions, since(16, word('none'))) },
  }),
  signature('ScatterND', 'data indices:i64 updates', { since: 11, attrs: { reduction: only(reductions, since(16, word('none'))) } }),
  signature('DepthToSpace', 'input', { attrs: { blocksize: required(int()), mode: since(11, word('DCR')) } }),
  signature('SpaceToDepth', 'input', { attrs: { blocksize: required(int()), mode: since(28, word('DCR')) } }),
  signature('Identity', 'input'),
  signature(
    'Dropout',
    { 1: 'data:float', 12: 'data:float ratio:float? training_mode:bool?' },
    {
      attrs: {
        ratio: harmless(until(11, float(0.5))),
        is_test: only([1], until(6, int(0))),
        seed: harmless(since(12, int())),
        consumed_inputs: harmless(until(5, ints())),
      },
    },
  ),
  signature('Constant', '', {
    attrs: {
      value: [until(10, required(tensor())), since(11, tensor())],
      value_float: since(12, float()),
      value_floats: since(12, floats()),
      value_int: since(12, int()),
      value_ints: since(12, ints()),
    },
  }),
  signature('ConstantOfShape', 'input:i64', { since: 9, attrs: { value: tensor() } }),
  signature('Shape', 'data', { attrs: { start: since(15, int(0)), end: since(15, int()) } }),
  signature('Size', 'data'),
  signature('Range', 'start:number limit:number delta:number', { since: 11, attrs: { stash_type: harmless(since(27, int(1))) } }),
  signature('Trilu', 'input k:i64?', { since: 14, attrs: { upper: flag(1) } }),
  signature('OneHot', 'indices:number depth:number values', { since: 9, attrs: { axis: int(-1) } }),
  signature('EyeLike', 'input', { since: 9, attrs: { dtype: elementType(), k: int(0) } }),
  signature('CenterCropPad', 'input_data shape:index', { since: 18, attrs: { axes: ints() } }),
  signature('Col2Im', 'input image_shape:i64 block_shape:i64', { since: 18, attrs: { dilations: ints(), pads: ints(), strides: ints() } }),
  signature('AffineGrid', 'theta size', { since: 20, attrs: { align_corners: flag(0) } }),
  signature('If', 'cond:bool', { attrs: { then_branch: required(graph()), else_branch: required(graph()) } }),
]
