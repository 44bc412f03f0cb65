"""
MiniStack and moto as `npm run foreign` starts them: `emulator.py ministack` and `emulator.py moto`, each with its gaps closed
from outside. Every gap names what AWS documents.

MiniStack checks signatures, roles and policies (AUTH=true). What it refuses is written to DENIED_LOG, one line a call. Calls
of SageMaker come to it too, so that they are checked, and go on to moto.
"""

import asyncio
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit


def ministack():
    import ministack.app as app
    import ministack.core.iam_actions as actions
    import ministack.core.iam_evaluator as evaluator
    import ministack.services.cloudformation.provisioners as provisioners
    import ministack.services.athena as athena
    import ministack.services.eventbridge as events
    import ministack.services.lambda_svc as functions

    handlers = provisioners._RESOURCE_HANDLERS

    # AWS::Events::Archive: CreateArchive is there, its resource type is not.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-archive.html
    def create_archive(logical_id, props, stack_name):
        name = props.get("ArchiveName") or f"{stack_name}-{logical_id}"
        pattern = props.get("EventPattern")
        status, _, body = events._create_archive({
            "ArchiveName": name,
            "EventSourceArn": props["SourceArn"],
            "Description": props.get("Description", ""),
            "RetentionDays": props.get("RetentionDays", 0),
            "EventPattern": json.dumps(pattern) if pattern else "",
        })
        if status >= 400:
            raise ValueError(body)
        return name, {"ArchiveName": name, "Arn": events._archives[name]["ArchiveArn"]}

    handlers["AWS::Events::Archive"] = {
        "create": create_archive,
        "delete": lambda name, props: events._delete_archive({"ArchiveName": name}),
    }

    # AWS::Athena::NamedQuery: CreateNamedQuery is there, its resource type is not. Ref is the id of the query.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-athena-namedquery.html
    def create_named_query(logical_id, props, stack_name):
        status, _, body = athena._create_named_query({key: props[key] for key in props if key != "Tags"})
        if status >= 400:
            raise ValueError(body)
        name = json.loads(body)["NamedQueryId"]
        return name, {"NamedQueryId": name}

    handlers["AWS::Athena::NamedQuery"] = {
        "create": create_named_query,
        "delete": lambda name, props: athena._delete_named_query({"NamedQueryId": name}),
    }

    # AWS::Events::EventBusPolicy: a statement is put on the bus as it is written.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html
    def create_bus_policy(logical_id, props, stack_name):
        bus = props.get("EventBusName", "default")
        statement = {**props["Statement"], "Sid": props["StatementId"]}
        policy = events._event_bus_policies.setdefault(bus, {"Version": "2012-10-17", "Statement": []})
        policy["Statement"] = [one for one in policy["Statement"] if one.get("Sid") != statement["Sid"]] + [statement]
        return f"{bus}|{statement['Sid']}", {}

    def delete_bus_policy(physical_id, props):
        bus, statement = physical_id.split("|")
        events._remove_permission({"EventBusName": bus, "StatementId": statement})

    handlers["AWS::Events::EventBusPolicy"] = {"create": create_bus_policy, "delete": delete_bus_policy}

    # Ref of a secret is its ARN, so that a role may name it.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
    secret = handlers["AWS::SecretsManager::Secret"]
    make_secret, drop_secret = secret["create"], secret["delete"]

    def create_secret(*args):
        _, attributes = make_secret(*args)
        return attributes["Arn"], attributes

    def delete_secret(arn, props):
        secrets = provisioners._sm._secrets
        return drop_secret(next((name for name, one in secrets.items() if one["ARN"] == arn), arn), props)

    handlers["AWS::SecretsManager::Secret"] = {**secret, "create": create_secret, "delete": delete_secret}

    # An alarm over an expression (Metrics) has no metric of its own: it is kept under the id of what the expression returns, and
    # nobody evaluates it here.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
    alarm_record = provisioners._cw_metric_alarm_record

    def with_metric_math(name, props):
        if not props.get("Metrics"):
            return alarm_record(name, props)
        returned = next(one for one in props["Metrics"] if one.get("ReturnData", True))
        plain = {key: value for key, value in props.items() if key != "Metrics"}
        return alarm_record(name, {**plain, "MetricName": returned["Id"], "Namespace": "an expression"})

    provisioners._cw_metric_alarm_record = with_metric_math

    # Cookies of an HTTP API's request are a field of payload 2.0, and no header.
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    run = functions._execute_function_with_config_scope

    def with_cookies(record, event, *rest, **more):
        if isinstance(event, dict) and event.get("version") == "2.0" and event.get("headers", {}).get("cookie"):
            headers = dict(event["headers"])
            cookies = [one.strip() for one in headers.pop("cookie").split(";")]
            event = {**event, "headers": headers, "cookies": cookies}
        return run(record, event, *rest, **more)

    functions._execute_function_with_config_scope = with_cookies

    # dynamodb:LeadingKeys, the partition keys that a request names: a condition key of DynamoDB's.
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    with_select = actions.dynamodb_service_context

    def with_leading_keys(body):
        keys = leading_keys(json.loads(body or b"{}"))
        return {**with_select(body), **({"dynamodb:LeadingKeys": keys} if keys else {})}

    actions.dynamodb_service_context = with_leading_keys

    # events:source and events:detail-type of PutEvents, of all entries.
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
    with_tags = actions.request_tag_context

    def with_entries(service, action, body, params):
        context = with_tags(service, action, body, params)
        if action != "events:PutEvents":
            return context
        entries = json.loads(body)["Entries"]
        for key, field in (("events:source", "Source"), ("events:detail-type", "DetailType")):
            values = sorted({one.get(field, "") for one in entries})
            context[key] = values[0] if len(values) == 1 else values
        return context

    actions.request_tag_context = with_entries

    # A rule invokes a function asynchronously: Lambda tries a failed event again and hands it to the failure destination.
    # https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    def invoke_by_rule(arn, payload):
        function, config, name = functions._get_func_record_for_ref(arn)
        if not function or not config:
            raise LookupError(f"a rule names the function {name}, which is not there")
        functions.invoke_async_with_retry(functions._execution_record_for_config(function, config), json.loads(payload))

    events._dispatch_to_lambda = invoke_by_rule

    # Port 443 is for Cognito, which is not used.
    app._port_is_bindable = lambda *_: False

    serve = app.app
    account, region = os.environ["MINISTACK_ACCOUNT_ID"], os.environ["MINISTACK_REGION"]

    def note_denied(what, key):
        who = evaluator.resolve_principal(key, account, None)
        with open(os.environ["DENIED_LOG"], "a") as log:
            log.write(f"{what} by {getattr(who, 'arn', key)}\n")

    def is_allowed(key, action, resource, context):
        who = evaluator.resolve_principal(key, account, None)
        if not isinstance(who, evaluator.PrincipalInfo):
            return False
        if who.policies is None:
            return True
        asked = evaluator.EvalContext(
            principal_arn=who.arn,
            principal_type=who.type,
            principal_account=who.account,
            action=action,
            resource_arn=resource,
            region=region,
            service_context=context,
            principal_keys=who.keys,
        )
        return evaluator.evaluate(asked, who.policies, *who.limits).decision == "Allow"

    # SageMaker: checked here, done by moto.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
    async def sagemaker(scope, receive, send, operation, key):
        body = await body_of(receive)
        request = json.loads(body or b"{}")
        for action, resource, context in sagemaker_checks(operation, request, f"arn:aws:sagemaker:{region}:{account}"):
            if not is_allowed(key, action, resource, context):
                note_denied(f"{action} on {resource}", key)
                return await answer(send, 400, {"__type": "AccessDeniedException", "Message": f"{action} on {resource}"})
        status, said = await asyncio.to_thread(forward, scope, body)
        await answer(send, status, said)

    def forward(scope, body):
        headers = {name.decode(): value.decode() for name, value in scope["headers"] if name.lower() != b"host"}
        to_moto = urllib.request.Request(f"http://127.0.0.1:{os.environ['MOTO_PORT']}/", body, headers)
        try:
            with urllib.request.urlopen(to_moto) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    # What AWS itself does, for moto: SageMaker's job state changes, whose source PutEvents refuses to everybody else, and a
    # session of a role that trusts SageMaker.
    def for_moto(path, request):
        from ministack.core.responses import set_request_account_id, set_request_region
        from ministack.services import iam, sts

        set_request_account_id(account)
        set_request_region(region)
        if path == "/_foreign/event":
            events._dispatch_event(request)
            return 200, {}
        role = iam._roles[request["role"].split("/")[-1]]
        if "sagemaker.amazonaws.com" not in json.dumps(role["AssumeRolePolicyDocument"]):
            return 403, {"message": f"{request['role']} does not trust SageMaker"}
        key, secret, token = (os.urandom(8).hex().upper() for _ in range(3))
        sts.register_session(f"ASIA{key}", {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role['RoleName']}/SageMaker",
            "UserId": f"{role['RoleName']}:SageMaker",
            "SecretAccessKey": secret,
            "SessionToken": token,
        })
        return 200, {"key": f"ASIA{key}", "secret": secret, "token": token}

    async def answer(send, status, body):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = [(b"content-type", b"application/x-amz-json-1.1")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def body_of(receive):
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                return body

    async def watched(scope, receive, send):
        if scope["type"] != "http":
            return await serve(scope, receive, send)
        if scope["path"].startswith("/_foreign/"):
            return await answer(send, *for_moto(scope["path"], json.loads(await body_of(receive))))

        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        # An unsigned request is one for a page, which has refusals of its own.
        if not headers.get("authorization", "").startswith("AWS4-"):
            return await serve(scope, receive, send)
        key, _, _, service, _ = headers["authorization"].split("Credential=")[1].split(",")[0].split("/")
        target = headers.get("x-amz-target", "")
        if service == "sagemaker":
            return await sagemaker(scope, receive, send, target.split(".")[-1], key)
        # Service Quotas: not there. The quotas that the doctor looks for, of an account that may train.
        if service == "servicequotas":
            names = [f"ml.c5.xlarge for {kind}training job usage" for kind in ("", "spot ")]
            return await answer(send, 200, {"Quotas": [{"QuotaName": name, "Value": 1.0} for name in names]})

        async def watch(message):
            if message["type"] == "http.response.start" and message["status"] in (401, 403):
                note_denied(f"{service} {target or scope['method'] + ' ' + scope['path']}", key)
            await send(message)

        await serve(scope, receive, watch)

    app.app = watched
    sys.argv[1:] = []
    app.main()


def leading_keys(request):
    """The values of the partition key pk that a request of DynamoDB names, each once."""
    items = [request.get("Key"), request.get("Item")]
    for asked in request.get("RequestItems", {}).values():
        items += asked.get("Keys", [])
    keys = [item["pk"]["S"] for item in items if item and "pk" in item]
    if "KeyConditionExpression" in request:
        keys.append(request["ExpressionAttributeValues"][":pk"]["S"])
    return sorted(set(keys))


def sagemaker_checks(operation, request, arn):
    """The actions, resources and condition keys that a call of SageMaker is checked for."""
    resource = next(
        (
            name if name.startswith("arn:") else f"{arn}:{kind}/{name}"
            for field, kind in (
                ("TrainingJobName", "training-job"),
                ("LabelingJobName", "labeling-job"),
                ("ModelPackageArn", "model-package"),
                ("ModelPackageName", "model-package"),
                ("ModelPackageGroupName", "model-package-group"),
            )
            if (name := request.get(field))
        ),
        "*",
    )
    if operation == "CreateModelPackage":
        resource = f"{arn}:model-package/{request['ModelPackageGroupName']}/1"
    checks = [(f"sagemaker:{operation}", "*" if operation.startswith("List") else resource, {})]
    if request.get("Tags"):
        checks.append(("sagemaker:AddTags", resource, {}))
    if "RoleArn" in request:
        checks.append(("iam:PassRole", request["RoleArn"], {"iam:passedtoservice": "sagemaker.amazonaws.com"}))
    return checks


def moto():
    import boto3
    from moto.sagemaker.models import SageMakerModelBackend
    from moto.sagemaker.exceptions import ValidationError
    from moto.sagemaker.responses import SageMakerResponse
    from moto.core.responses import EmptyResult
    import moto.server

    # What DescribeTrainingJob says of a job that is not there.
    describe = SageMakerModelBackend.describe_training_job

    def describe_or_not_found(self, name):
        try:
            return describe(self, name)
        except ValidationError:
            raise ValidationError(message="Requested resource not found.")

    SageMakerModelBackend.describe_training_job = describe_or_not_found

    # DeleteModelPackage, DeleteModelPackageGroup, StopTrainingJob:
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteModelPackageGroup.html and its neighbours.
    def delete_model_package(self):
        del self.sagemaker_backend.model_packages[self._get_param("ModelPackageName")]
        return EmptyResult()

    def delete_model_package_group(self):
        name = self._get_param("ModelPackageGroupName")
        if self.sagemaker_backend.model_package_groups.pop(name, None) is None:
            raise ValidationError(message=f"ModelPackageGroup {name} does not exist.")
        return EmptyResult()

    SageMakerResponse.delete_model_package = delete_model_package
    SageMakerResponse.delete_model_package_group = delete_model_package_group

    # A training job reads its channels, writes the model and ends, as the role that it was given: Debian's fastText in the
    # place of BlazingText, which trains by the same algorithm and writes the same format.
    create = SageMakerResponse.create_training_job

    def create_and_train(self):
        answer = create(self)
        job = self.sagemaker_backend.training_jobs[self._get_param("TrainingJobName")]
        try:
            train(boto3, job, self._get_param("InputDataConfig"))
        except Exception as error:  # As SageMaker, which says it in the job.
            job.training_job_status = job.secondary_status = "Failed"
            job.failure_reason = f"{type(error).__name__}: {error}"
        tell(job)
        return answer

    SageMakerResponse.create_training_job = create_and_train
    moto.server.main(["-H", "127.0.0.1", "-p", os.environ["MOTO_PORT"]])


def train(boto3, job, channels):
    session = ask_gateway("session", {"role": job.role_arn})
    s3 = boto3.client(
        "s3",
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        aws_access_key_id=session["key"],
        aws_secret_access_key=session["secret"],
        aws_session_token=session["token"],
    )
    wanted = {key: str(value) for key, value in job.hyper_parameters.items()}
    with tempfile.TemporaryDirectory() as folder:
        for channel in channels:
            uri = urlsplit(channel["DataSource"]["S3DataSource"]["S3Uri"])
            s3.download_file(uri.netloc, uri.path[1:], f"{folder}/{channel['ChannelName']}")
        subprocess.run(
            [
                "fasttext", "supervised", "-input", f"{folder}/train", "-output", f"{folder}/model", "-thread", "1",
                "-epoch", wanted["epochs"], "-lr", wanted["learning_rate"], "-dim", wanted["vector_dim"],
                "-wordNgrams", wanted["word_ngrams"], "-bucket", wanted["buckets"], "-minCount", wanted["min_count"],
            ],
            check=True,
            capture_output=True,
        )
        with tarfile.open(f"{folder}/model.tar.gz", "w:gz") as archive:
            archive.add(f"{folder}/model.bin", "model.bin")
        uri = urlsplit(job.model_artifacts["S3ModelArtifacts"])
        s3.upload_file(f"{folder}/model.tar.gz", uri.netloc, uri.path[1:])


def tell(job):
    """SageMaker Training Job State Change, as https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html has it."""
    event = {
        "EventId": os.urandom(16).hex(),
        "Source": "aws.sagemaker",
        "DetailType": "SageMaker Training Job State Change",
        "Resources": [job.arn],
        "EventBusName": "default",
        "Account": os.environ["MINISTACK_ACCOUNT_ID"],
        "Region": os.environ["MINISTACK_REGION"],
        "Time": int(time.time()),
        "Detail": json.dumps({"TrainingJobName": job.training_job_name, "TrainingJobStatus": job.training_job_status}),
    }
    ask_gateway("event", event)


def ask_gateway(what, request):
    sent = urllib.request.Request(f"{os.environ['AWS_ENDPOINT_URL']}/_foreign/{what}", json.dumps(request).encode())
    with urllib.request.urlopen(sent) as response:
        return json.loads(response.read())


if __name__ == "__main__":
    {"ministack": ministack, "moto": moto}[sys.argv[1]]()
