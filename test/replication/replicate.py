"""Computes the estimate of random cases anew, from docs/estimate.md alone, and holds it against the product's answers.

    node bin/run.mjs test/replication/cases.ts CASES.json && python3 test/replication/replicate.py CASES.json

Needs numpy. Fails where an estimate, a standard error, a bound or the number of effective labels is off by more than 1e-6.
"""

import itertools
import json
import sys
from statistics import NormalDist

import numpy as np

TOLERANCE = 1e-6


def consensus_of(one):
    ways = one**2 * (3 - 2 * one)
    ways = ways / ways.sum(axis=1, keepdims=True)
    right = np.diag(ways)
    wrong = np.minimum(1, 2 * (1 - right))
    agreed = ways * (wrong / np.maximum(1e-12, 1 - right))[:, None]
    np.fill_diagonal(agreed, 1 - wrong)
    return agreed


def corrections_of(errors):
    """By kind of label: the confusion, its inverse, the noise of a corrected label, and the deviations of the confusion."""
    one = np.array(errors["one"])
    deviations = [np.array(d) for d in errors["deviations"]]
    size = len(one)
    agreed = [
        consensus_of(np.clip(one + d / 2, 0, 1)) - consensus_of(np.clip(one - d / 2, 0, 1)) for d in deviations
    ]
    kinds = {}
    for name, confusion, moves in [
        ("one", one, deviations),
        ("consensus", np.array(errors["consensus"]), agreed),
        ("owner", np.eye(size), []),
    ]:
        inverse = np.linalg.inv(confusion)
        kinds[name] = {"confusion": confusion, "inverse": inverse, "noise": inverse**2 - inverse, "moves": moves}
    return kinds


def pacc(means, target):
    """Least squares on the simplex by trying every support of at most all classes; exact for the few classes of the cases."""
    size = len(means)
    if size == 2:
        f, t = means[0][1], means[1][1]
        share = 0.5 if t == f else min(1.0, max(0.0, (target[1] - f) / (t - f)))
        return np.array([1 - share, share])
    best, least = None, np.inf
    for count in range(1, size + 1):
        for support in itertools.combinations(range(size), count):
            columns = means[list(support)].T
            system = np.block([[columns.T @ columns, np.ones((count, 1))], [np.ones((1, count)), np.zeros((1, 1))]])
            try:
                solution = np.linalg.solve(system, np.append(columns.T @ target, 1))[:count]
            except np.linalg.LinAlgError:
                continue
            if solution.min() < -1e-12:
                continue
            loss = ((columns @ solution - target) ** 2).sum()
            if loss < least - 1e-15:
                best, least = np.zeros(size), loss
                best[list(support)] = solution
    return best


def moments_of(labels, scores, inverse, weights):
    """By class: how many, their mean scores and the variances, where each label counts for every class as it is corrected."""
    size = len(inverse)
    value = weights[:, None] * inverse[labels]
    counts = value.sum(axis=0)
    means, variances = np.eye(size), np.zeros((size, size))
    for c in range(size):
        if counts[c] > 0:
            means[c] = value[:, c] @ scores / counts[c]
        if counts[c] > 1:
            variances[c] = value[:, c] @ (scores - means[c]) ** 2 / (counts[c] - 1)
    return counts, means, variances


def log_chances(labels, opinions, size):
    """How likely each answer is about each class, shrunk to how often each answer is given; one never given says nothing."""
    counts = np.zeros((size, size))
    for label, opinion in zip(labels, opinions):
        if opinion >= 0:
            counts[label, opinion] += 1
    said = counts.sum(axis=0)
    chances = (counts + 2 * said / max(1, said.sum())) / (counts.sum(axis=1, keepdims=True) + 2)
    return np.where(said > 0, np.log(np.where(said > 0, chances, 1)), 0)


