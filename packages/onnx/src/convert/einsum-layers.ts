/**
 * The layers that TPU-MLIR 1.30.2 makes of an Einsum, by its equation in letters from `a` on in the order in which they stand. One step a line: the tensor
 * (`x`, `y`, `z`, the operands; what is made of one takes its place), the operator, the second operand of a product, the name (`X`, `Y`, `Z` for those of the operands,
 * `R` for that of the result), and the axes of what is made: letters that stand together are one axis.
 *
 * Its steps for `abcd,acde->abde`, `abcd,adbe->acbe` and `abcd,aecd->acbe` put axes beside each other that are not, so their numbers are others: these stand not here.
 */
const layers: Readonly<Record<string, string>> = {
  'a,b->ab': `
    x Reshape X_r_to2dim a,1
    y Reshape Y_r_to2dim 1,b
    x MatMul y R a,b`,
  'ab,ab->a': `
    x Reshape X_r_to3dim a,1,b
    y Reshape Y_r_to3dim a,b,1
    x MatMul y R_r_matmul a,1,1
    x Reshape R a`,
  'ab,abc->ac': `
    x Reshape X_r_to3dim a,1,b
    x MatMul y R_r_matmul a,1,c
    x Reshape R a,c`,
  'ab,acb->ac': `
    x Reshape X_r_to4dim a,1,1,b
    y Reshape Y_r_to4dim a,c,b,1
    x MatMul y R_r_matmul a,c,1,1
    x Reshape R a,c`,
  'ab,cdb->acd': `
    x Reshape X_r_to3dim 1,a,b
    y Reshape Y_r_to3dim 1,cd,b
    y Transpose Y_r_trans 1,b,cd
    x MatMul y R_r_matmul 1,a,cd
    x Reshape R a,c,d`,
  'abc,abc->ab': `
    x Mul y R_r_Mul a,b,c
    x ReduceSum R a,b`,
  'abc,abd->acd': `
    x Transpose X_r_trans a,c,b
    x MatMul y R a,c,d`,
  'abc,abdc,abc->abcd': `
    x Reshape X_r_to4dim a,b,1,c
    z Reshape Z_r_to4dim a,b,1,c
    x Mul y R_LN_Mul a,b,d,c
    x Mul z R_r_LRD_Mul a,b,d,c
    x Transpose R a,b,c,d`,
  'abc,abde->acde': `
    x Transpose X_r_trans a,c,b
    y Reshape Y_r_to3dim a,b,de
    x MatMul y R_r_matmul a,c,de
    x Reshape R a,c,d,e`,
  'abc,acde->abde': `
    y Reshape Y_r_to3dim a,c,de
    x MatMul y R_r_matmul a,b,de
    x Reshape R a,b,d,e`,
  'abc,adc->abd': `
    y Transpose Y_r_permute a,c,d
    x MatMul y R a,b,d`,
  'abc,adc->adb': `
    x Transpose X_r_trans a,c,b
    y MatMul x R a,d,b`,
  'abc,bd->abcd': `
    x Reshape XR_r_to4dim a,b,c,1
    y Reshape YR_r_to4dim 1,b,1,d
    y Tile YR_r_tile a,b,1,d
    x MatMul y R a,b,c,d`,
  'abc,cde->abde': `
    x Reshape X_r_reshape ab,c
    y Reshape Y_r_reshape c,de
    x MatMul y R_r_matmul ab,de
    x Reshape R a,b,d,e`,
  'abc,db->adc': `
    y Reshape Y_r_to3dim 1,d,b
    y MatMul x R a,d,c`,
  'abcd,abce->abde': `
    x Reshape X_l_reshape ab,c,d
    x Transpose Y_l_permute ab,d,c
    y Reshape Y_r_reshape ab,c,e
    x MatMul y R_l_matmul ab,d,e
    x Reshape R a,b,d,e`,
  'abcd,abce->acde': `
    x Transpose X_r_permute a,c,d,b
    y Transpose Y_r_permute a,c,b,e
    x MatMul y R a,c,d,e`,
  'abcd,abde->abce': `
    x MatMul y R a,b,c,e`,
  'abcd,abed->abce': `
    y Transpose Y_r_permute a,b,d,e
    x MatMul y R a,b,c,e`,
  'abcd,abef->acdef': `
    x Reshape X_l_reshape a,b,cd
    x Transpose Y_l_permute a,cd,b
    y Reshape Y_r_reshape a,b,ef
    x MatMul y R_l_matmul a,cd,ef
    x Reshape R a,c,d,e,f`,
  'abcd,acd->abc': `
    x Reshape X_r_to3dim abc,1,d
    y Reshape Y_r_to5dim a,1,c,d,1
    y Tile Y_r_tile a,b,c,d,1
    y Reshape Y_r_to3dim abc,d,1
    x MatMul y R_r_matmul abc,1,1
    x Reshape R a,b,c`,
  'abcd,acde,abc->abce': `
    x Reshape X_r_to3dim abc,1,d
    y Reshape Y_r_to5dim a,1,c,d,e
    y Tile Y_r_tile a,b,c,d,e
    y Reshape Y_r_to3dim abc,d,e
    x MatMul y R_r_matmul abc,1,e
    x Reshape R_r_reshape a,b,c,e
    z Reshape Z_r_to4dim a,b,c,1
    x Mul z R a,b,c,e`,
  'abcd,aeb->aecd': `
    x Reshape X_r_reshape a,b,cd
    y MatMul x R_r_matmul a,e,cd
    y Reshape R a,e,c,d`,
  'abcd,aecd->aeb': `
    x Reshape X_r_reshape a,b,cd
    x Transpose X_r_permute a,cd,b
    y Reshape Y_r_reshape a,e,cd
    y MatMul x R a,e,b`,
  'abcd,bed->abce': `
    y Reshape Y_r_reshape 1,b,e,d
    y Tile Y_r_tile a,b,e,d
    y Transpose Y_r_permute a,b,d,e
    x MatMul y R a,b,c,e`,
  'abcd,cde->abce': `
    x Transpose X_r_trans a,c,b,d
    y Reshape Y_r_reshape 1,c,d,e
    y Tile Y_r_tile a,c,d,e
    x MatMul y R_r_matmul a,c,b,e
    x Transpose R a,b,c,e`,
  'abcd,cde->abe': `
    x Reshape X_r_to2dim ab,cd
    y Reshape Y_r_to2dim cd,e
    x MatMul y R_r_matmul ab,e
    x Reshape R a,b,e`,
  'abcd,ced->abce': `
    x Transpose X_r_trans a,c,b,d
    y Reshape Y_r_reshape 1,c,e,d
    y Tile Y_r_tile a,c,e,d
    y Transpose Y_r_permute a,c,d,e
    x MatMul y R_r_matmul a,c,b,e
    x Transpose R a,b,c,e`,
  'abcde,abfge->abcdfg': `
    x Reshape X_r_reshape ab,cd,e
    y Reshape Y_r_reshape ab,fg,e
    y Transpose Y_r_permute ab,e,fg
    x MatMul y R_r_matmul ab,cd,fg
    x Reshape R a,b,c,d,f,g`,
  'abcde,afbc->abdef': `
    x Reshape X_r_reshape a,b,c,de
    x Transpose X_r_trans a,b,de,c
    y Transpose Y_r_trans a,b,c,f
    x MatMul y R_r_matmul a,b,de,f
    x Reshape R a,b,d,e,f`,
}

