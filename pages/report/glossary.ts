/** The terms of the page, as docs/glossary.md defines them. */
export const TERMS: readonly (readonly [term: string, definition: string])[] = [
  ['post', 'What one person published once, as its network gave it.'],
  ['message', 'A text. Its copies and retweets are the same message.'],
  ['share', "What part of a stream's posts of a day, or of seven days, belongs to a category."],
  ['interval', 'The range that holds the true share in 95 of 100 days.'],
  ['judgement', 'What one annotator said of one item.'],
  ['label', "The category of a message after its judgements: their majority vote, or the owner's decision."],
  ['flag', "An annotator's note that an item fits no category."],
  ['batch', 'The questions of one day: a plan, its items, and later their labels.'],
  ['item', 'A message in a batch.'],
  ['unreliable', 'Said of labels when judgements are wrong so often that no share can be estimated.'],
  ['withheld', 'The state of a day without a number, because too few of its posts were collected.'],
  ['gate', 'The rules that decide whether a trained model replaces the live one.'],
  ['champion', 'The model that is live.'],
  ['engine', 'A kind of model: blazingtext (fastText), linear, naive-bayes.'],
]
