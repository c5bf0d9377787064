import { QError } from '@q/ir'
import { isLosslessNumber, parse, stringify } from 'lossless-json'

/** A layer of a model file, as it stands there (spec/acuity.md 3.1). */
export interface ModelLayer {
  /** The original name: the layer's key without its number. */
  readonly name: string
  readonly op: string
  /** As the operator has them; numbers keep the digits they were written with. Absent where there are none. */
  readonly parameters?: Readonly<Record<string, unknown>>
  /** `@<layer>:out<N>`, in the order of the operands. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

/** A model file, `.json` or `.quantize.json`: the graph without its coefficients. */
export interface AcuityModel {
  readonly metaData: Readonly<Record<string, unknown>>
  /** By key, in the order of the file: outputs, inputs, then from the last to the first; converters at the end. */
  readonly layers: ReadonlyMap<string, ModelLayer>
  /** The file's own keys in their order, with those that are not said above, as `quantize_info`. */
  readonly root: Readonly<Record<string, unknown>>
}

/**
 * Reads a model file.
 *
 * @param place where the text comes from (a file name), for messages
 * @throws QError `ACUITY_MODEL` where it is no JSON, or a layer lacks what all layers have
 */
export function parseModel(text: string, place: string): AcuityModel {
  // A key that JavaScript's objects do not keep would vanish in silence.
  if (text.includes('"__proto__"')) throw fault([place], 'a key __proto__', 'other names')
  let whole: unknown
  try {
    whole = parse(text)
  } catch (cause) {
    throw fault([place], cause instanceof Error ? cause.message : String(cause), 'JSON', cause)
  }
  if (!isRecord(whole)) throw fault([place], 'no object', 'an object with MetaData and Layers')
  const { MetaData: metaData, Layers: layers } = whole
  if (!isRecord(metaData)) throw fault([place, 'MetaData'], metaData === undefined ? 'nothing' : 'no object', 'an object')
  if (!isRecord(layers))
    throw fault([place, 'Layers'], layers === undefined ? 'nothing' : 'no object', 'an object with a key for each layer')
  return { metaData, layers: new Map(Object.entries(layers).map(([key, layer]) => [key, readLayer(layer, [place, key])])), root: whole }
}

function readLayer(layer: unknown, at: readonly string[]): ModelLayer {
  if (!isRecord(layer)) throw fault(at, 'no object', 'an object with name, op, inputs and outputs')
  const { name, op, parameters, inputs, outputs } = layer
  for (const [key, value] of Object.entries({ name, op }))
    if (typeof value !== 'string') throw fault([...at, key], value === undefined ? 'nothing' : 'no text', 'a text')
  for (const [key, value] of Object.entries({ inputs, outputs }))
    if (!Array.isArray(value) || value.some((each) => typeof each !== 'string'))
      throw fault([...at, key], value === undefined ? 'nothing' : 'something else', 'a list of texts')
  if (parameters !== undefined && !isRecord(parameters)) throw fault([...at, 'parameters'], 'no object', 'an object')
  return layer as unknown as ModelLayer
}

/** The text of a model file. What the tool wrote and {@link parseModel} read comes out as it was. */
export function printModel({ metaData, layers, root }: AcuityModel): string {
  const text = stringify({ ...root, MetaData: metaData, Layers: Object.fromEntries(layers) }, null, 4) ?? ''
  // As Python writes it: ASCII alone.
  return text.replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A number among parameters, as one of JavaScript. */
export const numberOf = (value: unknown): number => (isLosslessNumber(value) ? Number(value.value) : Number(value))

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value)

const fault = (at: readonly string[], found: string, wanted: string, cause?: unknown): QError =>
  new QError('ACUITY_MODEL', 'this is no model file of Acuity', {
    at,
    found,
    wanted,
    hint: 'give the .json or .quantize.json that import or quantize wrote',
    ...(cause === undefined ? {} : { cause }),
  })
