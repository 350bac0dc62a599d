"""What API Gateway and the load balancer behind it refuse, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]


def network_load_balancer(client: Client, **given: Any) -> str:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    if given.pop("grouped", False):
        given["SecurityGroups"] = [ec2.create_security_group(GroupName="lb", Description="lb", VpcId=vpc)["GroupId"]]
    name = f"net-{vpc[-8:]}"
    made = client("elbv2").create_load_balancer(
        Name=name, Subnets=[subnet], Type="network", Scheme="internal", Tags=[{"Key": "a", "Value": "b"}], **given
    )
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def deployed(client: Client, link: str) -> tuple[str, str]:
    """Return an API with a stage whose one method goes by the link, and its deployment."""
    gateway = client("apigateway")
    api = gateway.create_rest_api(name="shop")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "ANY"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(
        **method,
        type="HTTP_PROXY",
        integrationHttpMethod="ANY",
        uri="http://${stageVariables.host}:80/",
        connectionType="VPC_LINK",
        connectionId="${stageVariables.link}",
    )
    deployment = gateway.create_deployment(restApiId=api)["id"]
    gateway.create_stage(
        restApiId=api, stageName="prod", deploymentId=deployment, variables={"link": link, "host": "example.com"}
    )
    return api, deployment


def test_the_arn_of_a_network_load_balancer_says_so(client: Client) -> None:
    arn = network_load_balancer(client)
    assert ":loadbalancer/net/" in arn
    (told,) = client("elbv2").describe_tags(ResourceArns=[arn])["TagDescriptions"]
    assert told["Tags"] == [{"Key": "a", "Value": "b"}]


def test_groups_come_with_a_network_load_balancer_or_never(client: Client) -> None:
    elbv2, without, grouped = (
        client("elbv2"),
        network_load_balancer(client),
        network_load_balancer(client, grouped=True),
    )
    (group,) = elbv2.describe_load_balancers(LoadBalancerArns=[grouped])["LoadBalancers"][0]["SecurityGroups"]
    elbv2.set_security_groups(LoadBalancerArn=grouped, SecurityGroups=[group])
    with pytest.raises(ClientError, match="created without any security groups"):
        elbv2.set_security_groups(LoadBalancerArn=without, SecurityGroups=[group])


def test_load_balancer_and_link_go_in_their_order(client: Client) -> None:
    arn, gateway = network_load_balancer(client), client("apigateway")
    link = gateway.create_vpc_link(name="shop", targetArns=[arn])["id"]
    api, deployment = deployed(client, link)
    with pytest.raises(ClientError, match=r"ResourceInUse.*currently associated with another service"):
        client("elbv2").delete_load_balancer(LoadBalancerArn=arn)
    with pytest.raises(ClientError, match=rf"Vpc link '{link}', is referenced in \[ANY:/:prod\]"):
        gateway.delete_vpc_link(vpcLinkId=link)
    with pytest.raises(ClientError, match="Active stages pointing to this deployment must be moved or deleted"):
        gateway.delete_deployment(restApiId=api, deploymentId=deployment)
    gateway.delete_stage(restApiId=api, stageName="prod")
    gateway.delete_deployment(restApiId=api, deploymentId=deployment)
    gateway.delete_vpc_link(vpcLinkId=link)
    client("elbv2").delete_load_balancer(LoadBalancerArn=arn)


def test_link_to_anything_but_a_network_load_balancer_fails(client: Client) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]
        for i, zone in enumerate("ab")
    ]
    application = client("elbv2").create_load_balancer(Name="app", Subnets=[each["SubnetId"] for each in subnets])
    arn = application["LoadBalancers"][0]["LoadBalancerArn"]
    gateway = client("apigateway")
    link = gateway.create_vpc_link(name="shop", targetArns=[arn])["id"]
    assert gateway.get_vpc_link(vpcLinkId=link)["status"] == "FAILED"


def test_logs_need_the_regions_role(client: Client) -> None:
    gateway = client("apigateway", "eu-west-1")
    api = gateway.create_rest_api(name="shop")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    gateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    deployment = gateway.create_deployment(restApiId=api)["id"]
    gateway.create_stage(restApiId=api, stageName="prod", deploymentId=deployment)
    logs = [{"op": "replace", "path": "/accessLogSettings/format", "value": "$context.requestId"}]
    with pytest.raises(ClientError, match="role ARN must be set in account settings to enable logging"):
        gateway.update_stage(restApiId=api, stageName="prod", patchOperations=logs)
    role = {"op": "replace", "path": "/cloudwatchRoleArn", "value": "arn:aws:iam::123456789012:role/logs"}
    gateway.update_account(patchOperations=[role])
    gateway.update_stage(restApiId=api, stageName="prod", patchOperations=logs)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("{other+}", r"A sibling \(\{proxy\+\}\) of this resource already has a variable path part"),
        ("{proxy+}", "Another resource with the same parent already has this name"),
    ],
)
def test_one_variable_below_each_path(client: Client, part: str, told: str) -> None:
    gateway = client("apigateway")
    api = gateway.create_rest_api(name="shop")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")
    with pytest.raises(ClientError, match=told):
        gateway.create_resource(restApiId=api, parentId=root, pathPart=part)


def test_an_enhanced_policy_wants_an_access_mode(client: Client) -> None:
    with pytest.raises(ClientError, match="Endpoint access mode"):
        client("apigateway").create_rest_api(name="shop", securityPolicy="SecurityPolicy_TLS13_1_3_2025_09")


def test_a_stage_takes_deployments_of_its_api_only(client: Client) -> None:
    gateway = client("apigateway")
    api = gateway.create_rest_api(name="shop")["id"]
    with pytest.raises(ClientError, match="Invalid deployment identifier"):
        gateway.create_stage(restApiId=api, stageName="prod", deploymentId="gone")
