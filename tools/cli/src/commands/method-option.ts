import type { MethodName } from '@q/calib'
import { methodNames } from '@q/calib'
import { didYouMean, QError } from '@q/ir'
import type { Command } from 'commander'

/** Adds the option that chooses how thresholds are found; the original tool's older names with `use_` before them are taken too. */
export function addMethodOption(command: Command): Command {
  return command.option('--cali_method <method>', `how thresholds are found: ${methodNames.join(', ')}`, 'kl')
}

/** The method that the option of {@link addMethodOption} names. @throws QError `CALIBRATION_METHOD` */
export function methodOf({ cali_method: text }: { readonly cali_method: string }): MethodName {
  const name = text.replace(/^use_/, '')
  const method = methodNames.find((each) => each === name)
  if (method !== undefined) return method
  const wanted = methodNames.join(', ')
  throw new QError('CALIBRATION_METHOD', `--cali_method: there is no calibration method ${text}`, {
    found: text,
    wanted,
    hint: didYouMean(name, methodNames, 'use kl'),
    kind: 'usage',
  })
}
