import { readFileSync, writeFileSync } from 'node:fs'
import { parseModel, parseQuantizeTable } from '@q/backend-acuity'
import { beforeEach, describe, expect, it } from 'vitest'
import { digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'

inEmptyFolder()
beforeEach(prepareDigits)

const meta = ['--with-input-meta', 'd.yml']
const network = ['--model', 'd.json', '--model-data', 'd.data']
/** Runs the quantized network of a model file. */
const inference = (model: string) => [
  ...['inference', '--model', model, '--model-data', 'd.data', ...meta],
  ...['--dtype', 'quantized', '--model-quantize', 'd.quantize'],
]
const pegasus = (...args: readonly string[]) => q('pegasus', ...args)
const must = (...args: readonly string[]) => mustRun('pegasus', ...args)
const tableOf = (file: string) => parseQuantizeTable(readFileSync(file, 'utf8'), file).table
const layersOf = (file: string) => parseModel(readFileSync(file, 'utf8'), file).layers

async function imported(): Promise<void> {
  await must('import', 'onnx', '--model', digits.model, '--output-data', 'd.data', '--output-model', 'd.json')
  await must('generate', 'inputmeta', '--model', 'd.json', '--input-meta-output', 'd.yml', '--channel-mean-value', '0 0 0 0.00390625')
  writeFileSync('dataset.txt', `${digits.picture}\n`)
}

/** Lists a layer, as the manual prints lists: not moved in. */
function list(file: string, entries: Readonly<Record<string, string>>): void {
  const lines = Object.entries(entries).map(([lid, word]) => `${lid}: ${word}\n`)
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(/customized_quantize_layers:[^]*$/, `customized_quantize_layers:\n${lines.join('')}`),
  )
}

const lidOf = (op: string): string => [...layersOf('d.json')].find(([, layer]) => layer.op === op)![0]