def combined(scores, opinions, b, a, chances):
    """f^a * P(answer | class)^b of the messages with an answer; `chances` by message."""
    answered = opinions >= 0
    logs = a * np.log(np.maximum(1e-6, scores)) + b * np.array([c[:, max(0, o)] for c, o in zip(chances, opinions)]).reshape(scores.shape)
    powers = np.exp(logs - logs.max(axis=1, keepdims=True)) if len(logs) else logs
    return np.where(answered[:, None], powers / powers.sum(axis=1, keepdims=True), scores)


def second_of(labels, scores, opinions, size, day):
    """The weights b and a with log P(answer | class), and the window as it counts then; `day` is the part of messages with an answer."""
    answers = (opinions >= 0).sum()
    if answers < 100:
        return None
    fold = np.arange(len(labels)) % 5
    by_fold = [log_chances(labels[fold != f], opinions[fold != f], size) for f in range(5)]
    chances = [by_fold[f] for f in fold]
    tried = {}
    for b in (0, 0.25, 0.5, 0.75, 1):
        for a in (0, 0.25, 0.5, 0.75, 1):
            values = combined(scores, opinions, b, a, chances)
            tried[b, a] = (((values - np.eye(size)[labels]) ** 2).sum(axis=1), values)
    alone = min((key for key in tried if key[0] == 0), key=lambda key: tried[key][0].sum())
    best = min((key for key in tried if key[0] > 0), key=lambda key: tried[key][0].sum())
    gains = tried[alone][0] - tried[best][0]
    if gains.sum() <= np.sqrt(((gains - gains.mean()) ** 2).sum()):
        return None
    part = min(1.0, day * len(labels) / answers)
    weight = np.where(opinions >= 0, part, 1.0)
    rest = opinions >= 0
    return {
        "weights": best,
        "chances": log_chances(labels, opinions, size),
        "labels": np.concatenate([labels, labels[rest]]),
        "scores": np.concatenate([tried[best][1], scores[rest]]),
        "counted": np.concatenate([weight, np.full(rest.sum(), 1 - part)]),
    }


def assistance_of(labels, scores, weights, target, size, inverse):
    counts, means, variances = moments_of(labels, scores, inverse, weights)
    if counts.min() < 5 or variances.min() < 0:
        counts, means, variances = moments_of(labels, scores, np.eye(size), weights)
    if weights.sum() < 30 - 1e-9 or (counts > 0).sum() < 2:
        return None
    expected = 0.9 * pacc(means, target) + 0.1 * counts / weights.sum()
    mean = expected @ means
    score = np.maximum(0, expected @ (variances + means**2) - mean**2)
    label = expected * (1 - expected)
    covariance = expected * (np.diag(means) - mean)
    weights = np.array([np.clip(c / s, 0, 1) if s > 0 else 0 for c, s in zip(covariance, score)])
    residual = np.maximum(0, label - 2 * weights * covariance + weights**2 * score)
    share = np.clip(expected, 0.02, 0.98)
    prior = np.where((label > 0) & (weights > 0), share * (1 - share) * residual / np.where(label > 0, label, 1), share * (1 - share))
    per_mean = (expected**2 / np.maximum(1, counts)) @ variances
    try:
        solve = np.linalg.inv(means)
        apart = solve - solve.mean(axis=0)
        deviations = np.sqrt(0.03**2 + size / (size - 1) * (per_mean @ apart**2))
    except np.linalg.LinAlgError:
        deviations = np.full(size, np.inf)
    return {
        "weights": weights,
        "share": share,
        "residual": prior,
        "expected": expected,
        "deviations": deviations,
        "means": target,
    }


def corrected(said, kind, part, expected):
    """A label of weight 1 as it is counted, by class, and the noise in that; `part` leans on the expected class."""
    size = len(expected)
    inverse, confusion = kind["inverse"], kind["confusion"]
    coded = (1 - part) * inverse[said] + part * np.eye(size)[said]
    mean = part * confusion + (1 - part) * np.eye(size)
    return coded - part * expected @ (confusion - np.eye(size)), coded**2 - inverse[said] @ mean**2


