/** No threshold of a calibration table is smaller: that of a layer which was all zeros, whose least number is then made up. */
export const smallestThreshold = 1e-5
