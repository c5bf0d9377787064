import type { Backend } from '@q/ir'
import { attrs, elements, halved, isConstant, list, moving, nodes, rounded, shape, tables, turned, when, wrong } from './plain-chip.ts'

/** What is wrong, with the operators it is wrong in. */
export const wrongs: readonly (readonly [string, readonly string[], Backend])[] = [
  ['weights of convolutions rounded down', ['Conv'], rounded('Conv')],
  ['weights of products rounded down', ['MatMul'], rounded('MatMul')],
  ...(['up', 'down', 'half-away-from-zero'] as const).flatMap((rounding) =>
    moving.map(
      (op) =>
        [
          `codes of ${op} rescaled ${rounding}`,
          [op],
          wrong(
            [op],
            attrs(['Requantize'], () => ({ rounding })),
          ),
        ] as const,
    ),
  ),
  ...moving.map(
    (op) =>
      [
        `codes of ${op} a hundredth larger`,
        [op],
        wrong(
          [op],
          attrs(['Requantize'], (of) => ({ multipliers: list(of, 'multipliers').map((m) => Math.round(m * 1.01)) })),
        ),
      ] as const,
  ),
  [
    'the number of a border one more',
    ['Pad'],
    wrong(
      ['Pad'],
      attrs(['Pad'], (of) => (of['mode'] === 'constant' || of['mode'] === undefined ? { value: Number(of['value']) + 1 } : {})),
    ),
  ],
  [
    'a reflected border a constant one',
    ['Pad'],
    wrong(
      ['Pad'],
      attrs(['Pad'], () => ({ mode: 'constant' })),
    ),
  ],
  ...tables.map(
    (op) =>
      [
        `the table of ${op} empty`,
        [op],
        wrong(
          [op],
          elements((data) => data.map(() => 0)),
        ),
      ] as const,
  ),
  ...tables.map(
    (op) =>
      [
        `the table of ${op} upside down`,
        [op],
        wrong(
          [op],
          elements((data) => data.map((code) => -1 - code)),
        ),
      ] as const,
  ),
  [
    'Max computed as Min',
    ['Max'],
    wrong(
      ['Max'],
      nodes(({ op }) => (op === 'Max' ? { op: 'Min' } : {})),
    ),
  ],
  ...['Max', 'Min', 'Slice', 'Tile', 'Squeeze', 'Upsample', 'Gather'].map(
    (op) => [`the factor of ${op} halved`, [op], wrong([op], halved)] as const,
  ),
  [
    'Slice a place off',
    ['Slice'],
    wrong(
      ['Slice'],
      attrs(['Slice'], (of) => ({
        starts: list(of, 'starts').map((s, i) => s + (i === 1 ? 1 : 0)),
        ends: list(of, 'ends').map((e, i) => e + (i === 1 ? 1 : 0)),
      })),
    ),
  ],
  [
    'Upsample as Tile',
    ['Upsample'],
    wrong(
      ['Upsample'],
      nodes(({ op, attrs: of }) =>
        op === 'Upsample' ? { op: 'Tile', attrs: { repeats: [1, 1, Number(of['scale_h']), Number(of['scale_w'])] } } : {},
      ),
    ),
  ],
  [
    'dilations dropped',
    ['Conv'],
    wrong(
      ['Conv'],
      attrs(['QConv'], () => ({ dilations: [] })),
    ),
  ],
  [
    'pads of the other side',
    ['Conv'],
    wrong(
      ['Conv'],
      attrs(['QConv'], (of) => ({ pads: turned(list(of, 'pads')) })),
    ),
  ],
  [
    'strides of the other axis',
    ['Conv'],
    wrong(
      ['Conv'],
      attrs(['QConv'], (of) => ({ strides: [...list(of, 'strides')].reverse() })),
    ),
  ],
  [
    'one spatial axis',
    ['Conv'],
    wrong(
      ['Conv'],
      when(({ attrs: of }) => list(of, 'strides').length === 1, halved),
    ),
  ],
  [
    'groups of channels',
    ['Conv'],
    wrong(
      ['Conv'],
      when(({ attrs: of }) => of['group'] === 2, halved),
    ),
  ],
  [
    'two samples',
    ['Conv'],
    wrong(
      ['Conv'],
      when((node, context) => shape(node, context, 0)[0]! > 1, halved),
    ),
  ],
  [
    'a turned left operand',
    ['MatMul'],
    wrong(
      ['MatMul'],
      when(({ attrs: of }) => of['transA'] === true, halved),
    ),
  ],
  [
    'the bias of two computed operands',
    ['MatMul'],
    wrong(
      ['MatMul'],
      when(
        (node, context) => !isConstant(node, context, 1),
        nodes(({ op, inputs }) => (op === 'QMatMul' ? { inputs: inputs.slice(0, 2) } : {})),
      ),
    ),
  ],
  ...['Add', 'Sub', 'Mul'].flatMap((op): readonly (readonly [string, readonly string[], Backend])[] => [
    [
      `${op} of operands that are broadcast`,
      [op],
      wrong(
        [op],
        when((node, context) => !isConstant(node, context, 1) && shape(node, context, 0).join() !== shape(node, context, 1).join(), halved),
      ),
    ],
    [
      `${op} of a constant tensor`,
      [op],
      wrong(
        [op],
        when((node, context) => isConstant(node, context, 1), halved),
      ),
    ],
    [
      `${op} of a constant on the left`,
      [op],
      wrong(
        [op],
        when((node, context) => isConstant(node, context, 0), halved),
      ),
    ],
    [
      `${op} of one operand twice`,
      [op],
      wrong(
        [op],
        when(({ inputs }) => inputs[0] === inputs[1], halved),
      ),
    ],
  ]),
  [
    'a constant operand of Concat empty',
    ['Concat'],
    wrong(
      ['Concat'],
      elements((data) => data.map(() => 0)),
    ),
  ],
  [
    'MaxPool with pads of one place',
    ['MaxPool'],
    wrong(
      ['MaxPool'],
      when(
        ({ attrs: of }) => list(of, 'pads').some(Boolean),
        attrs(['MaxPool'], (of) => ({ kernel_shape: list(of, 'kernel_shape').map(() => 1) })),
      ),
    ),
  ],
  ...['Concat', 'MaxPool'].map(
    (op) =>
      [
        `a ReLU behind ${op} dropped`,
        [op],
        wrong(
          [op],
          attrs(['Requantize'], () => ({ relu: false })),
        ),
      ] as const,
  ),
  [
    'Sigmoid in floats as Tanh',
    ['Sigmoid'],
    wrong(
      ['Sigmoid'],
      nodes(() => ({ op: 'Tanh' })),
      'float',
    ),
  ],
  [
    'the bias of MatMul in floats',
    ['MatMul'],
    wrong(
      ['MatMul'],
      nodes(({ inputs }) => ({ inputs: inputs.slice(0, 2) })),
      'float',
    ),
  ],
  ...['Conv', 'MatMul'].map((op) => {
    const everyFourth = (all: readonly number[]): readonly number[] => all.map((_, i) => all[i % 4]!)
    const change = attrs([`Q${op}`], (of) => ({
      multipliers: everyFourth(list(of, 'multipliers')),
      shifts: everyFourth(list(of, 'shifts')),
    }))
    return [`factors of ${op} that repeat every four channels`, [op], wrong([op], change)] as const
  }),
  [
    'multipliers wider than the scheme has',
    ['Conv'],
    wrong(
      ['Conv'],
      attrs(['QConv'], (of) => ({ multipliers: list(of, 'multipliers').map((m) => m * 2), shifts: list(of, 'shifts').map((s) => s + 1) })),
    ),
  ],
]
