import { describe, expect, it } from 'vitest'
import { lineModule } from '../test/vendor-line.ts'
import { vendorTopLines } from '../test/vendor-top-lines.ts'
import { vendorTpuLines } from '../test/vendor-tpu-lines.ts'
import { countFlops, readTop, readTpu, writeTop, writeTpu } from './index.ts'

const options = { weightFile: 'w.npz', allowMissingWeights: true }

describe('operations as the vendor prints them', () => {
  it.each(vendorTopLines)('%s', (line) => {
    const text = lineModule(line, 'top')
    const graph = readTop(text)
    expect(writeTop(graph, options).text).toBe(text.replace('FLOPs = 0', `FLOPs = ${countFlops(graph)}`))
  })

  it.each(vendorTpuLines)('%s', (line) => {
    const text = lineModule(line, 'tpu')
    expect(writeTpu(readTpu(text), options).text).toBe(text)
  })
})

describe('an input with preprocessing', () => {
  const text = lineModule('"top.Relu"(x) {relu_limit = -1.000000e+00 : f64} : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>', 'top').replace(
    '{do_preprocess = true}',
    '{channel_format = "nchw", do_preprocess = true, keep_aspect_ratio = true, keep_ratio_mode = "letterbox", mean = [0.000000e+00, 1.250000e-01, 5.000000e-01], pad_type = "center", pad_value = 7 : i64, pixel_format = "rgb", resize_dims = [4, 5], scale = [0.0039220000617206097], yuv_type = ""}',
  )

  it('says how samples become the input, and is written as it was read', () => {
    const graph = readTop(text)
    expect(graph.inputs[0]!.preprocess).toEqual({
      pixelFormat: 'rgb',
      channelFormat: 'nchw',
      resizeDims: [4, 5],
      keepAspectRatio: true,
      keepRatioMode: 'letterbox',
      padValue: 7,
      padType: 'center',
      mean: [0, 0.125, 0.5],
      scale: [0.0039220000617206097],
      yuvType: '',
    })
    expect(writeTop(graph, options).text).toBe(text.replace('FLOPs = 0', 'FLOPs = 48'))
  })

  it('has the format’s defaults where it does not say, and none where it says nothing', () => {
    const some = text.replace(/\{channel_format[^}]*\}/, '{do_preprocess = true, pad_value = 9 : i64}')
    expect(readTop(some).inputs[0]!.preprocess).toMatchObject({ padValue: 9, pixelFormat: 'bgr', mean: [], keepAspectRatio: false })
    expect(readTop(text.replace(/\{channel_format[^}]*\}/, '{do_preprocess = true}')).inputs[0]!.preprocess).toBeUndefined()
  })

  it('that is fused into the chip’s program is refused', () => {
    const fused = text.replace('do_preprocess', 'customization_format = "RGB_PLANAR", do_preprocess')
    expect(() => readTop(fused)).toThrowError(
      expect.objectContaining({ code: 'MLIR_UNSUPPORTED_ATTRIBUTE', found: 'customization_format = "RGB_PLANAR"' }),
    )
  })
})

describe('what a graph does not hold', () => {
  const slice =
    '"tpu.Slice"(x, none, none, none, none) {axes = [], ends = [1, 64, 8, 2147482624], hasparamConvert_axes = [3], offset = [0, 0, 0, 0], steps = [1, 1, 1, 2]} : (tensor<1x64x8x8xf32>, none, none, none, none) -> tensor<1x64x8x4xf32>'

  it('an end far behind the end is written as the end, and as it was where the text is at hand', () => {
    const text = lineModule(slice, 'tpu')
    expect(writeTpu(readTpu(text), options).text).toBe(text.replace('2147482624', '8'))
    expect(writeTpu(readTpu(text), { ...options, like: text }).text).toBe(text)
  })

  it('a text whose node says something else lends no spelling', () => {
    const text = lineModule(slice, 'tpu')
    const other = text
      .replace('steps = [1, 1, 1, 2]', 'steps = [1, 1, 2, 1]')
      .replace('hasparamConvert_axes = [3]', 'hasparamConvert_axes = [2]')
    expect(writeTpu(readTpu(text), { ...options, like: other }).text).toBe(text.replace('2147482624', '8'))
    const elsewhere = text.replace('loc("y")', 'loc("other")')
    expect(writeTpu(readTpu(text), { ...options, like: elsewhere }).text).toBe(text.replace('2147482624', '8'))
  })

  it('the axis of running sums as a tensor: the attribute says it', () => {
    const line = '"top.CumSum"(x, w) {axis = 1 : i64} : (tensor<1x12x20xf32>, tensor<1xf32>) -> tensor<1x12x20xf32>'
    const graph = readTop(lineModule(line, 'top'))
    expect(graph.nodes).toEqual([expect.objectContaining({ op: 'CumSum', inputs: ['x0'], attrs: { axis: 1 } })])
  })
})