/** A step of {@link stepsOf}: an operator on a tensor, or on two, and what it makes. */
export interface EinsumStep {
  /** Place of the operand whose tensor it works on, and which what it makes takes. */
  readonly operand: number
  readonly op: string
  /** The operand on the right of a product. */
  readonly right?: number
  readonly name: string
  /** The letters of each axis; none for an axis of one place. */
  readonly axes: readonly string[]
}

const operands = ['x', 'y', 'z']

function stepOf(line: string): EinsumStep {
  const words = line.trim().split(' ')
  const [operand, op] = words as [string, string]
  const right = words.length === 5 ? { right: operands.indexOf(words[2]!) } : {}
  return { operand: operands.indexOf(operand), op, ...right, name: words.at(-2)!, axes: words.at(-1)!.replaceAll('1', '').split(',') }
}

const steps: ReadonlyMap<string, readonly EinsumStep[]> = new Map(
  Object.entries(layers).map(([equation, text]) => [equation, text.trim().split('\n').map(stepOf)]),
)

/** The equations of {@link stepsOf}. */
export const takenEquations: readonly string[] = [...steps.keys()]

/** What TPU-MLIR 1.30.2 makes of an equation; `undefined` for one that it does not take, or computes as another one. */
export const stepsOf = (equation: string): readonly EinsumStep[] | undefined => steps.get(equation)
