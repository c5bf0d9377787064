import { describe, expect, it } from 'vitest'
import { inEmptyFolder, mustRun, q, shared, sharedFile } from './run-command.ts'

inEmptyFolder()

const network = 'mobilenet_v2_tv_rec'
const preprocess = [
  '--resize_dims',
  '256,256',
  '--pixel_format',
  'rgb',
  '--mean',
  '123.675,116.28,103.53',
  '--scale',
  '0.0171,0.0175,0.0174',
]
const target = ['--expected_cos', '0.999', '--chip', 'bm1684x', '--input_num', '10', '--json']

/** What the evaluator of a search counted. */
interface Counts {
  readonly nodeExecutions: number
  readonly referenceExecutions: number
  readonly wholeExecutions: number
}

/** Runs a search, whose target may be missed. */
async function countsOf(...args: readonly string[]): Promise<Counts> {
  const { code, out, err } = await q(...args, ...target)
  expect([0, 4], err).toContain(code)
  return JSON.parse(out.split('\n').find((line) => line.startsWith('{"event":"evaluated"'))!) as Counts
}

const executed = ({ nodeExecutions, referenceExecutions }: Counts) => nodeExecutions + referenceExecutions

describe.skipIf(shared === undefined)(
  'nodes executed by searches of MobileNetV2, of what running every trial of search_qtable whole takes',
  () => {
    it('are three fifths for search_qtable, and a sixteenth for race', { timeout: 600_000 }, async () => {
      await mustRun(
        'model_transform',
        ...['--model_name', network, '--model_def', sharedFile(`models/${network}.onnx`), ...preprocess, '--mlir', `${network}.mlir`],
      )
      const images = sharedFile('images/ILSVRC2012')
      const vendors = ['--search', 'search_qtable', '--quantize_method_list', 'KL,MSE', '--quantize_table', 'qtable', '-o', 'table']
      const exact = await countsOf('run_calibration', `${network}.mlir`, '--dataset', images, '--inference_num', '2', ...vendors)
      const raced = await countsOf('search', `${network}.mlir`, '--data', images, '--inference_num', '30')
      expect(executed(exact) / exact.wholeExecutions).toBeLessThan(0.6)
      // Trials of search_qtable are the same on every sample.
      expect(executed(raced) / (15 * exact.wholeExecutions)).toBeLessThan(0.065)
    })
  },
)
