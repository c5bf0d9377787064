import type { PreprocessOptions } from '@q/data'
import { constantChannels, kindOfFile } from '@q/data'
import type { Graph, GraphInput, Preprocess } from '@q/ir'
import { valueOf } from '@q/ir'
import { countText } from '../console/count-text.ts'
import type { Reporter } from '../console/reporter.ts'

/** Prints what a float model is: layers, operators, inputs with their preprocessing, outputs. */
export function tellModel(graph: Graph, reporter: Reporter): void {
  const counts = new Map<string, number>()
  for (const { op } of graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1)
  const ops = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([op, count]) => `${op} ${count}`)
  reporter.print(`${graph.name}: ${countText(graph.nodes.length, 'layer')}: ${ops.join(', ')}`)
  tellInputs(graph, reporter)
  for (const name of graph.outputs) reporter.print(`output ${name}: ${shapeOf(graph, name)}`)
}

/** Prints each input in a line, with what is done to a picture before it becomes one, and warns where that leaves nothing of it. */
export function tellInputs(graph: Graph, reporter: Reporter): void {
  for (const input of graph.inputs) reporter.print(`input ${input.name}: ${shapeOf(graph, input.name)}${pictureText(graph, input)}`)
  warnOfConstant(graph, reporter)
}

/** Warns of channels that are the same for every picture. */
function warnOfConstant({ inputs }: Graph, reporter: Reporter): void {
  for (const { name, preprocess } of inputs) {
    const constant = preprocess === undefined ? [] : constantChannels(preprocess)
    if (preprocess === undefined || constant.length === 0) continue
    const channels = constant.length === 1 ? `channel ${constant[0]}` : `channels ${constant.join(', ')}`
    const numbers = (values: readonly number[]) => constant.map((channel) => values[channel - 1]).join(',')
    reporter.note(
      `warning: ${channels} of ${name} (${preprocess.pixelFormat}) become the same of every picture: mean ${numbers(preprocess.mean)}, scale ${numbers(preprocess.scale)} there; check --mean and --scale`,
    )
  }
}

/**
 * Warns of pictures that are fed as they are though nobody said so: a network that was trained on such is rare.
 *
 * @param files those that are fed
 * @param stated the preprocessing as the user gave it: who names a mean or scale, if only 0 or 1, knows what is fed
 */
export function warnOfUnscaled(graph: Graph, files: readonly string[], stated: PreprocessOptions, reporter: Reporter): void {
  if (stated.mean !== undefined || stated.scale !== undefined || !files.some((file) => kindOfFile(file) === 'image')) return
  for (const { name, preprocess } of graph.inputs) {
    if (preprocess === undefined || [...preprocess.mean, ...preprocess.scale.map((each) => each - 1)].some((each) => each !== 0)) continue
    reporter.note(
      `warning: pictures are fed to ${name} unscaled, ${preprocess.pixelFormat} from 0 to 255; most networks want --mean, --scale and --pixel_format (--scale 1,1,1 says that this one takes them so)`,
    )
  }
}

const shapeOf = (graph: Graph, name: string): string => {
  const { dtype, shape } = valueOf(graph, name).type
  return `${dtype} [${shape.join(', ')}]`
}

function pictureText(graph: Graph, { name, preprocess, sourceDtype }: GraphInput): string {
  if (preprocess !== undefined) return `; pictures: ${preprocessText(preprocess, valueOf(graph, name).type.shape)}`
  return sourceDtype === undefined ? '' : `, ${sourceDtype} in the file`
}

function preprocessText(preprocess: Preprocess, shape: readonly number[]): string {
  const { pixelFormat, channelFormat, resizeDims, keepAspectRatio, keepRatioMode, mean, scale, padValue, padType } = preprocess
  const size = channelFormat === 'nhwc' ? shape.slice(-3, -1) : shape.slice(-2)
  const ratio = keepAspectRatio
    ? ` keeping the ratio (${keepRatioMode}${keepRatioMode === 'letterbox' ? `, border ${padValue}, ${padType}` : ''})`
    : ''
  const crop = resizeDims.join() === size.join() ? '' : `, cut to ${size.join('x')}`
  const numbers = (values: readonly number[]) => values.map((each) => Number(each.toPrecision(7))).join(',')
  return `${pixelFormat} ${channelFormat}, resized to ${resizeDims.join('x')}${ratio}${crop}, mean ${numbers(mean)}, scale ${numbers(scale)}`
}
