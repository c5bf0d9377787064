import { QError } from '@q/ir'
import type { YamlMap, YamlNode, YamlText } from './yaml-text.ts'
import { parseYamlText, printYamlText, valueAt } from './yaml-text.ts'

/** What is fed to one input of the network (spec/acuity.md 3.3). */
export interface InputPort {
  /** The input's key in the model file. */
  readonly lid: string
  /** `image`: files are pictures; `frequency`, `undefined`: numbers. */
  readonly category: string
  /** Element type of what is fed. */
  readonly dtype: string
  readonly layout: string
  /** With the batch. */
  readonly shape: readonly number[]
  /** How a picture is resized: `scale` keeps its sides' ratio, `fill` does not. */
  readonly fitting: string
  /** Whether the channels are fed in the order blue, green, red. */
  readonly reverseChannel: boolean
  /** Subtracted, by channel. */
  readonly mean: readonly number[]
  /** Multiplied then: one number, or one for each channel. */
  readonly scale: readonly number[]
}

/** A list of samples, and the inputs that they are for. */
export interface InputDatabase {
  /** A file with a sample a line, beside the input meta file. */
  readonly path: string
  readonly type: string
  readonly ports: readonly InputPort[]
}

/** An `inputmeta.yml`. */
export interface InputMeta {
  readonly databases: readonly InputDatabase[]
  /** The file itself, with what is not said above. */
  readonly source: YamlText
}

/**
 * Reads an `inputmeta.yml`.
 *
 * @param place where the text comes from (a file name), for messages
 * @throws QError `YAML_TEXT`; `INPUT_META` with the key that lacks or holds something else
 */
export function parseInputMeta(text: string, place: string): InputMeta {
  const source = parseYamlText(text, place)
  const meta = mapAt(source.root, 'input_meta', [place])
  const databases = listAt(meta, 'databases', [place, 'input_meta']).map((item, i): InputDatabase => {
    const at = [place, `databases[${i}]`]
    const database = asMap(item, at)
    return {
      path: textAt(database, 'path', at),
      type: textAt(database, 'type', at),
      ports: listAt(database, 'ports', at).map((port, j) => readPort(asMap(port, [...at, `ports[${j}]`]), [...at, `ports[${j}]`])),
    }
  })
  return { databases, source }
}

/** The text of an `inputmeta.yml`. What the tool wrote and {@link parseInputMeta} read comes out as it was. */
export const printInputMeta = ({ source }: InputMeta): string => printYamlText(source, { indent: 2 })

function readPort(port: YamlMap, at: readonly string[]): InputPort {
  const preprocess = mapAt(port, 'preprocess', at)
  const inside = [...at, 'preprocess']
  return {
    lid: textAt(port, 'lid', at),
    category: textAt(port, 'category', at),
    dtype: textAt(port, 'dtype', at),
    layout: textAt(port, 'layout', at),
    shape: numbersAt(port, 'shape', at),
    fitting: textAt(port, 'fitting', at),
    reverseChannel: truthAt(preprocess, 'reverse_channel', inside),
    mean: numbersAt(preprocess, 'mean', inside),
    scale: numbersAt(preprocess, 'scale', inside),
  }
}

const truths: Readonly<Record<string, boolean>> = { true: true, false: false }

function truthAt(map: YamlMap, name: string, at: readonly string[]): boolean {
  const text = textAt(map, name, at)
  return truths[text.toLowerCase()] ?? raise([...at, name], text, 'true or false')
}

/** One number, or a list of numbers. */
function numbersAt(map: YamlMap, name: string, at: readonly string[]): readonly number[] {
  const value = valueAt(map, name) ?? raise([...at, name], 'nothing', 'numbers')
  return (value.kind === 'list' ? value.items : [value]).map((item) => {
    const number = item.kind === 'scalar' && item.text !== '' ? Number(item.text) : Number.NaN
    return Number.isFinite(number)
      ? number
      : raise([...at, name], item.kind === 'scalar' ? item.text || 'nothing' : `a ${item.kind}`, 'numbers')
  })
}

function textAt(map: YamlMap, name: string, at: readonly string[]): string {
  const value = valueAt(map, name)
  return value?.kind === 'scalar' && value.text !== '' ? value.text : raise([...at, name], described(value), 'a word')
}

function listAt(map: YamlMap, name: string, at: readonly string[]): readonly YamlNode[] {
  const value = valueAt(map, name)
  return value?.kind === 'list' ? value.items : raise([...at, name], described(value), 'a list')
}

const mapAt = (map: YamlMap, name: string, at: readonly string[]): YamlMap => asMap(valueAt(map, name), [...at, name])
const asMap = (node: YamlNode | undefined, at: readonly string[]): YamlMap =>
  node?.kind === 'map' ? node : raise(at, described(node), 'keys with values')
const described = (node: YamlNode | undefined): string =>
  node === undefined || (node.kind === 'scalar' && node.text === '') ? 'nothing' : node.kind === 'scalar' ? node.text : `a ${node.kind}`

function raise(at: readonly string[], found: string, wanted: string): never {
  throw new QError('INPUT_META', 'this input meta file cannot be read', {
    at,
    found,
    wanted,
    hint: 'correct the line, or write the file anew with generate inputmeta',
  })
}
