"""Trains the models of the engine `linear` anew with scikit-learn, and holds their probabilities against ours.

    node bin/run.mjs test/replication/linear-models.ts MODELS.json POSTS.jsonl... && python3 test/replication/linear.py MODELS.json

Needs scikit-learn. The tokens are ours; n-grams, weights and solver are scikit-learn's. Fails where a probability is off by more
than 1e-3. Prints the times of both side by side.
"""

import json
import sys
import time

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline

TOLERANCE = 1e-3


def classifier_of(strength, classes):
    words = CountVectorizer(lowercase=False, token_pattern=r"\S+", ngram_range=(1, 2))
    characters = CountVectorizer(lowercase=False, analyzer="char_wb", ngram_range=(3, 5))
    # With two classes scikit-learn has one vector of weights, the difference of our two: its penalty is twice ours.
    strength = 2 * strength if classes == 2 else strength
    return make_pipeline(
        FeatureUnion([("words", words), ("characters", characters)]),
        TfidfTransformer(sublinear_tf=True),
        LogisticRegression(C=strength, solver="newton-cg", tol=1e-8, max_iter=1_000),
    )


def main():
    failed = False
    for model in json.load(open(sys.argv[1])):
        lines = {part: [" ".join(post["tokens"]) for post in model[part]] for part in ("train", "asked")}
        theirs = classifier_of(model["strength"], len(model["labels"]))
        began = time.perf_counter()
        theirs.fit(lines["train"], [post["label"] for post in model["train"]])
        trained = time.perf_counter()
        expected = theirs.predict_proba(lines["asked"])
        asked = time.perf_counter()
        assert list(theirs.classes_) == model["labels"], "the labels are in another order"
        pairs = [(row, expected[i]) for i, row in enumerate(model["probabilities"]) if row is not None]
        off = max(np.abs(np.array(row) - other).max() for row, other in pairs)
        print(
            f"{model['name']}: {len(model['train'])} posts, {len(pairs)} asked, off by {off:.1e} at most;"
            f" train {model['trainSeconds']:.2f} s (scikit-learn {trained - began:.2f} s),"
            f" ask {model['askSeconds']:.3f} s (scikit-learn {asked - trained:.3f} s)"
        )
        failed = failed or off > TOLERANCE or len(pairs) < 0.9 * len(model["asked"])
    if failed:
        sys.exit(f"a probability is off by more than {TOLERANCE}, or too few posts were answered")


main()