describe('the flow of the manual', () => {
  beforeEach(imported)

  it.each([
    ['asymmetric_affine', 'uint8', 'asymmetric_affine', 'u8'],
    ['perchannel_symmetric_affine', 'int8', 'asymmetric_affine', 'i8'],
    ['symmetric_affine', 'int8', 'symmetric_affine', 'i8'],
    ['dynamic_fixed_point', 'int8', 'dynamic_fixed_point', 'i8'],
    ['dynamic_fixed_point', 'int16', 'dynamic_fixed_point', 'i16'],
    ['bfloat16', 'bfloat16', 'bfloat16', 'bfloat16'],
    ['qbfloat16', 'qbfloat16', 'qbfloat16', 'qbfloat16'],
  ])('%s %s: a table, and a network that is near the float one', async (quantizer, qtype, scheme, stored) => {
    const types = ['--quantizer', quantizer, '--qtype', qtype]
    await must('quantize', ...network, ...meta, '--rebuild-all', '--model-quantize', 'd.quantize', ...types)
    const entry = tableOf('d.quantize').entries.get(`@${lidOf('fullconnect')}:out0`)
    expect(entry).toMatchObject({ quantizer: scheme, qtype: stored })
    await must('inference', ...network, ...meta, '--dtype', 'float32', '--output-dir', '.')
    const file = `iter_0_${[...layersOf('d.json').keys()][0]!.replace('/', '_')}_out0_1_10.tensor`
    const float = readFileSync(file, 'utf8')
    await must('inference', ...network, ...meta, '--dtype', 'quantized', '--model-quantize', 'd.quantize')
    writeFileSync('float.tensor', float)
    const { out } = await must('compute_tensor_similarity', 'float.tensor', file)
    expect(Number(/cos_similarity (\S+)/.exec(out)![1])).toBeGreaterThan(0.99)
  })

  it('a listed layer gets its type, converters stand on its edges, and the model file has them', async () => {
    const types = ['--quantizer', 'perchannel_symmetric_affine', '--qtype', 'int8', '--model-quantize', 'd.quantize']
    await must('quantize', ...network, ...meta, '--rebuild', ...types)
    const pool = lidOf('pooling')
    list('d.quantize', { [pool]: 'dynamic_fixed_point-i16' })
    const { out } = await must('quantize', ...network, ...meta, '--hybrid', ...types)
    const wide = 'dynamic_fixed_point-i16'
    expect(out).toMatch(new RegExp(`${pool} +${wide} +${wide} +- +${wide} +1 / 0 +0\\.9999`))
    expect(out).toMatch(new RegExp(`Flatten_\\d+ +\\(follows\\) +${wide} +- +${wide} +0 / 1`))
    const { entries, customized } = tableOf('d.quantize')
    expect([...customized]).toEqual([[pool, 'dynamic_fixed_point-i16']])
    expect(entries.get(`@${pool}:out0`)).toMatchObject({ quantizer: 'dynamic_fixed_point', qtype: 'i16' })
    const layers = layersOf('d.quantize.json')
    const converters = [...layers].filter(([, { op }]) => op === 'dtype_converter').map(([lid]) => lid)
    expect(converters.map((lid) => lid.replace(/_\d+$/, ''))).toEqual([
      expect.stringContaining('_next_dynamic_fixed_pointi16_to_asymmetric_affinei8'),
      `${pool}_pre_asymmetric_affinei8_to_dynamic_fixed_pointi16`,
    ])
    for (const lid of converters) expect(entries.has(`@${lid}:out0`)).toBe(true)
    expect(layers.get(pool)!.inputs).toEqual([`@${converters[1]!}:out0`])
    const before = await must(...inference('d.json'))
    expect(before.err).toContain('MODEL_NOT_HYBRID')
    const behind = await must(...inference('d.quantize.json'))
    expect(behind.err).not.toContain('MODEL_NOT_HYBRID')
    expect(behind.out).toBe(before.out)
  })

  it.each(['float16', 'float32', 'bfloat16', 'dynamic_fixed_point-i8'])(
    'a layer listed as %s stays so when the table is read',
    async (word) => {
      const types = ['--quantizer', 'asymmetric_affine', '--qtype', 'uint8', '--model-quantize', 'd.quantize']
      await must('quantize', ...network, ...meta, '--rebuild', ...types)
      list('d.quantize', { [lidOf('fullconnect')]: word })
      const { out } = await must('quantize', ...network, ...meta, '--hybrid', ...types)
      expect(out).toContain('1 converters')
      expect((await must(...inference('d.quantize.json'))).err).not.toContain('CUSTOMIZED_NOT_APPLIED')
    },
  )

  it('a listed reshape keeps the type of what it reads, which is told once, and where the remedy helps', async () => {
    const types = ['--quantizer', 'perchannel_symmetric_affine', '--qtype', 'int8', '--model-quantize', 'd.quantize']
    await must('quantize', ...network, ...meta, '--rebuild', ...types)
    const lid = lidOf('reshape')
    list('d.quantize', { [lid]: 'dynamic_fixed_point-i16' })
    const { err } = await must('quantize', ...network, ...meta, '--hybrid', ...types)
    expect(err).toContain(`CUSTOMIZED_FOLLOWS: ${lid} is listed as dynamic_fixed_point-i16 and stays asymmetric_affine-i8`)
    expect((await must(...inference('d.quantize.json'))).err).not.toContain('CUSTOMIZED_NOT_APPLIED')
  })

  it.each([
    ['max_value: .*', 'max_value: -99.0', 'QUANTIZE_TABLE', '-99, below min_value'],
    ['min_value: .*\\n *', '', 'RANGE_MISSING', 'd.quantize has no range for it'],
    ['# q mode: .*', '# q mode: UINT9', 'ACUITY_TABLE', 'd.quantize > the mode line'],
  ])('a table that is damaged is refused, with its file: %s is %s', async (pattern, replacement, code, told) => {
    await must('quantize', ...network, ...meta, '--rebuild', '--model-quantize', 'd.quantize')
    writeFileSync('d.quantize', readFileSync('d.quantize', 'utf8').replaceAll(new RegExp(pattern, 'g'), replacement))
    const { code: exit, err } = await pegasus(...inference('d.json'))
    expect([exit, err]).toEqual([3, expect.stringContaining(code)])
    expect(err).toContain(told)
  })

  it('a model file that was changed by hand is refused: what is computed is what the other file says', async () => {
    writeFileSync('d.json', readFileSync('d.json', 'utf8').replace('"op": "pooling"', '"op": "reducemax"'))
    const { code, err } = await pegasus('inference', ...network, ...meta, '--dtype', 'float32')
    expect([code, err]).toEqual([3, expect.stringMatching(/^ACUITY_MODEL: a layer of d\.json was changed[^]*found: +reducemax/)])
  })

  it('--compute-entropy writes entropies and proposes layers; a table that is replaced leaves its list', async () => {
    const types = ['--model-quantize', 'd.quantize']
    await must('quantize', ...network, ...meta, '--rebuild', ...types, '--compute-entropy', '--batch-size', '1', '--entropy-cut', '0.01')
    expect(readFileSync('entropy.txt', 'utf8')).toMatch(/^@.+:out0, 0\.\d+\n/)
    const { size } = tableOf('d.quantize').customized
    expect(size).toBeGreaterThan(2)
    const { err } = await must('quantize', ...network, ...meta, '--rebuild', ...types)
    expect(err).toContain(`${size} layers of customized_quantize_layers are taken over`)
    expect(tableOf('d.quantize').customized.size).toBe(size)
  })

  it('options run as the printed manual breaks them at their hyphens', async () => {
    const { out } = await must(
      ...['quantize', ...network, '--', 'batch-size', '1', '--device', 'CPU', '--withinput-meta', 'd.yml', '--rebuild'],
      ...['--model-quantize', 'd.quantize', '--quantizer', 'perchannel_symmetric_affine', '--qtype', 'int8'],
    )
    expect(out).toContain('d.quantize: perchannel_symmetric_affine int8')
    const flags = ['--batch-size', '1', '--save-fused-graph', '--targetide-project', 'linux64', '--output-path', 'ovx/d']
    await must(
      'export',
      'ovxlib',
      ...network,
      '--dtype',
      'quantized',
      '--model-quantize',
      'd.quantize',
      '--withinput-meta',
      'd.yml',
      ...flags,
    )
  })

  it.each([
    [['--entropy-cut', '0.01'], 'kl_divergence and entropies'],
    [['--MLE', '--cosine-cut', '1.1'], 'single errors'],
  ])('--algorithm auto %s: ranges, and layers that are proposed by %s', async (more) => {
    await must('quantize', ...network, ...meta, '--rebuild', '--model-quantize', 'd.quantize', '--algorithm', 'auto', ...more)
    const { customized, head } = tableOf('d.quantize')
    expect(customized.size).toBeGreaterThan(2)
    expect(new Set(customized.values())).toEqual(new Set(['dynamic_fixed_point-i16']))
    expect(head.join('\n')).toContain('ranges: auto')
  })

  it('an nbg_meta.json says what a board is fed with, and what it makes', async () => {
    const [output, { inputs }] = [...layersOf('d.json')].find(([, { op }]) => op === 'output')!
    const input = lidOf('input')
    const port = (shape: readonly number[], quantize: object) => ({
      name: 'x',
      shape,
      format: 'nchw',
      quantizer: 'asymmetric_affine',
      quantize,
    })
    const ofInput = port([1, 3, 32, 32], { qtype: 'u8', min_value: 0, max_value: 0.99609375, scale: 0.00390625, zero_point: 0 })
    const ofOutput = port([1, 10], { qtype: 'i8', min_value: -64, max_value: 63.5, scale: 0.5, zero_point: 0 })
    const write = (Inputs: object) => writeFileSync('nbg_meta.json', JSON.stringify({ Inputs, Outputs: { [output]: ofOutput } }))
    write({ [input]: ofInput })
    const board = ['--nbg-meta', 'nbg_meta.json']
    await must('inference', ...network, ...meta, '--dtype', 'float32', ...board)
    const codes = readFileSync(`iter_0_${input}_out0_1_3_32_32.qnt.tensor`, 'utf8').trim().split('\n').map(Number)
    const fed = readFileSync(`iter_0_${input}_out0_1_3_32_32.tensor`, 'utf8').trim().split('\n').map(Number)
    // Pictures of bytes times 1/256: their codes are the bytes.
    expect(codes).toEqual(fed.map((x) => x * 256))
    writeFileSync(
      'board.dat',
      Int8Array.from({ length: 10 }, (_, i) => i - 5),
    )
    writeFileSync('wanted.tensor', Array.from({ length: 10 }, (_, i) => (i - 5) / 2).join('\n'))
    const { out } = await must('compute_tensor_similarity', 'wanted.tensor', 'board.dat', ...board, '--port', output)
    expect(out).toContain('euclidean_distance 0\n')
    expect((await pegasus('compute_tensor_similarity', 'wanted.tensor', 'board.dat', ...board, '--port', input)).err).toMatch(
      /^NBG_DATA: /m,
    )
    expect((await pegasus('compute_tensor_similarity', 'wanted.tensor', 'board.dat', ...board, '--port', inputs[0]!)).err).toMatch(
      /^NBG_PORT: /m,
    )
    write({})
    expect((await pegasus('inference', ...network, ...meta, ...board)).err).toMatch(/^NBG_META: /m)
  })

  it('measure counts products, dump writes what every layer makes', async () => {
    const { out } = await must('measure', '--model', 'd.json')
    expect(out).toMatch(/total: \d+ multiply-accumulates/)
    const dumped = await must('dump', ...network, ...meta, '--dtype', 'float32')
    expect(dumped.out).toMatch(/_out0_nchw_[\d_]+\.tensor/)
  })
})