def part_of(part, basis, kinds, window, size, all_labels):
    opinions_of = lambda some: np.array([one.get("opinion", -1) for one in some], dtype=int)
    scores_of = lambda some: np.array([one["scores"] for one in some]).reshape(-1, size)
    sample, messages = part["sample"], part["messages"]
    score, everyone = scores_of(sample), scores_of(messages)
    labels = np.array([one["label"] for one in window], dtype=int)
    learnt, weighed = scores_of(window), np.ones(len(window))
    second = second_of(labels, learnt, opinions_of(window), size, (opinions_of(messages) >= 0).mean())
    if second:
        labels, learnt, weighed = second["labels"], second["scores"], second["counted"]
        b, a = second["weights"]
        again = lambda some, values: combined(values, opinions_of(some), b, a, [second["chances"]] * len(some))
        score, everyone = again(sample, score), again(messages, everyone)
    total = part["total"]
    target = np.array([one["count"] for one in messages]) @ everyone / total
    assistance = assistance_of(labels, learnt, weighed, target, size, kinds["consensus"]["inverse"])
    count = np.array([one["size"] if basis == "posts" else 1 for one in sample], dtype=float)
    chance = np.array([one["inclusionProbability"] for one in sample])
    sure = chance >= 1
    uncertain = max(0.0, total - count[sure].sum())
    stands = np.where(sure, count, 0.0)
    if uncertain > 0 and (~sure).any():
        stands[~sure] = uncertain * (count / chance)[~sure] / (count / chance)[~sure].sum()
    design_of_total = (stands[~sure] ** 2 * (1 - chance[~sure])).sum()
    expected, leaning = np.zeros((len(sample), size)), 0.0
    if assistance:
        expected = assistance["expected"] + assistance["weights"] * (score - assistance["means"])
        own = design_of_total * assistance["residual"].sum()
        for name in ("one", "consensus"):
            squares = sum(stands[i] ** 2 for i, one in enumerate(sample) if one["judged"] == name)
            own += squares * (assistance["expected"] @ kinds[name]["confusion"] @ kinds[name]["noise"]).sum()
        own *= len(sample) / max(1, all_labels)
        off = stands.sum() ** 2 * (assistance["deviations"] ** 2).sum()
        leaning = own / (own + off) if own > 0 and stands.sum() > 0 else 0.0
    coded = [corrected(one["label"], kinds[one["judged"]], leaning, expected[i]) for i, one in enumerate(sample)]
    value = np.array([one for one, _ in coded]).reshape(-1, size)
    noise = np.array([one for _, one in coded]).reshape(-1, size)
    answer = {
        "total": total,
        "uncertain": uncertain,
        "certain": (count[sure, None] * value[sure]).sum(axis=0),
        "shares": np.zeros(size),
        "design": 0.0,
        "residual": np.zeros(size),
        "binomial": np.zeros(size),
        "adds": {},
        "labels": [],
    }
    weight = np.where(sure, count, 0.0)
    drawn = ~sure
    n = int(drawn.sum())
    if uncertain > 0 and n == 0:
        answer.update(design=np.inf, shares=np.full(size, 1 / size), residual=np.full(size, 0.25), binomial=np.full(size, 0.25))
    elif uncertain > 0:
        w = count[drawn] / chance[drawn]
        weight[drawn] = uncertain * w / w.sum()
        spread = (w / w.sum()) ** 2 * (1 - chance[drawn])
        design = spread.sum()
        bessel = n / (n - 1) if n > 1 else 1.0
        lam = assistance["weights"] if assistance else np.zeros(size)
        residuals = value[drawn] - lam * score[drawn]
        mean = w @ residuals / w.sum()
        rest = (total * target - (count[sure, None] * score[sure]).sum(axis=0)) / uncertain
        shares = lam * rest + mean
        average = lambda values: spread @ values / design
        noisy = np.maximum(0, average(noise[drawn]))
        seen = bessel * average((residuals - mean) ** 2)
        if assistance:
            prior_share, prior = assistance["share"], assistance["residual"]
            likely = np.clip(expected[drawn], 0.02, 0.98)
            doubt = likely * (1 - likely)
            prior = prior * np.where(lam > 0, np.minimum(1, average(doubt) / (w @ doubt / w.sum())), 1)
        else:
            prior_share = (np.clip(w @ value[drawn] / w.sum(), 0, 1) * n + 1) / (n + 2)
            prior = prior_share * (1 - prior_share)
        signal = np.where(prior > 0, prior / np.where(prior > 0, prior + noisy, 1), 1.0)
        days = (n - 1) * signal**2
        residual = (days * np.maximum(0, seen - noisy) + 10 * prior) / (days + 10)
        share = (days * np.clip(shares, 0, 1) + 10 * prior_share) / (days + 10)
        answer.update(shares=shares, design=design, residual=residual, binomial=share * (1 - share))
        scale = np.where(seen > 0, np.minimum(1, np.sqrt(residual / np.where(seen > 0, seen, 1))), 0)
        adds = uncertain * np.sqrt(bessel * spread)[:, None] * (residuals - mean) * scale
        answer["adds"] = {one["item"]: adds[i] for i, one in enumerate(o for o, s in zip(sample, sure) if not s)}
    for i, one in enumerate(sample):
        leant = leaning * weight[i]
        answer["labels"].append((one["item"], one["label"], one["judged"], count[i], weight[i], not sure[i], leant, leant * expected[i]))
    answer["deviations"] = assistance["deviations"] if assistance else np.zeros(size)
    return answer


