import type { ObserverFactory } from '@q/ir'
import { didYouMean, QError } from '@q/ir'
import type { Kernels } from '../kernels/kernels.ts'
import { aciqGauss, aciqLaplace } from './aciq.ts'
import { kl } from './kl.ts'
import { kurtosis } from './kurtosis.ts'
import { magnitudePercentile } from './magnitude-percentile.ts'
import { max } from './max.ts'
import { mse } from './mse.ts'
import { percentile9999 } from './percentile9999.ts'

/** A calibration method of this package as plain data, which can be sent to a thread. */
export interface MethodSpec {
  readonly name: string
  /** Bins of the first sample's histogram, for methods that have one. */
  readonly bins: number
}

const methods = { kl, max, percentile9999, mse, aciq_gauss: aciqGauss, aciq_laplace: aciqLaplace } as const
/** Methods that make no table by themselves. */
const auxiliary = { 'magnitude-percentile': magnitudePercentile, kurtosis } as const

/** Names of the methods of this package. */
export type MethodName = keyof typeof methods
/** Names of the methods of this package, in the order they are offered. */
export const methodNames: readonly MethodName[] = ['kl', 'max', 'percentile9999', 'mse', 'aciq_gauss', 'aciq_laplace']

const untunedMethods: readonly string[] = ['max', 'percentile9999', 'mse'] satisfies readonly MethodName[]

/** Whether `run_calibration` of TPU-MLIR 1.30.2 tunes thresholds of this method; a search there tunes those of every method. */
export function isTunedMethod(name: string): boolean {
  return !untunedMethods.includes(name)
}

/** The method of that name. @throws QError `CALIBRATION_METHOD`, `CALIBRATION_BINS` */
export function methodOf({ name, bins }: MethodSpec, kernels?: Kernels): ObserverFactory {
  const all = { ...methods, ...auxiliary }
  const method = Object.hasOwn(all, name) ? all[name as keyof typeof all] : undefined
  if (method === undefined) {
    throw new QError('CALIBRATION_METHOD', `there is no calibration method ${name}`, {
      kind: 'usage',
      found: name,
      wanted: methodNames.join(', '),
      hint: didYouMean(name, methodNames, `use ${methodNames[0]}`),
    })
  }
  return method({ bins, ...(kernels === undefined ? {} : { kernels }) })
}
