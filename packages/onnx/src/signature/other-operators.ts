/** Operators of ONNX 1.23 that are not in the table of signatures: they are no misspelt names of others. */
export const otherOperators: ReadonlySet<string> = new Set(
  [
    'Bernoulli BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Compress ConcatFromSequence DFT DeformConv Det GRU',
    'HammingWindow HannWindow ImageDecoder LSTM Loop LpNormalization MaxRoiPool MelWeightMatrix Multinomial NegativeLogLikelihoodLoss',
    'NonMaxSuppression Optional OptionalGetElement OptionalHasElement RNN RandomNormal RandomNormalLike RandomUniform RandomUniformLike',
    'RegexFullMatch ReverseSequence RoiAlign STFT Scan SequenceAt SequenceConstruct SequenceEmpty SequenceErase',
    'SequenceInsert SequenceLength SequenceMap SoftmaxCrossEntropyLoss SplitToSequence StringConcat StringNormalizer StringSplit',
    'TensorScatter TfIdfVectorizer Unique',
  ].flatMap((line) => line.split(' ')),
)
