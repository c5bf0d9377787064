import type { EmitOptions, FileNaming } from '@q/ir'

/** Endings of model files: the chip's own, and the portable container, which no tool of the vendor takes for one. */
export const endings = { chip: '.bmodel', portable: '.qbmodel' } as const

/** What the files of one deployment are called. */
export interface FileNames {
  /** The lowered text, which the compiler takes. */
  readonly lowered: string
  /** Its weights. */
  readonly weights: string
  /** The portable container. */
  readonly portable: string
  /** The compiled container; absent when the user wants the portable one by its ending. */
  readonly compiled?: string
}

/** Modes whose files say whether they are symmetric. */
const codeModes: readonly string[] = ['INT8', 'INT4', 'W4INT8']

/** Names as the vendor's deploy tool gives them, `<network>_<chip>_<mode>[_sym|_asym]…`; the user may name the model. */
export function fileNames(
  { name, mode, asymmetric }: FileNaming,
  chip: string,
  { model, planned }: Pick<EmitOptions, 'model' | 'planned'>,
): FileNames {
  const plain = `${name}_${chip}_${mode.toLowerCase()}`
  const prefix = codeModes.includes(mode) ? `${plain}${asymmetric ? '_asym' : '_sym'}` : plain
  const files = { lowered: `${prefix}_tpu.mlir`, weights: `${prefix}_tpu${planned === true ? '_qtable' : ''}_weights.npz` }
  if (model?.endsWith(endings.portable) === true) return { ...files, portable: model }
  const stem = model?.endsWith(endings.chip) === true ? model.slice(0, -endings.chip.length) : (model ?? plain)
  return { ...files, portable: `${stem}${endings.portable}`, compiled: model ?? `${stem}${endings.chip}` }
}
