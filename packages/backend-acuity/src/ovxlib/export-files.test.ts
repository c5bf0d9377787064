import { describe, expect, it } from 'vitest'
import { goldenRanges, rowsOf, small, typed } from '../../test/typed-network.ts'
import { cFloat, cName, cText, functionName } from './c-names.ts'
import { exportFiles } from './export-files.ts'
import { ovxGraphOf } from './ovx-graph-of.ts'

describe('words of C', () => {
  it('are names, texts and floats with all their digits', () => {
    expect([cName('yolov5s-v2.1'), cName('3d'), cName(''), functionName('net')]).toEqual(['yolov5s_v2_1', '_3d', 'network', 'Net'])
    expect([cText('a"b\\c'), cText('größe'), cText('a??/b')]).toEqual(['"a\\"b\\\\c"', '"gr??e"'.replace('??', '?\\?'), '"a?\\?/b"'])
    expect([0.1, 6, 1e-9, Infinity, -Infinity, NaN].map(cFloat)).toEqual([
      ...['0.10000000149011612f', '6.0f', '9.999999717180685e-10f'],
      ...['3.402823466e+38f', '-3.402823466e+38f', '(0.0f / 0.0f)'],
    ])
  })
})

describe('the project', () => {
  const numbers = new Map([['x_6', { mean: [127.5], scale: [0.5] }]])
  const files = exportFiles(ovxGraphOf({ ...typed(small, 'PCQ', rowsOf(goldenRanges)), graph: { ...small, name: 'small' } }), {
    prefix: 'net',
    numbers,
  })
  const text = (name: string) => String(files.get(name))

  it('has the files of the toolkit', () => {
    expect([...files.keys()].sort()).toEqual([
      ...['BUILD', 'main.c', 'makefile.linux', 'net.export.data', 'vnn_global.h', 'vnn_post_process.c', 'vnn_post_process.h'],
      ...['vnn_pre_process.c', 'vnn_pre_process.h', 'vnn_small.c', 'vnn_small.h'],
    ])
  })

  // The order of calls of spec/acuity.md 6.2.
  it('builds the graph in the order of the library', () => {
    const source = text('vnn_small.c')
    const create = source.slice(source.indexOf('vsi_nn_graph_t *vnn_CreateSmall'))
    const calls = [
      'vsi_nn_CreateContext',
      'vsi_nn_CreateGraph',
      'vsi_nn_SetGraphVersion',
      'vsi_nn_SetGraphInputs',
      'vsi_nn_SetGraphOutputs',
    ]
    const places = [...calls, 'add_nodes(', 'add_tensors(', 'wire(', 'vsi_nn_SetupGraph'].map((call) => create.indexOf(call))
    expect(places.every((place) => place > 0)).toBe(true)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  it('says what stands in its data file, and scales of channels', () => {
    const source = text('vnn_small.c')
    expect(source).toContain('#define NODES 5\n#define TENSORS 10\n#define INPUTS 1\n#define OUTPUTS 1\n')
    // 2 biases of 32 bits, then 2 weights.
    expect(source).toContain('file, 0L, 8)')
    expect(source).toContain('file, 8L, 2)')
    expect(source).toMatch(/static const float scales_\d+\[\] = \{0\.003937007859349251f, 0\.007874015718698502f\};/)
    expect(source).toContain('node[1]->nn_param.relun.clamp_top = 6.0f;')
  })

  it('takes means off what is fed, and multiplies then', () => {
    expect(text('vnn_pre_process.c')).toContain('static const float means_0[] = {127.5f};\nstatic const float factors_0[] = {0.5f};\n')
    expect(text('vnn_pre_process.c')).toContain(`{"x_6", 4, 'b', 0.007751225493848324f, 1, 4, 1, means_0, factors_0},`)
    expect(text('vnn_post_process.c')).toContain(`{"z_1", 3, 'b', 0.021901961416006088f, 3, `)
  })
})
