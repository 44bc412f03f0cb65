"""Peers on the days of `days.ts`: how often a 95 % interval holds the true share, how wide it is, how often there is one.

    python3 -m venv .venv-peers && .venv-peers/bin/pip install glide-py==0.11.0 ppi-python==0.2.3
    node bin/run.mjs bench/peers/days.ts DAYS.json && .venv-peers/bin/python bench/peers/compare.py DAYS.json

GLIDE asks for Python 3.12. PPI++, PTD and the labels alone have the 30 labels of the plain draw; active inference draws its
own 30, by the doubt of the scores. None of the peers corrects labels that are wrong.
"""

import json
import sys
import warnings

import numpy as np
from glide.estimators import ASIMeanEstimator, ClassicalMeanEstimator, PPIMeanEstimator, PTDMeanEstimator
from glide.samplers import ActiveSampler
from ppi_py import ppi_mean_ci

warnings.filterwarnings("ignore")


def bounds(result):
    interval = result.confidence_interval
    return interval.lower_bound, interval.upper_bound


def labelled(day):
    y = np.full(len(day["scores"]), np.nan)
    y[day["drawn"]] = np.array(day["labels"], dtype=float)[day["drawn"]]
    return y


def active(day, seed):
    scores = np.array(day["scores"])
    pi, xi = ActiveSampler().sample(np.sqrt(scores * (1 - scores)) + 1e-3, n_samples=30, random_seed=seed)
    y = np.where(xi > 0, np.array(day["labels"], dtype=float), np.nan)
    return bounds(ASIMeanEstimator().estimate(y, scores, pi))


def ppi_py(day):
    f, y = np.array(day["scores"]), np.array(day["labels"], dtype=float)
    rest = np.setdiff1d(np.arange(len(f)), day["drawn"])
    low, high = ppi_mean_ci(y[day["drawn"]], f[day["drawn"]], f[rest], alpha=0.05)
    return float(np.squeeze(low)), float(np.squeeze(high))


PEERS = {
    "GLIDE labels alone": lambda day, _: bounds(ClassicalMeanEstimator().estimate(labelled(day)[day["drawn"]])),
    "GLIDE PPI++": lambda day, _: bounds(PPIMeanEstimator().estimate(labelled(day), np.array(day["scores"]))),
    "GLIDE PTD": lambda day, seed: bounds(
        PTDMeanEstimator().estimate(labelled(day), np.array(day["scores"]), n_bootstrap=500, random_seed=seed)
    ),
    "GLIDE active inference": active,
    "ppi_py PPI++": lambda day, _: ppi_py(day),
}


def wilson(share, n, z=1.959964):
    centre, half = share + z * z / (2 * n), z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)


def main():
    with open(sys.argv[1], encoding="utf8") as file:
        cells = json.load(file)
    for cell in cells:
        days = cell["days"]
        rows = {name: [day["ours"][name][1:] for day in days] for name in days[0]["ours"]}
        for name, peer in PEERS.items():
            rows[name] = []
            for seed, day in enumerate(days):
                try:
                    low, high = peer(day, seed)
                    rows[name].append((max(0.0, low), min(1.0, high)) if np.isfinite(low) else None)
                except ValueError:
                    rows[name].append(None)
        print(f"\nshare {cell['share']}, mistakes {cell['rate']}, {len(days)} days: covers [95 % limits], mean width in points, answers")
        widths = {}
        for name, answers in rows.items():
            told = [(one, day["truth"]) for one, day in zip(answers, days) if one is not None]
            held = np.mean([low - 1e-9 <= truth <= high + 1e-9 for (low, high), truth in told])
            width = 100 * np.mean([high - low for (low, high), _ in told])
            low, high = wilson(held, len(told))
            share = len(told) / len(days)
            if held >= 0.93 and share >= 0.99:
                widths[name] = width
            print(f"  {name:28} {100 * held:5.1f} % [{100 * low:.1f}-{100 * high:.1f}]  {width:5.1f}  {100 * share:5.1f} %")
        if widths:
            best = min(widths, key=widths.get)
            print(f"  narrowest of those that cover 93 % and answer 99 % of the days: {best}, {widths[best]:.1f}")


main()