def wrong_at_most(chances, weights, ratios, tail):
    keep = (chances > 0) & (weights > 0)
    chances, weights = chances[keep], weights[keep]
    if len(weights) == 0:
        return 0.0
    largest = weights.max()
    expected = (chances * weights).sum()
    if expected > 8 * largest:
        variance = (chances * (1 - chances) * weights**2).sum()
        z = NormalDist().inv_cdf(1 - tail)
        return np.mean(ratios) * expected + z * np.sqrt(variance + np.var(ratios) * expected**2)
    unit = largest / 24
    steps = np.maximum(1, np.ceil(weights / unit - 1e-9)).astype(int)
    mixture = np.zeros(steps.sum() + 1)
    for ratio in ratios:
        sums = np.ones(1)
        for chance, step in zip(chances, steps):
            wrong = min(1.0, chance * ratio)
            factor = np.zeros(step + 1)
            factor[0], factor[step] = 1 - wrong, wrong
            sums = np.convolve(sums, factor)
        mixture += sums / len(ratios)
    return float(np.argmax(np.cumsum(mixture) >= 1 - tail)) * unit


class Bounds:
    """The bounds of class k, from what all parts together say."""

    def __init__(self, k, estimate, total, uncertain, certain, draws, noise, labels, values, kinds, ratios):
        self.estimate, self.total, self.uncertain, self.certain = estimate, total, uncertain, certain
        self.draws, self.noise, self.ratios = draws, noise, ratios
        others = [c for c in range(len(kinds["one"]["confusion"])) if c != k]
        into = {name: kind["confusion"][others, k].mean() for name, kind in kinds.items()}
        out = {name: 1 - kind["confusion"][k, k] for name, kind in kinds.items()}
        self.own = np.array([said == k for said, *_ in labels], dtype=bool)
        self.chance = {
            "into": np.array([into[judged] for _, judged, *_ in labels]),
            "out": np.array([out[judged] for _, judged, *_ in labels]),
        }
        self.count = np.array([one[2] for one in labels], dtype=float)
        self.weight = np.array([one[3] for one in labels], dtype=float)
        self.drawn = np.array([one[4] for one in labels], dtype=bool)
        self.value = np.array([one[k] for one in values])

    def noise_at(self, tail, z):
        normal = z * np.sqrt(self.noise)
        chance = np.where(self.own, self.chance["out"], self.chance["into"])
        expected, squares = (chance * self.weight).sum(), (chance * self.weight**2).sum()
        spread = 0.0
        if self.uncertain > 0:
            share = min(0.98, max(0.02, (self.estimate * self.total - self.certain) / self.uncertain))
            spread = (self.uncertain / self.total) ** 2 * share * (1 - share) / self.draws if self.draws > 0 else np.inf
        if expected == 0 or expected**2 > 5 * squares or self.noise < 4 * spread:
            return normal, normal
        shift = self.value.sum() - self.weight[self.own].sum()

        def most(members, direction):
            rest = ~members
            chosen = members.copy()
            if rest.any():
                chosen[np.flatnonzero(rest)[np.argmax(self.weight[rest])]] = True
            return wrong_at_most(self.chance[direction][chosen], self.weight[chosen], self.ratios, tail)

        return (
            max(normal, (most(~self.own, "into") + shift) / self.total),
            max(normal, (most(self.own, "out") - shift) / self.total),
        )

    def scored(self, tail):
        z = NormalDist().inv_cdf(1 - tail)
        low, high = self.noise_at(tail, z)
        if self.uncertain == 0:
            return self.estimate - low, self.estimate + high
        if not self.draws > 0:
            return self.certain / self.total - low, (self.certain + self.uncertain) / self.total + high
        p = (self.estimate * self.total - self.certain) / self.uncertain
        return self.root(p, low, -1, z), self.root(p, high, 1, z)

    def root(self, p, half, sign, z):
        noisy = half * self.total / self.uncertain
        near = min(1 + noisy, max(-noisy, p))
        if (near - noisy <= 0) if sign < 0 else (near + noisy >= 1):
            share = near + sign * noisy
        else:
            spread = z * z / self.draws
            a, b, c = 1 + spread, near + spread / 2, near**2 - noisy**2
            share = (b + sign * np.sqrt(max(0.0, b * b - a * c))) / a
        return (self.certain + self.uncertain * share) / self.total

    def edge(self, own, direction, score, tail):
        count = self.count[own].sum()
        number = (own & self.drawn).sum()
        ones = np.ones(self.drawn.sum())
        explained = self.drawn.any() and number <= wrong_at_most(
            self.chance[direction][self.drawn], ones, self.ratios, tail
        )
        wrong = wrong_at_most(self.chance[direction], self.count, self.ratios, tail / 10)
        least = max(0.0, count - wrong) / self.total
        return least if explained else max(score, least)

    def at(self, tail):
        middle = min(1.0, max(0.0, self.estimate))
        if self.uncertain == 0 and self.noise == 0:
            return middle, middle
        low, high = self.scored(tail)
        low = self.edge(self.own, "into", low, tail)
        high = 1 - self.edge(~self.own, "out", 1 - high, tail)
        return min(middle, max(0.0, min(1.0, low))), max(middle, max(0.0, min(1.0, high)))


