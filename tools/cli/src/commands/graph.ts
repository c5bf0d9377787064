import type { Graph, Plan, Target } from '@q/ir'
import type { Context } from '../context.ts'
import { dotText } from '../graph/dot-text.ts'
import { type LayerRow, layerRows, rowLines } from '../graph/layer-rows.ts'
import { svgText } from '../graph/svg-text.ts'
import { parseNames, parseShapes } from '../options/parse.ts'
import { countLayers } from '../pipeline/count-layers.ts'
import { findFloatLayers } from '../pipeline/float-layers.ts'
import { readCalibrationTable, readPlan } from '../pipeline/read-tables.ts'
import { chipNames } from '../wiring/backends.ts'
import { readModel } from '../wiring/read-model.ts'
import type { DefineCommand } from './command.ts'
import { addChipOptions, chipOf, subcommand } from './command.ts'
import { addFloatLayerOptions, type FloatLayerOptions, floatLayerChoice, noteFloatLayerOptions } from './float-layer-options.ts'
import { addVendorSearchOptions, floatModeOf } from './search-options.ts'

/** `graph`: the layers of a model as a table or a drawing, those in float marked. */
export const defineGraph: DefineCommand = (program, start) => {
  const command = subcommand(program, 'graph', 'show the layers of a model as a table, or draw them; those that stay in float are marked')
    .argument('<model>', 'the float model: .onnx, Top .mlir')
    .option('--quantize_table <table>', 'modes of single layers: a file, or name:mode,name:mode; what patterns find when absent')
    .option('--calibration_table <file>', 'ranges of the layers')
    .option('--dot <file>', 'write the graph for Graphviz')
    .option('--svg <file>', 'draw the graph')
    .option('--input_shapes <shapes>', 'fix the input shapes of an ONNX model, like [[1,3,224,224]]', parseShapes)
    .option('--output_names <names>', 'cut an ONNX model at these tensors', parseNames)
    .option('--weights <file>', 'weight file, in place of the one the model names')
  addVendorSearchOptions(addFloatLayerOptions(command), ['fp_type'])
  addChipOptions(command, { required: false, purpose: 'whose modes there are' })
  command.action((model: string, options) =>
    start(async (context) => {
      const { files, reporter } = context
      const outputs: readonly string[] = [options.dot, options.svg].filter((each) => each !== undefined)
      await files.claim(outputs)
      const { target } = (await chipOf({ ...options, processor: options.processor ?? chipNames()[0]! }, context)).backend
      const graph = await readModel(model, {
        files,
        ...(options.weights === undefined ? {} : { weights: options.weights }),
        ...(options.input_shapes === undefined ? {} : { inputShapes: options.input_shapes }),
        ...(options.output_names === undefined ? {} : { outputNames: options.output_names }),
      })
      const plan = await planOf(graph, target, options, context)
      const table =
        options.calibration_table === undefined ? undefined : await readCalibrationTable(options.calibration_table, graph, context)
      const isFloat = (mode: string): boolean => target.schemes[mode]?.kind === 'float'
      const rows = layerRows(graph, { plan, isFloat, ...(table === undefined ? {} : { table }) })
      await files.write(await drawings(graph.name, rows, options))
      for (const line of outputs.length === 0 ? rowLines(rows) : []) reporter.print(line)
      const inFloat = countLayers(
        rows.filter((row) => row.isFloat).map(({ layer }) => layer),
        graph,
      )
      reporter.print(`${[...(outputs.length === 0 ? [] : [outputs.join(', ')]), inFloat].join(': ')} in float`)
      reporter.event('graph', { model, layers: rows })
      return undefined
    }),
  )
}

interface PlanOptions extends FloatLayerOptions {
  readonly quantize_table?: string
  readonly fp_type: string
}

async function planOf(graph: Graph, target: Target, options: PlanOptions, context: Context): Promise<Plan> {
  // Read even where the table decides: a file that is named is checked, and no output takes its place.
  const choice = await floatLayerChoice(options, context)
  if (options.quantize_table !== undefined) {
    noteFloatLayerOptions(options, '--quantize_table says the modes', context)
    return readPlan(options.quantize_table, graph, target, context)
  }
  const { plan, line } = findFloatLayers(graph, choice, target, floatModeOf(options.fp_type, target))
  context.reporter.print(line)
  return plan
}

async function drawings(
  name: string,
  rows: readonly LayerRow[],
  { dot, svg }: { readonly dot?: string; readonly svg?: string },
): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ...(dot === undefined ? [] : [[dot, dotText(name, rows)] as const]),
    ...(svg === undefined ? [] : [[svg, await svgText(name, rows)] as const]),
  ])
}
