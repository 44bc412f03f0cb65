import type { Columns } from '../row-file/columns'

export type LabelField =
  | 'item'
  | 'id'
  | 'text'
  | 'label'
  | 'hashtag'
  | 'createdAt'
  | 'labelledAt'
  | 'annotator'
  | 'answer'
  | 'confidence'
  | 'adjudicated'
  | 'size'
  | 'annotation_id'
  | 'updated_at'

/** The columns of a file of labels, as Label Studio, other tools and people spell them. */
export const LABEL_COLUMNS: Columns<LabelField> = {
  item: ['item'],
  // Where id_str exists, the number in id has lost its last digits.
  id: ['id_str', 'id', 'post_id', 'tweet_id', 'status_id'],
  text: ['text', 'full_text', 'tweet', 'tweet_text', 'content', 'source', 'body', 'message'],
  label: ['label', 'class', 'category'],
  hashtag: ['hashtag'],
  createdAt: ['createdAt', 'date'],
  labelledAt: ['labelledAt', 'labeledAt', 'annotatedAt'],
  annotator: ['annotator', 'annotator_id', 'worker', 'worker_id', 'rater', 'labeller', 'labeler'],
  answer: ['answer'],
  confidence: ['confidence'],
  adjudicated: ['adjudicated'],
  size: ['size'],
  annotation_id: ['annotation_id'],
  updated_at: ['updated_at'],
}
