/** Operators of ONNX 1.23 that are not in the table of signatures: they are no misspelt names of others. */
export const otherOperators: ReadonlySet<string> = new Set(
  [
    'Bernoulli BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow ConcatFromSequence DFT DeformConv Det GRU',
    'HammingWindow HannWindow ImageDecoder LSTM Loop MaxRoiPool MelWeightMatrix Multinomial',
    'NonMaxSuppression Optional OptionalGetElement OptionalHasElement RNN RandomNormal RandomNormalLike RandomUniform RandomUniformLike',
    'RegexFullMatch RoiAlign STFT Scan SequenceAt SequenceConstruct SequenceEmpty SequenceErase',
    'SequenceInsert SequenceLength SequenceMap SplitToSequence StringConcat StringNormalizer StringSplit',
    'TensorScatter TfIdfVectorizer Unique',
  ].flatMap((line) => line.split(' ')),
)
