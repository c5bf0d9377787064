import type { MethodName } from '@q/calib'
import { methodNames } from '@q/calib'
import { didYouMean, QError } from '@q/ir'
import type { Command } from 'commander'

/** Methods of the original tool that are not here yet. */
const laterMethods: readonly string[] = ['aciq_laplace', 'aciq_gauss']

/** Adds the option that chooses how thresholds are found; the original tool's older names with `use_` before them are taken too. */
export function addMethodOption(command: Command): Command {
  return command.option('--cali_method <method>', `how thresholds are found: ${methodNames.join(', ')}`, 'kl')
}

/** The method that the option of {@link addMethodOption} names. @throws QError `CALIBRATION_METHOD`, `OPTION_UNSUPPORTED` */
export function methodOf({ cali_method: text }: { readonly cali_method: string }): MethodName {
  const name = text.replace(/^use_/, '')
  const method = methodNames.find((each) => each === name)
  if (method !== undefined) return method
  const wanted = methodNames.join(', ')
  if (laterMethods.includes(name)) {
    throw new QError('OPTION_UNSUPPORTED', `--cali_method ${text}: not supported yet`, {
      found: text,
      wanted,
      hint: 'use kl',
      kind: 'usage',
    })
  }
  throw new QError('CALIBRATION_METHOD', `--cali_method: there is no calibration method ${text}`, {
    found: text,
    wanted,
    hint: didYouMean(name, methodNames, 'use kl'),
    kind: 'usage',
  })
}
