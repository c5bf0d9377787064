import type { ArtifactNames, EmitOptions } from '../contracts/artifact.ts'

/** Endings of model files: the chip's own, and that of the portable container, which no tool of the vendor takes for one. */
export interface ContainerEndings {
  readonly chip: string
  readonly portable: string
}

/** What {@link containerNames} makes names of. */
export interface ContainerFiles {
  /** The files beside the model, which the family's compiler takes. */
  readonly beside: readonly string[]
  /** Name of the model, without its ending, where the user gives none. */
  readonly stem: string
  readonly endings: ContainerEndings
}

/**
 * The names of an artifact whose model file is a portable container, unless the family's compiler makes the chip's own.
 *
 * Asked for by the ending of `model`, the portable one is made whether there is a compiler or not. It never has the chip's own ending.
 */
export function containerNames(
  { beside, stem, endings }: ContainerFiles,
  { model, compiling = false }: Pick<EmitOptions, 'model' | 'compiling'>,
): ArtifactNames {
  if (model?.endsWith(endings.portable) === true) return { files: [...beside, model], model }
  const plain = model?.endsWith(endings.chip) === true ? model.slice(0, -endings.chip.length) : (model ?? stem)
  const compiled = model ?? `${plain}${endings.chip}`
  if (compiling) return { files: beside, compiled }
  const portable = `${plain}${endings.portable}`
  return { files: [...beside, portable], model: portable, compiled }
}
