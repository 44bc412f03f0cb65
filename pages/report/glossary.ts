/** Words of the page, as docs/glossary.md defines them. */
export const TERMS: readonly (readonly [term: string, definition: string])[] = [
  ['post', 'What one person published once, as its network gave it.'],
  ['message', 'A text. Its copies and retweets are the same message.'],
  ['share', "What part of a stream's posts of a day, or of seven days, belongs to a category."],
  ['interval', 'The range that holds the true share in 95 of 100 days.'],
  ['judgement', 'What one annotator said of one item.'],
  ['label', "What holds for a message after its judgements: their majority, or the owner's decision."],
  ['flag', "An annotator's note that an item fits no category."],
  ['batch', 'What people are asked on one day: a plan, its items, and later their labels.'],
  ['item', 'A message in a batch.'],
  ['unreliable', 'Judgements are wrong so often that no share can be told from them.'],
  ['withheld', 'The state of a day without a number, because too few of its posts were collected.'],
  ['gate', 'The rules by which a trained model replaces the live one, or does not.'],
  ['champion', 'The model that is live.'],
  ['engine', 'A kind of model: blazingtext (fastText), linear, naive-bayes.'],
]