describe('what is wrong is told', () => {
  beforeEach(imported)
  const types = ['--quantizer', 'perchannel_symmetric_affine', '--qtype', 'int8', '--model-quantize', 'd.quantize']
  const rebuild = () => must('quantize', ...network, ...meta, '--rebuild', ...types)

  it('a table that was made otherwise is not used in silence', async () => {
    await rebuild()
    const same = await must('quantize', ...network, ...meta, ...types)
    expect(same.err).toContain('left as it is')
    const other = await pegasus('quantize', ...network, ...meta, '--model-quantize', 'd.quantize', '--quantizer', 'asymmetric_affine')
    expect([other.code, other.err]).toEqual([
      3,
      expect.stringMatching(/^TABLE_KEPT: .*\n.*\n {2}found: {2}perchannel_symmetric_affine int8.*\n.*\n.*--rebuild/),
    ])
  })

  it('layers that there are not, and types that there are not', async () => {
    await rebuild()
    list('d.quantize', { [`${lidOf('pooling')}1`]: 'dynamic_fixed_point-i16' })
    const unknown = await pegasus('quantize', ...network, ...meta, '--hybrid', ...types)
    expect([unknown.code, unknown.err]).toEqual([3, expect.stringContaining(`did you mean ${lidOf('pooling')}`)])
    list('d.quantize', { [lidOf('pooling')]: 'dynamic_fixed_point-i12' })
    expect((await pegasus('quantize', ...network, ...meta, '--hybrid', ...types)).err).toMatch(/CUSTOMIZED_TYPE_UNKNOWN/)
    list('d.quantize', { [lidOf('pooling')]: 'bfloat16', [lidOf('fullconnect')]: 'dynamic_fixed_point-i16' })
    expect((await pegasus('quantize', ...network, ...meta, '--hybrid', ...types)).err).toMatch(/^ACUITY_TYPES: /m)
  })

  it('a list that was not applied, scales that do not follow from ranges, a table of another network', async () => {
    await rebuild()
    const run = () => pegasus('inference', ...network, ...meta, '--dtype', 'quantized', '--model-quantize', 'd.quantize')
    list('d.quantize', { [lidOf('pooling')]: 'dynamic_fixed_point-i16' })
    expect((await run()).err).toContain('CUSTOMIZED_NOT_APPLIED')
    const text = readFileSync('d.quantize', 'utf8')
    writeFileSync('d.quantize', text.replaceAll(/max_value: .*/g, 'max_value: 99.5'))
    expect((await run()).err).toMatch(/^TABLE_SCALES: /m)
    // The output and the layer that makes it are one tensor.
    writeFileSync('d.quantize', text.replace(/(@attach_[^]*?min_value: ).*/, '$1-77.5'))
    expect((await run()).err).toMatch(/^TABLE_SCALES: .*another range/m)
    writeFileSync('d.quantize', text.replace(/^# q network: .*/m, '# q network: 00'))
    expect((await run()).err).toMatch(/^TABLE_STALE: /m)
    writeFileSync('d.quantize', '')
    expect((await run()).err).toMatch(/^TABLE_EMPTY: /m)
  })

  it('options that exclude each other, pairs that there are not, a table that is missing', async () => {
    const quantize = (...more: readonly string[]) => pegasus('quantize', ...network, ...meta, ...more)
    expect((await quantize('--rebuild', '--hybrid')).err).toMatch(/^OPTION_CONFLICT: /)
    expect((await quantize('--rebuild', '--rebuild-all')).err).toMatch(/^OPTION_CONFLICT: [^]*found: {2}--rebuild, --rebuild-all$/m)
    const bins = ['--algorithm', 'kl_divergence', '--divergence-nbins', '2048', '--divergence-first-quantize-bits', '12']
    expect((await quantize('--rebuild', ...bins)).err).toMatch(/^OPTION_CONFLICT: [^]*2048 and 2\^12/)
    for (const [option, value] of Object.entries({ 'divergence-nbins': '1000', 'moving-average-weight': '2', device: 'TPU' }))
      expect((await quantize('--rebuild', `--${option}`, value)).err).toMatch(/^OPTION_VALUE: /)
    expect((await quantize('--rebuild', '--divergence-nbins', '64', '--model-quantize', 'other.quantize')).err).toContain(
      '--divergence-nbins has no effect without --algorithm kl_divergence',
    )
    const run = (...more: readonly string[]) => pegasus('inference', ...network, ...meta, ...more)
    expect((await run('--postprocess', 'nonsense')).err).toMatch(/^OPTION_VALUE: /)
    expect((await run('--postprocess', 'dump_result')).err).not.toMatch(/^ *\d+: /m)
    expect((await pegasus('dump', ...network, ...meta, '--format', 'nhwc')).err).toMatch(/^OPTION_VALUE: /)
    expect((await pegasus('measure', '--model', 'nothing.json')).err).toContain('cannot read nothing.json')
    const sized = await pegasus(
      'import',
      'onnx',
      '--model',
      digits.model,
      '--output-model',
      'a.json',
      '--output-data',
      'a.data',
      '--input-size-list',
      '5,9,9',
    )
    expect(sized.err).toContain('--input-size-list 5,9,9')
    writeFileSync('a.tensor', '1\n2\n')
    writeFileSync('b.tensor', '1\nnan\n')
    expect((await pegasus('compute_tensor_similarity', 'a.tensor', 'b.tensor')).code).toBe(3)
    expect((await quantize('--rebuild', '--quantizer', 'dynamic_fixed_point')).err).toMatch(/^ACUITY_QUANTIZER: [^]*int8 or int16/)
    expect((await quantize('--hybrid')).err).toMatch(/^TABLE_MISSING: /)
    expect((await quantize('--rebuild', '--quantizer', 'qbfloat16', '--qtype', 'qbfloat16')).err).toMatch(/^REBUILD_ALL: /)
    writeFileSync('d.yml', readFileSync('d.yml', 'utf8').replace(/- 0\.00390625/g, '- 1.0'))
    expect((await quantize('--rebuild')).err).toContain('INPUT_META_UNTOUCHED')
  })
})
