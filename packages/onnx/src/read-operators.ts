import { compositions } from './compose/compositions.ts'
import { isFoldable } from './fold/evaluate.ts'
import { forms } from './normalize/forms.ts'
import { refusedForms } from './signature/refused-forms.ts'
import { signatures } from './signature/signatures.ts'

/** An operator of ONNX as networks are read. */
export interface ReadOperator {
  readonly name: string
  /** First version of the operator set that has it. */
  readonly since: number
  /** What it is read as: a layer, nodes of other operators, one or the other by its form, or nothing but a constant that is computed. */
  readonly as: 'a layer' | 'other operators' | 'a layer, or other operators' | 'a constant'
  /** The forms that are refused by name; absent where none is. */
  readonly refused?: string
}

/** What computes constants without being a function of them: shapes, stored tensors, branches. */
const ofConstants = new Set(['Constant', 'EyeLike', 'If', 'Shape', 'Size'])

/** Every operator of ONNX's own domain that is read, by name. What does not stand here is refused by its name. */
export function readOperators(): readonly ReadOperator[] {
  return [...signatures.values()]
    .flatMap(({ name, domain, isOnnx, since }): readonly ReadOperator[] => {
      const as = wayOf(name)
      if (as === undefined || domain !== '' || !isOnnx) return []
      const refused = refusedForms[name]
      return [{ name, since, as, ...(refused === undefined ? {} : { refused }) }]
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What an operator of ONNX's own domain is read as; `undefined` for one that is not read. */
export function wayOf(name: string): ReadOperator['as'] | undefined {
  const [isForm, isComposed] = [Object.hasOwn(forms, name), Object.hasOwn(compositions, name)]
  if (isForm) return isComposed ? 'a layer, or other operators' : 'a layer'
  if (isComposed) return 'other operators'
  return signatures.has(name) && (isFoldable(name) || ofConstants.has(name)) ? 'a constant' : undefined
}
