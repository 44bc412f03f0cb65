"""Holds recorded requests against AWS's own API models: validate-requests.py DIR [DIR ...]

Each file is <n>.<service>.<Operation>.json, the input of an SDK command as `npm start -- --record DIR` writes it. Needs
botocore. Says how often each operation was sent, and ends with 1 if an input is not what AWS takes, or if there is none.
"""

import json
import pathlib
import sys
from collections import Counter

import botocore.session
from botocore.validate import ParamValidator

# The service that signs the request, where botocore calls it otherwise.
MODEL_NAMES = {"servicequotas": "service-quotas"}
# Two services sign as `bedrock`: these operations are of the one that answers.
RUNTIME_OPERATIONS = {"Converse"}
# Streams and payloads are recorded by their length alone.
BLOBS = {"Body", "Payload"}


def restore(value):
    """Put bytes where only a length was recorded."""
    if not isinstance(value, dict):
        return value
    return {
        name: b"\0" * inner["length"] if name in BLOBS and is_length(inner) else inner for name, inner in value.items()
    }


def is_length(value):
    return isinstance(value, dict) and list(value) == ["length"]


def problems_of(file, session, models):
    _, service, operation, _ = file.name.split(".")
    name = "bedrock-runtime" if operation in RUNTIME_OPERATIONS else MODEL_NAMES.get(service, service)
    if name not in models:
        models[name] = session.get_service_model(name)
    try:
        shape = models[name].operation_model(operation).input_shape
    except botocore.model.OperationNotFoundError:
        return f"{name} has no operation {operation}"
    given = restore(json.loads(file.read_text("utf-8")))
    if shape is None:
        return "" if not given else f"{operation} takes nothing"
    report = ParamValidator().validate(given, shape)
    return report.generate_report() or "; ".join(pattern_problems(given, shape, operation))


def pattern_problems(value, shape, path):
    """What botocore itself does not look at: patterns, enumerations and greatest lengths."""
    import re

    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if isinstance(value, dict) and name in value:
                yield from pattern_problems(value[name], member, f"{path}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        if len(value) > shape.metadata.get("max", len(value)):
            yield f"{path}: {len(value)} are too many"
        for index, inner in enumerate(value):
            yield from pattern_problems(inner, shape.member, f"{path}[{index}]")
    elif shape.type_name == "map" and isinstance(value, dict):
        for name, inner in value.items():
            yield from pattern_problems(inner, shape.value, f"{path}.{name}")
    elif shape.type_name == "string" and isinstance(value, str):
        if len(value) > shape.metadata.get("max", len(value)):
            yield f"{path}: {len(value)} characters are too many"
        if shape.enum and value not in shape.enum:
            yield f"{path}: {value} is none of {', '.join(shape.enum)}"
        pattern = shape.metadata.get("pattern")
        if pattern and not matches(re, pattern, value):
            yield f"{path}: {value!r} is not like {pattern}"


def matches(re, pattern, value):
    try:
        # The models are written for Java: \p{...} classes are not in Python's re, and are let through.
        return re.search(pattern, value) is not None if pattern.startswith("^") else re.fullmatch(pattern, value) is not None
    except re.error:
        return True


def main(folders):
    files = [file for folder in folders for file in sorted(pathlib.Path(folder).glob("*.json"))]
    session = botocore.session.get_session()
    models = {}
    sent, refused = Counter(), 0
    for file in files:
        problems = problems_of(file, session, models)
        _, service, operation, _ = file.name.split(".")
        sent[f"{service}.{operation}"] += 1
        if problems:
            refused += 1
            print(f"REFUSED {file}: {problems}")
    for name, count in sorted(sent.items()):
        print(f"{count:6} {name}")
    print(f"{len(files)} requests of {len(sent)} operations, {refused} refused")
    return 1 if refused or not files else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
