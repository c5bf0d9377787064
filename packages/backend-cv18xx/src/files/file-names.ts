import type { EmitOptions, FileNaming } from '@q/ir'

/** Ending of the chip's own model files. */
export const ending = '.cvimodel'

/** What the files of one deployment are called. */
export interface FileNames {
  /** The lowered text, which the compiler takes. */
  readonly lowered: string
  /** Its weights. */
  readonly weights: string
  /** The compiled container. */
  readonly compiled: string
}

/** Names as the vendor's deploy tool gives them, `<network>_<chip>_<mode>[_sym]…`; the user may name the model. */
export function fileNames({ name, mode }: FileNaming, chip: string, { model, planned }: Pick<EmitOptions, 'model' | 'planned'>): FileNames {
  const plain = `${name}_${chip}_${mode.toLowerCase()}`
  const prefix = mode === 'INT8' ? `${plain}_sym` : plain
  return {
    lowered: `${prefix}_tpu.mlir`,
    weights: `${prefix}_tpu${planned === true ? '_qtable' : ''}_weights.npz`,
    compiled: model ?? `${plain}${ending}`,
  }
}
