import type { Graph, QuantMode, Resolved, SampleSource } from '@q/ir'
import { needsRanges } from '../chips/chip-modes.ts'
import type { Chip } from '../chips/choose-chip.ts'
import type { Context } from '../context.ts'
import { shellPath, shellWord } from '../shell/shell-word.ts'
import type { Agreement } from './agreement.ts'
import type { CheckedOriginal } from './checked-original.ts'
import { toleranceOf } from './compare-with-float.ts'
import { findFloatLayers } from './float-layers.ts'
import type { QuantizeOptions } from './quantize.ts'
import { type Again, verdictOn } from './verdict.ts'

/** The verdict on the first samples; nothing where none is compared, which is said. */
export async function agreementOn(
  { model, compareNum, compareData, calibration, mode, tolerance, floatLayers }: QuantizeOptions,
  made: {
    readonly graph: Graph
    readonly resolved: Resolved
    readonly again: Again
    readonly chip: Chip
    readonly samples: SampleSource
    readonly calibrated: readonly string[]
    readonly original: CheckedOriginal | undefined
    /** Whether time is over. @default there is time for all samples */
    readonly isOver?: (() => boolean) | undefined
  },
  context: Context,
): Promise<Agreement | undefined> {
  const { graph, resolved, again, chip, samples, calibrated, original, isOver } = made
  const count = Math.min(compareNum, samples.count)
  if (count === 0) {
    context.reporter.note('nothing was compared: --compare_num is 0')
    return undefined
  }
  const known = new Set(calibrated)
  const seen = Array.from({ length: count }, (_, i) => samples.describe?.(i) ?? '').filter((each) => known.has(each)).length
  const share = `${seen === count ? 'all' : seen === 0 ? 'none' : seen} of them calibrated on`
  const sharedBy = count === 1 ? `1 sample, ${seen === 1 ? '' : 'not '}calibrated on` : `${count} samples, ${share}`
  const by = original === undefined ? `${graph.name} as imported` : `${model} run by ONNX Runtime`
  context.reporter.print(`compared with ${by} on ${sharedBy}`)
  return verdictOn(
    {
      graph,
      resolved,
      again,
      chip,
      mode,
      samples,
      count,
      tolerance: tolerance ?? toleranceOf(chip, mode),
      isOver,
      ...(original === undefined ? {} : { original: original.run }),
      next: `${patternStep(floatLayers, { graph, chip, mode })}${nextStep(
        model,
        { data: compareData ?? calibration.dataset ?? calibration.dataList ?? 'FOLDER', chip: chip.word ?? chip.backend.target.name, mode },
        chip,
      )}`,
    },
    context,
  )
}

/** What patterns would keep in float, where the user said that none are looked for. */
function patternStep(
  choice: QuantizeOptions['floatLayers'],
  { graph, chip: { backend }, mode }: { readonly graph: Graph; readonly chip: Chip; readonly mode: QuantMode },
): string {
  if (choice?.patterns !== 'none' || !needsRanges(mode, backend.target)) return ''
  const { patterns: _, ...others } = choice
  const { line, keepsLayers } = findFloatLayers(graph, others, backend.target, choice.mode ?? backend.target.defaultFloat)
  return keepsLayers ? `leave --no-patterns out (${line} then); or ` : ''
}

/** What a user may try whose model misses: layers in float where it is computed on codes, a wider type else. */
function nextStep(
  model: string,
  { data, chip, mode }: { readonly data: string; readonly chip: string; readonly mode: QuantMode },
  { backend }: Chip,
): string {
  const start = `q quantize ${shellPath(model)} --data ${shellPath(data)} --chip ${shellWord(chip)}`
  const wider = backend.target.modes.find((each) => each === 'F32' && each !== mode) ?? backend.target.defaultFloat
  return needsRanges(mode, backend.target)
    ? `check --mean, --scale and --pixel_format; then ${start} --expected_cos 0.99 looks for layers to keep in float`
    : `${start} --quantize ${wider} computes in a wider type`
}
