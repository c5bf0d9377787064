import type { Plan, QuantMode, Target } from '@q/ir'
import { didYouMean, QError } from '@q/ir'
import type { Reporter } from '../console/reporter.ts'

/** A mode of a chip by its name in any case. @param known those that are taken @throws QError `MODE_UNSUPPORTED` listing those it has */
export function modeOf(text: string, target: Target, at: readonly string[], known: readonly QuantMode[] = target.modes): QuantMode {
  const wanted = text.toUpperCase()
  const mode = known.find((each) => each === wanted)
  if (mode !== undefined) return mode
  throw unsupported(text, target, known, at)
}

/** Modes that chips have, whether a back end of this program does them or not. */
const realModes = ['F32', 'F16', 'BF16', 'INT8', 'INT4', 'W8F16', 'W8BF16', 'W4F16', 'W4BF16', 'F8', 'F8E4M3', 'F8E5M2', 'QDQ', 'DYNAMIC']

function unsupported(mode: string, target: Target, known: readonly string[], at: readonly string[]): QError {
  const about = { at, found: mode, wanted: `one of ${known.join(', ')}`, kind: 'usage' } as const
  const scheme = target.schemes[mode.toUpperCase()]
  if (scheme?.kind === 'float' && scheme.dtype !== mode.toLowerCase())
    return new QError('MODE_UNSUPPORTED', `${target.name} has no ${mode}`, {
      ...about,
      hint: `take ${target.defaultFloat}, its own float type`,
    })
  if (realModes.includes(mode.toUpperCase()))
    return new QError('MODE_UNSUPPORTED', `q does not support ${mode} on ${target.name} yet`, {
      ...about,
      hint: 'choose one of these modes',
    })
  const hint = didYouMean(mode.toUpperCase(), known, 'choose one of these modes')
  return new QError('MODE_UNSUPPORTED', `${target.name} has no mode ${mode}`, { ...about, hint })
}

/** The mode a model is quantized in when the user names none: one that is usual, where the chip has it, else the chip's own first choice. */
export function usualMode(target: Target, kind: 'integers' | 'floats'): QuantMode {
  const [usual, own] = kind === 'integers' ? ['INT8', target.modes[0]!] : ['F32', target.defaultFloat]
  return target.modes.includes(usual) ? usual : own
}

/** The modes that rows of a quantization table may have: those that an operator of the chip takes. Others are only what becomes of some. */
export const modesOfRows = ({ schemes, ops }: Target): readonly QuantMode[] =>
  Object.keys(schemes).filter((mode) => Object.values(ops).some((modes) => modes?.[mode] !== undefined))

/** Tells a user who asks for delicate operators in float32 that the chip has none. */
export function noteHighPrecision(isAsked: boolean | undefined, { name, highPrecision }: Target, reporter: Pick<Reporter, 'note'>): void {
  if (isAsked === true && Object.keys(highPrecision ?? {}).length === 0)
    reporter.note(`--high_precision has no effect: ${name} computes no operator with more precision than its mode has`)
}

/** Checks that a chip has every mode a plan asks for. @param source the table, for messages @throws QError `MODE_UNSUPPORTED` naming the layer */
export function checkPlanModes(plan: Plan, target: Target, source: string): void {
  const known = modesOfRows(target)
  for (const [layer, mode] of plan) if (!known.includes(mode)) throw unsupported(mode, target, known, [source, layer])
}

/** Whether a mode computes on codes, so that it needs calibrated ranges. */
export function needsRanges(mode: QuantMode, target: Target): boolean {
  return target.schemes[mode]?.kind === 'integer'
}
