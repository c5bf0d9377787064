import { type FormView, refuse, wordAttr } from '../normalize/form.ts'
import type { Body, Compose } from './body.ts'
import { bounded } from './bounded.ts'

/** Where each class is the target; nowhere for the class that is left out, as no target is beyond the last class. */
function targets(view: FormView, body: Body): string {
  const { shape } = view.type(0)
  const classes = shape[1]!
  const ignored = view.attrs['ignore_index'] as number | undefined
  const places = Float64Array.from({ length: bounded(classes) }, (_, each) => (each === ignored ? classes : each))
  const target = body.node('Unsqueeze', [body.node('Cast', [view.inputs[1]], { to: 'i64' }), body.whole(1)])
  return body.node('Equal', [target, body.constant('i64', places, perClass(shape))])
}

const perClass = (shape: readonly number[]): readonly number[] => shape.map((size, axis) => (axis === 1 ? size : 1))

function checkShapes(view: FormView): void {
  const { shape } = view.type(0)
  const wanted = shape.filter((_, axis) => axis !== 1)
  const found = view.type(1).shape
  if (shape.length < 2 || found.join() !== wanted.join())
    refuse(view, `${view.op} of targets of this shape is not supported`, `[${found.join(', ')}]`, `[${wanted.join(', ')}]`)
  const weights = view.inputs[2] === undefined ? [shape[1]!] : view.type(2).shape
  if (weights.join() !== `${shape[1]}`)
    refuse(view, `${view.op} with weights of this shape is not supported`, `[${weights.join(', ')}]`, `[${shape[1]}]`)
}

/** The negative likelihoods of the targets, each times the weight of its class, as they are, their sum or their mean. */
function loss(view: FormView, body: Body, likelihoods: string | undefined): void {
  const { dtype, shape } = view.type(0)
  const [zero, one] = [body.constant(dtype, 0), body.constant(dtype, 1)]
  const isTarget = targets(view, body)
  const ofTarget = (x: string | undefined): string =>
    body.node('ReduceSum', [body.node('Where', [isTarget, x, zero]), body.whole(1)], { keepdims: 0 })
  const losses = ['Neg', [ofTarget(likelihoods)]] as const
  const reduction = wordAttr(view, 'reduction')
  const all = body.whole(...Array.from({ length: shape.length - 1 }, (_, axis) => axis))
  const whole = { keepdims: 0 }
  if (view.inputs[2] === undefined && view.attrs['ignore_index'] === undefined) {
    if (reduction === 'none') body.result(...losses)
    else body.result(reduction === 'sum' ? 'ReduceSum' : 'ReduceMean', [body.node(...losses), all], whole)
    return
  }
  const given = view.inputs[2] === undefined ? one : body.node('Reshape', [view.inputs[2], body.whole(...perClass(shape))])
  const weights = ofTarget(given)
  const weighted = [body.node(...losses), weights] as const
  if (reduction === 'none') body.result('Mul', weighted)
  else {
    const sum = ['ReduceSum', [body.node('Mul', weighted), all], whole] as const
    if (reduction === 'sum') body.result(...sum)
    else body.result('Div', [body.node(...sum), body.node('ReduceSum', [weights, all], whole)])
  }
}

/** The loss of logarithms of likelihoods. */
export const negativeLogLikelihoodLoss: Compose = (view, body) => {
  checkShapes(view)
  loss(view, body, view.inputs[0])
  return true
}

/** The loss of scores, of which a LogSoftmax makes logarithms of likelihoods. */
export const softmaxCrossEntropyLoss: Compose = (view, body) => {
  checkShapes(view)
  const [, logarithms] = view.outputs
  const made = ['LogSoftmax', [view.inputs[0]], { axis: 1 }] as const
  if (view.isUsed(logarithms)) body.result(...made, 1)
  loss(view, body, view.isUsed(logarithms) ? logarithms : body.node(...made))
  return true
}