def estimate(case):
    size = case["classes"]
    kinds = corrections_of(case["errors"])
    rate = case["errors"]["rate"]
    ratios = np.array(rate["quantiles"]) / rate["mean"] if rate["mean"] > 0 else np.ones(1)
    all_labels = sum(len(part["sample"]) for part in case["parts"])
    parts = [part_of(part, case["basis"], kinds, case["window"], size, all_labels) for part in case["parts"]]
    total = sum(part["total"] for part in parts)
    uncertain = sum(part["uncertain"] for part in parts)

    labels = {}
    for part in parts:
        for item, said, judged, count, weight, drawn, leant, expected in part["labels"]:
            before = labels.get(item, (said, judged, 0.0, 0.0, False, 0.0, np.zeros(size)))
            labels[item] = (
                said, judged, before[2] + count, before[3] + weight, before[4] or drawn, before[5] + leant, before[6] + expected
            )
    labels = list(labels.values())
    noise = np.zeros(size)
    values = []
    said = {name: np.zeros(size) for name in kinds}
    rest = {name: np.zeros(size) for name in kinds}
    leant_by = {name: 0.0 for name in kinds}
    for label, judged, _, weight, _, leant, expected in labels:
        said[judged][label] += weight - leant
        rest[judged] += expected
        leant_by[judged] += leant
        value, noisy = corrected(label, kinds[judged], leant / weight if weight > 0 else 0.0, expected / leant if leant > 0 else expected)
        values.append(weight * value)
        noise += weight**2 * noisy
    deviations = np.max([np.where(np.isfinite(part["deviations"]), part["deviations"], 0) for part in parts], axis=0)
    for t in range(size):
        off = deviations[t] * np.sqrt((size - 1) / size) * np.where(np.arange(size) == t, 1, -1 / (size - 1))
        noise += sum(leant_by[name] * off @ (kinds[name]["confusion"] - np.eye(size)) for name in ("one", "consensus")) ** 2
    for d in range(len(case["errors"]["deviations"])):
        moved = sum(
            said[name] @ kinds[name]["inverse"] @ kinds[name]["moves"][d] @ kinds[name]["inverse"]
            for name in ("one", "consensus")
        ) + sum(rest[name] @ kinds[name]["moves"][d] for name in ("one", "consensus"))
        noise += moved**2
    noise = np.maximum(0, noise)

    adds = {}
    common = np.zeros(size)
    for part in parts:
        for item, add in part["adds"].items():
            adds.setdefault(item, []).append(add)
    for several in adds.values():
        common += np.sum(several, axis=0) ** 2 - np.sum(np.square(several), axis=0)
    common = np.maximum(0, common)

    answers, variance, spread = [], 0.0, 0.0
    for k in range(size):
        certain = sum(part["certain"][k] for part in parts)
        value = (certain + sum(part["uncertain"] * part["shares"][k] for part in parts)) / total
        draws, of_draw = np.inf, 0.0
        if uncertain > 0:
            share = [(part["uncertain"] / uncertain) ** 2 * part["design"] for part in parts if part["uncertain"] > 0]
            inner = [part for part in parts if part["uncertain"] > 0]
            apart = sum(s * part["residual"][k] for s, part in zip(share, inner))
            together = 1 + (common[k] / (uncertain**2 * apart) if apart > 0 else 0)
            alone = sum(s * part["binomial"][k] for s, part in zip(share, inner))
            if apart > 0:
                draws = alone / (sum(share) * apart * together) if np.isfinite(apart) else 0
            of_draw = apart * together
        of_draw = (uncertain / total) ** 2 * min(1.0, of_draw)
        of_noise = noise[k] / total**2
        clipped = min(0.98, max(0.02, value))
        spread += clipped * (1 - clipped)
        variance += of_draw + of_noise
        bounds = Bounds(
            k, value, total, uncertain, min(total - uncertain, max(0.0, certain)), draws, of_noise, labels, values, kinds, ratios
        )
        low, high = bounds.at(0.025)
        joint = bounds.at(0.025 / size) if size > 2 else (low, high)
        answers.append((value, np.sqrt(of_draw + of_noise), low, high, min(low, joint[0]), max(high, joint[1])))
    relative = variance / spread
    return answers, 1 / (relative + 1 / total) if relative > 0 else total


def main():
    with open(sys.argv[1], encoding="utf8") as file:
        cases = json.load(file)
    names = ["estimate", "standardError", "low", "high", "jointLow", "jointHigh"]
    worst, off = 0.0, 0
    for number, case in enumerate(cases):
        answers, effective = estimate(case)
        found = [[one[name] for name in names] for one in case["estimated"]["classes"]]
        apart = max(np.abs(np.array(answers) - np.array(found)).max(), abs(effective - case["estimated"]["effective"]) / effective)
        worst = max(worst, apart)
        if not apart <= TOLERANCE:
            off += 1
            print(f"case {number}: off by {apart:.2e}\n  here    {np.round(answers, 7).tolist()} {effective}\n  product {np.round(found, 7).tolist()} {case['estimated']['effective']}")
    second = sum(case["combined"] > 0 for case in cases)
    print(f"{len(cases)} cases replicated, {second} of them with a second predictor that has a weight, {off} off by more than {TOLERANCE}; the greatest difference is {worst:.1e}")
    sys.exit(1 if off else 0)


main()
