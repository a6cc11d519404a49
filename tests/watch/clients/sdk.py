"""Requests an object from S3 and tables from DynamoDB with the named client. Exits with 0 even if it is refused."""

import asyncio
import sys

REGION = "us-east-1"


def by_boto3():
    import boto3
    from botocore.exceptions import ClientError

    for call in [
        lambda: boto3.client("s3", region_name=REGION).put_object(Bucket="bucket", Key="a b", Body=b"x" * 100),
        lambda: boto3.client("dynamodb", region_name=REGION).list_tables(),
    ]:
        try:
            call()
        except ClientError as error:
            print(error)


def by_requests():
    import requests
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.session import Session

    request = AWSRequest("POST", "https://sqs.us-east-1.amazonaws.com/", data=b"Action=ListQueues")
    SigV4Auth(Session().get_credentials(), "sqs", REGION).add_auth(request)
    print(requests.request("POST", request.url, data=request.data, headers=dict(request.headers)).status_code)


async def by_aiobotocore():
    from aiobotocore.session import get_session
    from botocore.exceptions import ClientError

    async with get_session().create_client("s3", region_name=REGION) as client:
        try:
            await client.list_objects_v2(Bucket="bucket")
        except ClientError as error:
            print(error)


match sys.argv[1]:
    case "boto3":
        by_boto3()
    case "requests":
        by_requests()
    case "aiobotocore":
        asyncio.run(by_aiobotocore())
