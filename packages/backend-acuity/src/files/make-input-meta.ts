/** What is known of an input when its meta file is made. */
export interface NewPort {
  readonly lid: string
  readonly shape: readonly number[]
  /** Subtracted, by channel. @default zeros */
  readonly mean?: readonly number[]
  /** Multiplied then, by channel. @default ones */
  readonly scale?: readonly number[]
}

/** Which lists of samples there are. */
export interface NewInputMeta {
  readonly ports: readonly NewPort[]
  /** A list of samples for each input, in place of one with several columns. @default false */
  readonly isSeparated?: boolean
  /** Files with a sample a line. @default dataset.txt, with a number from the second on */
  readonly sources?: readonly string[]
}

const head = `# !!!This file disallow TABs!!!
# "category" allowed values: "image, frequency, undefined"
# "database" allowed types: "TEXT, NPY" (of those of the toolkit q reads these)
# "preproc_type" allowed types: "IMAGE_RGB, IMAGE_RGB888_PLANAR, IMAGE_I420, IMAGE_NV12, IMAGE_NV21, IMAGE_YUV444, IMAGE_YUYV422, IMAGE_UYVY422, IMAGE_GRAY, IMAGE_BGRA, TENSOR"`

/** The text of a new `inputmeta.yml` (spec/acuity.md 3.3): what the network is fed, to be corrected by hand: means, scales, the list of samples. */
export function makeInputMeta({ ports, isSeparated = false, sources = [] }: NewInputMeta): string {
  const groups = isSeparated ? ports.map((port) => [port]) : [ports]
  const source = (i: number): string => sources[i] ?? (i === 0 ? 'dataset.txt' : `dataset${i}.txt`)
  const databases = groups.flatMap((group, i) => [`  - path: ${source(i)}`, '    type: TEXT', '    ports:', ...group.flatMap(portLines)])
  return `${[...head.split('\n'), 'input_meta:', '  databases:', ...databases].join('\n')}\n`
}

function portLines({ lid, shape, mean, scale }: NewPort): readonly string[] {
  const isImage = shape.length === 4 && [1, 3, 4].includes(shape[1]!)
  const channels = shape.length > 1 ? shape[1]! : 1
  const numbers = (given: readonly number[] | undefined, usual: number): readonly string[] =>
    Array.from({ length: isImage ? channels : 1 }, (_, i) => `        - ${dotted(given?.[i] ?? usual)}`)
  const type = isImage ? (channels === 1 ? 'IMAGE_GRAY' : 'IMAGE_RGB') : 'TENSOR'
  return [
    `    - lid: ${lid}`,
    `      category: ${isImage ? 'image' : 'undefined'}`,
    '      dtype: float32',
    '      sparse: false',
    '      tensor_name:',
    '      layout: nchw',
    '      shape:',
    ...shape.map((size) => `      - ${size}`),
    '      fitting: scale',
    '      preprocess:',
    '        reverse_channel: false',
    '        mean:',
    ...numbers(mean, 0),
    '        scale:',
    ...numbers(scale, 1),
    '        preproc_node_params:',
    '          add_preproc_node: false',
    `          preproc_type: ${type}`,
    '          preproc_perm:',
    ...shape.map((_, i) => `          - ${i}`),
    '      redirect_to_output: false',
  ]
}

const dotted = (x: number): string => (Number.isInteger(x) ? `${x}.0` : String(x))
