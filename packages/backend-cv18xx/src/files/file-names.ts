import type { EmitOptions, FileNaming } from '@q/ir'

/** Ending of the chip's own model files. */
const ending = '.cvimodel'

/** What the files of one deployment are called. */
export interface FileNames {
  /** The lowered text, which the compiler takes. */
  readonly lowered: string
  /** Its weights. */
  readonly weights: string
  /** The compiled container. */
  readonly compiled: string
}

const loweredEnding = '_tpu.mlir'

/** Names as the vendor's deploy tool gives them, `<network>_<chip>_<mode>[_sym]…`; the user may name the model. */
export function fileNames({ name, mode }: FileNaming, chip: string, { model, planned }: Pick<EmitOptions, 'model' | 'planned'>): FileNames {
  const plain = `${name}_${chip}_${mode.toLowerCase()}`
  const prefix = mode === 'INT8' ? `${plain}_sym` : plain
  return {
    lowered: `${prefix}${loweredEnding}`,
    weights: `${prefix}_tpu${planned === true ? '_qtable' : ''}_weights.npz`,
    compiled: model ?? `${plain}${ending}`,
  }
}

/** The name of what the compiler's first command makes of a lowered text. */
export function finalName(lowered: string): string {
  return `${lowered.slice(0, -loweredEnding.length)}_final.mlir`
}

/** The lowered text among emitted files. */
export function loweredIn(files: Iterable<string>): string | undefined {
  return [...files].find((name) => name.endsWith(loweredEnding))
}
