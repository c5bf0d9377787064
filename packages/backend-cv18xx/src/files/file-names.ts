import type { EmitOptions, FileNaming } from '@q/ir'
import { containerNames, type TextFiles } from '@q/ir/container'

/** Endings of model files: the chip's own, and the portable container, which no tool of the vendor takes for one. */
export const endings = { chip: '.cvimodel', portable: '.qcvimodel' } as const

/** Names as the vendor's deploy tool gives them, `<network>_<chip>_<mode>[_sym]…`; the user may name the model. */
export function fileNames(
  { name, mode }: FileNaming,
  chip: string,
  { planned, ...options }: Pick<EmitOptions, 'model' | 'planned' | 'compiling'>,
): TextFiles {
  const stem = `${name}_${chip}_${mode.toLowerCase()}`
  const prefix = mode === 'INT8' ? `${stem}_sym` : stem
  const lowered = `${prefix}_tpu.mlir`
  const weights = `${prefix}_tpu${planned === true ? '_qtable' : ''}_weights.npz`
  return { lowered, weights, ...containerNames({ beside: [lowered, weights], stem, endings }, options) }
}
