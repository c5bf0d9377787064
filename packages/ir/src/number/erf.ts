/*
 * The error function in double precision, within one unit in the last place.
 *
 * The rational approximations are those published with fdlibm (Sun Microsystems, 1993), the ones the C libraries
 * use: tables made with a C library come out the same.
 */

/** Coefficients by rising power. */
type Polynomial = readonly number[]

/** erf(x) = x + x R(x^2) below 0.84375. */
const smallTop: Polynomial = [
  1.28379167095512558561e-1, -3.2504210724700149937e-1, -2.84817495755985104766e-2, -5.77027029648944159157e-3, -2.37630166566501626084e-5,
]
const smallBottom: Polynomial = [
  1, 3.97917223959155352819e-1, 6.50222499887672944485e-2, 5.08130628187576562776e-3, 1.32494738004321644526e-4, -3.9602282787753681232e-6,
]
/** erf(1) to float32 precision; between 0.84375 and 1.25, erf(x) = this + R(x - 1). */
const nearOne = 8.45062911510467529297e-1
const middleTop: Polynomial = [
  -2.36211856075265944077e-3, 4.14856118683748331666e-1, -3.72207876035701323847e-1, 3.18346619901161753674e-1, -1.10894694282396677476e-1,
  3.54783043256182359371e-2, -2.166375594868790843e-3,
]
const middleBottom: Polynomial = [
  1, 1.06420880400844228286e-1, 5.40397917702171048937e-1, 7.18286544141962662868e-2, 1.26171219808761642112e-1, 1.36370839120290507362e-2,
  1.1984499846799107417e-2,
]
/** erfc(x) = e^(-x^2 - 9/16 + R(1 / x^2)) / x between 1.25 and 1 / 0.35. */
const largeTop: Polynomial = [
  -9.86494403484714822705e-3, -6.93858572707181764372e-1, -1.05586262253232909814e1, -6.23753324503260060396e1, -1.62396669462573470355e2,
  -1.84605092906711035994e2, -8.12874355063065934246e1, -9.81432934416914548592,
]
const largeBottom: Polynomial = [
  1, 1.96512716674392571292e1, 1.376577541435190426e2, 4.34565877475229228821e2, 6.45387271733267880336e2, 4.29008140027567833386e2,
  1.08635005541779435134e2, 6.57024977031928170135, -6.04244152148580987438e-2,
]
/** The same from 1 / 0.35 on. */
const hugeTop: Polynomial = [
  -9.86494292470009928597e-3, -7.99283237680523006574e-1, -1.77579549177547519889e1, -1.60636384855821916062e2, -6.37566443368389627722e2,
  -1.02509513161107724954e3, -4.83519191608651397019e2,
]
const hugeBottom: Polynomial = [
  1, 3.03380607434824582924e1, 3.25792512996573918826e2, 1.53672958608443695994e3, 3.19985821950859553908e3, 2.55305040643316442583e3,
  4.74528541206955367215e2, -2.24409524465858183362e1,
]

const split = new DataView(new ArrayBuffer(8))

/** The error function `2 / sqrt(pi) * integral of e^(-t^2) from 0 to x`, within one unit in the last place. */
export function erf(x: number): number {
  const magnitude = Math.abs(x)
  if (!(magnitude < 6)) return x !== x ? x : Math.sign(x)
  if (magnitude < 0.84375) {
    if (magnitude < 2 ** -28) return x + 1.28379167095512586316e-1 * x
    const square = x * x
    return x + x * (at(smallTop, square) / at(smallBottom, square))
  }
  if (magnitude < 1.25) {
    const offset = magnitude - 1
    const size = nearOne + at(middleTop, offset) / at(middleBottom, offset)
    return x < 0 ? -size : size
  }
  const size = 1 - complement(magnitude)
  return x < 0 ? -size : size
}

/** 1 - erf(x) for x from 1.25 on. */
function complement(x: number): number {
  const inverse = 1 / (x * x)
  const ratio = x < 1 / 0.35 ? at(largeTop, inverse) / at(largeBottom, inverse) : at(hugeTop, inverse) / at(hugeBottom, inverse)
  // The upper half of x has an exact square, so e^(-x^2) loses nothing: x^2 = high^2 + (x - high)(x + high).
  split.setFloat64(0, x)
  split.setUint32(4, 0)
  const high = split.getFloat64(0)
  return (Math.exp(-high * high - 0.5625) * Math.exp((high - x) * (high + x) + ratio)) / x
}

/** The polynomial at `x`, by Horner's rule. */
function at(polynomial: Polynomial, x: number): number {
  let sum = 0
  for (let i = polynomial.length - 1; i >= 0; i--) sum = polynomial[i]! + x * sum
  return sum
}
