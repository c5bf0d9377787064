import type { EmitOptions, FileNaming } from '@q/ir'

/** What the files of one deployment are called. */
export interface FileNames {
  /** The lowered text, which the compiler takes. */
  readonly lowered: string
  /** Its weights. */
  readonly weights: string
}

/** Names as the vendor's deploy tool gives them: `<network>_<chip>_<mode>[_sym]…`. */
export function fileNames({ name, mode }: FileNaming, chip: string, { planned }: Pick<EmitOptions, 'planned'>): FileNames {
  const plain = `${name}_${chip}_${mode.toLowerCase()}`
  const prefix = mode === 'INT8' ? `${plain}_sym` : plain
  return { lowered: `${prefix}_tpu.mlir`, weights: `${prefix}_tpu${planned === true ? '_qtable' : ''}_weights.npz` }
}
