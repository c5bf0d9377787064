import { QError } from '@q/ir'
import { parseYamlText, valueAt, type YamlNode } from './yaml-text.ts'

/** What is done with results (spec/acuity.md 3.4). */
export interface Postprocess {
  /** So many of the largest elements are printed. @default none */
  readonly topn?: number
  /** Results are written as files. @default false */
  readonly dumps: boolean
}

/** The text of a new post-process file: the five largest elements, results as `.tensor` files, and the outputs as they are. */
export function makePostprocess(outputs: readonly { readonly lid: string; readonly rank: number }[]): string {
  const lines = outputs.flatMap(({ lid, rank }) => [
    `  - lid: ${lid}`,
    '    postproc_params:',
    '      add_postproc_node: false',
    '      perm:',
    ...Array.from({ length: rank }, (_, i) => `      - ${i}`),
    '      force_float32: true',
  ])
  const start = [
    'postprocess:',
    '  acuity_postprocs:',
    '    print_topn:',
    '      topn: 5',
    '    dump_results:',
    '      file_type: TENSOR',
    '  app_postprocs:',
  ]
  return `${[...start, ...lines].join('\n')}\n`
}

/**
 * Reads a post-process file.
 *
 * @param place where the text comes from (a file name), for messages
 * @throws QError `YAML_TEXT`; `POSTPROCESS_FILE` for what is asked for and cannot be done
 */
export function parsePostprocess(text: string, place: string): Postprocess {
  const { root } = parseYamlText(text, place)
  const inside = (node: YamlNode | undefined, name: string): YamlNode | undefined =>
    node?.kind === 'map' ? valueAt(node, name) : undefined
  const steps = inside(valueAt(root, 'postprocess'), 'acuity_postprocs')
  if (steps === undefined) throw fault(place, ['postprocess', 'acuity_postprocs'], 'nothing', 'print_topn or dump_results')
  for (const { key } of steps.kind === 'map' ? steps.entries : [])
    if (!['print_topn', 'dump_results', 'classification_classic'].includes(key.text))
      throw fault(place, ['acuity_postprocs'], key.text, 'print_topn, dump_results or classification_classic')
  const topn = inside(inside(steps, 'print_topn'), 'topn') ?? inside(inside(steps, 'classification_classic'), 'topn')
  const count = topn?.kind === 'scalar' ? Number(topn.text) : undefined
  if (count !== undefined && !(Number.isInteger(count) && count > 0))
    throw fault(place, ['topn'], topn?.kind === 'scalar' ? topn.text : '', 'a whole number above 0')
  const type = inside(inside(steps, 'dump_results'), 'file_type')
  if (type?.kind === 'scalar' && type.text !== 'TENSOR') throw fault(place, ['dump_results', 'file_type'], type.text, 'TENSOR')
  return { ...(count === undefined ? {} : { topn: count }), dumps: inside(steps, 'dump_results') !== undefined }
}

const fault = (place: string, at: readonly string[], found: string, wanted: string): QError =>
  new QError('POSTPROCESS_FILE', 'this post-process file asks for what cannot be done', {
    at: [place, ...at],
    found,
    wanted,
    hint: 'correct the line, or write the file anew with generate postprocess-file',
  })
