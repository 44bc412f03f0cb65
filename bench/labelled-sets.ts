/** The files of the labelled sets, below the folder of `--data`. */
export const SET_FILES: Readonly<Record<string, readonly string[]>> = {
  corporate: ['corporate-messaging/posts.jsonl'],
  emotion: ['train', 'val', 'test'].map((part) => `tweeteval-emotion/${part}.jsonl`),
  irony: ['train', 'val', 'test'].map((part) => `tweeteval-irony/${part}.jsonl`),
}

/** The description of that folder in `--help`. */
export const DATA_USAGE = `--data FOLDER   labelled posts: tweeteval-emotion/ and tweeteval-irony/ with train, val and test.jsonl, and
                  corporate-messaging/posts.jsonl, each line a JSON object with "text" and "label"`
