import type { ObserverFactory } from '@q/ir'
import { didYouMean, QError } from '@q/ir'
import type { Kernels } from '../kernels/kernels.ts'
import { kl } from './kl.ts'
import { max } from './max.ts'

/** A calibration method of this package as plain data, which can be sent to a thread. */
export interface MethodSpec {
  readonly name: string
  /** Bins of the first sample's histogram, for methods that have one. */
  readonly bins: number
}

const methods = { kl, max } as const

/** Names of the methods of this package. */
export type MethodName = keyof typeof methods
/** Names of the methods of this package, in the order they are offered. */
export const methodNames: readonly MethodName[] = ['kl', 'max']

/** The method of that name. @throws QError `CALIBRATION_METHOD`, `CALIBRATION_BINS` */
export function methodOf({ name, bins }: MethodSpec, kernels?: Kernels): ObserverFactory {
  const method = Object.hasOwn(methods, name) ? methods[name as MethodName] : undefined
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
