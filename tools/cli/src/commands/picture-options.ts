import type { PictureForm, PictureInputs } from '@q/ir'
import { QError } from '@q/ir'
import { pictureForms } from '@q/ir/graph'
import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'

/** The options of {@link addPictureOptions}, as commander names them. */
export interface PictureOptions {
  readonly fuse_preprocess?: boolean
  readonly customization_format?: PictureForm | ''
  readonly aligned_input?: boolean
}

/** Forms of TPU-MLIR that are refused, and why. */
const refused: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['YUV420_PLANAR', 'YUV_NV12', 'YUV_NV21'].map((form) => [
      form,
      'the conversion from YUV is not computed here; the interpreter of TPU-MLIR 1.30.2 ends on its own',
    ]),
  ),
  ...Object.fromEntries(
    ['GBRG_RAW', 'GRBG_RAW', 'BGGR_RAW', 'RGGB_RAW'].map((form) => [form, 'the unpacking of 12-bit sensor data is not computed here']),
  ),
}

/** Adds the options that say how a model takes pictures. */
export function addPictureOptions(command: Command): Command {
  return command
    .option('--fuse_preprocess', 'the model takes pictures as bytes, and makes its numbers of them')
    .option('--customization_format <format>', `form of these pictures: ${Object.keys(pictureForms).join(', ')}`, parseForm)
    .option('--aligned_input', "rows and planes of these pictures are padded as frames of the chip's cameras are")
}

/** What these options say; nothing where none was given. @throws QError `OPTION_NEEDS` */
export function picturesOf(options: PictureOptions): PictureInputs | undefined {
  const { fuse_preprocess: isFused, customization_format: form = '', aligned_input: aligned } = options
  for (const [option, given] of [
    ['--customization_format', form !== ''],
    ['--aligned_input', aligned === true],
  ] as const) {
    if (given && isFused !== true) throw needed(option)
  }
  if (isFused !== true) return undefined
  return { ...(form === '' ? {} : { form }), ...(aligned === true ? { aligned } : {}) }
}

function parseForm(text: string): PictureForm | '' {
  const form = text.toUpperCase()
  if (form === '' || Object.hasOwn(pictureForms, form)) return form as PictureForm | ''
  const reason = refused[form]
  throw new InvalidArgumentError(
    `wanted one of ${Object.keys(pictureForms).join(', ')}${reason === undefined ? '' : `; ${form} is not supported: ${reason}`}.`,
  )
}

const needed = (option: string): QError =>
  new QError('OPTION_NEEDS', `${option} has no effect without --fuse_preprocess`, {
    at: [option],
    found: 'no --fuse_preprocess',
    wanted: `--fuse_preprocess ${option}`,
    hint: `add --fuse_preprocess, or leave ${option} out`,
    kind: 'usage',
  })
