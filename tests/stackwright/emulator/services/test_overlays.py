"""What the smaller overlays add to moto."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]


def vpc(ec2: Any) -> str:
    return str(ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def test_regional_nat_gateway_has_a_route_table_and_takes_it_along(client: Client) -> None:
    ec2 = client("ec2")
    made = ec2.create_nat_gateway(VpcId=vpc(ec2), AvailabilityMode="regional")["NatGateway"]
    assert made["AvailabilityMode"] == "regional"
    assert made["AutoProvisionZones"] == "enabled"
    table = made["RouteTableId"]
    assert ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    ec2.delete_nat_gateway(NatGatewayId=made["NatGatewayId"])
    with pytest.raises(ClientError, match="does not exist"):
        ec2.describe_route_tables(RouteTableIds=[table])


def test_interface_and_network_acl_go_with_what_they_were_made_for(client: Client) -> None:
    ec2 = client("ec2")
    network = vpc(ec2)
    subnet = ec2.create_subnet(VpcId=network, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    of_vpc = [{"Name": "vpc-id", "Values": [network]}]
    assert len(ec2.describe_network_interfaces(Filters=of_vpc)["NetworkInterfaces"]) == 1
    ec2.delete_nat_gateway(NatGatewayId=made)
    assert ec2.describe_network_interfaces(Filters=of_vpc)["NetworkInterfaces"] == []
    assert len(ec2.describe_network_acls(Filters=of_vpc)["NetworkAcls"]) == 1
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    launched = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]
    assert len(ec2.describe_network_interfaces(Filters=of_vpc)["NetworkInterfaces"]) == 1
    ec2.terminate_instances(InstanceIds=[launched["InstanceId"]])
    assert ec2.describe_network_interfaces(Filters=of_vpc)["NetworkInterfaces"] == []
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=network)
    assert ec2.describe_network_acls(Filters=of_vpc)["NetworkAcls"] == []


def test_regional_nat_gateway_with_addresses_is_managed_by_hand(client: Client) -> None:
    ec2 = client("ec2")
    address = ec2.allocate_address(Domain="vpc")
    zone = {"AvailabilityZone": "us-east-1a", "AllocationIds": [address["AllocationId"]]}
    members = {"AvailabilityMode": "regional", "AvailabilityZoneAddresses": [zone]}
    made = ec2.create_nat_gateway(VpcId=vpc(ec2), **members)["NatGateway"]
    assert made["AutoProvisionZones"] == "disabled"
    found = made["NatGatewayAddresses"][0]
    assert (found["PublicIp"], found["AvailabilityZone"]) == (address["PublicIp"], "us-east-1a")


def test_regional_nat_gateway_needs_a_vpc(client: Client) -> None:
    with pytest.raises(ClientError, match="MissingParameter"):
        client("ec2").create_nat_gateway(AvailabilityMode="regional")


def test_unknown_nat_gateway_is_refused(client: Client) -> None:
    with pytest.raises(ClientError, match="NatGatewayNotFound"):
        client("ec2").delete_nat_gateway(NatGatewayId="nat-0123456789abcdef0")


def test_routes_follow_a_gateway_endpoint(client: Client) -> None:
    ec2 = client("ec2")
    network = vpc(ec2)
    one, two = (ec2.create_route_table(VpcId=network)["RouteTable"]["RouteTableId"] for _ in "ab")
    service = "com.amazonaws.us-east-1.s3"
    endpoint = ec2.create_vpc_endpoint(VpcId=network, ServiceName=service, RouteTableIds=[one])
    name = endpoint["VpcEndpoint"]["VpcEndpointId"]
    ec2.modify_vpc_endpoint(VpcEndpointId=name, AddRouteTableIds=[two], RemoveRouteTableIds=[one])
    tables = ec2.describe_route_tables(RouteTableIds=[one, two])["RouteTables"]
    routed = [t["RouteTableId"] for t in tables for r in t["Routes"] if r.get("GatewayId") == name]
    assert routed == [two]


def test_two_zones_in_northern_california(client: Client) -> None:
    zones = client("ec2", "us-west-1").describe_availability_zones()["AvailabilityZones"]
    assert len(zones) == 2


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("ecs.amazonaws.com", "ECS"),
        ("autoscaling.amazonaws.com", "AutoScaling"),
        ("elasticloadbalancing.amazonaws.com", "ElasticLoadBalancing"),
        ("ecs.application-autoscaling.amazonaws.com", "ApplicationAutoScaling_ECSService"),
    ],
)
def test_service_linked_role_is_named_once(fresh: Client, service: str, name: str) -> None:
    iam = fresh("iam")
    role = iam.create_service_linked_role(AWSServiceName=service)["Role"]
    assert role["RoleName"] == f"AWSServiceRoleFor{name}"
    assert iam.get_role(RoleName=role["RoleName"])["Role"]["Arn"] == role["Arn"]
    with pytest.raises(ClientError, match="has been taken"):
        iam.create_service_linked_role(AWSServiceName=service)


def test_aws_managed_policy_is_known_when_named(client: Client) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    assert client("iam").get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client("iam").get_policy(PolicyArn="arn:aws:iam::aws:policy/Nonsense")


def test_certificate_is_issued_by_its_record(client: Client) -> None:
    acm, route53 = client("acm"), client("route53")
    arn = acm.request_certificate(DomainName="example.com", ValidationMethod="DNS")
    arn = arn["CertificateArn"]
    pending = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert pending["Status"] == "PENDING_VALIDATION"
    record = pending["DomainValidationOptions"][0]["ResourceRecord"]
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    record_set = {
        "Name": record["Name"],
        "Type": "CNAME",
        "TTL": 300,
        "ResourceRecords": [{"Value": record["Value"]}],
    }
    route53.change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record_set}]},
    )
    issued = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert issued["Status"] == "ISSUED"


def test_protected_log_group_is_not_deleted(client: Client) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="app", deletionProtectionEnabled=True)
    with pytest.raises(ClientError, match="protected from deletion"):
        logs.delete_log_group(logGroupName="app")
    logs.put_log_group_deletion_protection(logGroupIdentifier="app", deletionProtectionEnabled=False)
    logs.delete_log_group(logGroupName="app")
    assert logs.describe_log_groups()["logGroups"] == []


def test_log_group_keeps_its_protection_policy(client: Client) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="app")
    logs.put_data_protection_policy(logGroupIdentifier="app", policyDocument='{"Name": "p"}')
    found = logs.get_data_protection_policy(logGroupIdentifier="app")
    assert found["policyDocument"] == '{"Name": "p"}'


def test_alarm_acts_unless_told_not_to_and_keeps_its_state(client: Client) -> None:
    cloudwatch = client("cloudwatch")
    alarm = {
        "AlarmName": "cpu",
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "MetricName": "CPUUtilization",
        "Namespace": "AWS/ECS",
        "Period": 60,
        "Statistic": "Average",
        "Threshold": 80.0,
    }
    cloudwatch.put_metric_alarm(**alarm)
    cloudwatch.set_alarm_state(AlarmName="cpu", StateValue="ALARM", StateReason="test")
    cloudwatch.put_metric_alarm(**alarm | {"Threshold": 90.0})
    found = cloudwatch.describe_alarms(AlarmNames=["cpu"])["MetricAlarms"][0]
    assert (found["ActionsEnabled"], found["StateValue"]) == (True, "ALARM")


def test_scalable_target_carries_tags(client: Client) -> None:
    ecs, scaling = client("ecs"), client("application-autoscaling")
    ecs.create_cluster(clusterName="main")
    ecs.create_service(cluster="main", serviceName="web", desiredCount=9)
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/main/web",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    arn = scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=4, Tags={"a": "b"})
    arn = arn["ScalableTargetARN"]
    scaling.tag_resource(ResourceARN=arn, Tags={"c": "d"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"c": "d"}
    service = ecs.describe_services(cluster="main", services=["web"])["services"][0]
    assert service["desiredCount"] == 4


def test_network_load_balancer_says_whether_it_filters_private_link(client: Client) -> None:
    ec2, elbv2 = client("ec2"), client("elbv2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    group = ec2.create_security_group(GroupName="nlb", Description="nlb", VpcId=subnet["VpcId"])
    members = {"Subnets": [subnet["SubnetId"]], "SecurityGroups": [group["GroupId"]]}
    made = elbv2.create_load_balancer(Name="nlb", Type="network", **members)["LoadBalancers"][0]
    inbound = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
    elbv2.set_security_groups(
        LoadBalancerArn=made["LoadBalancerArn"], SecurityGroups=[group["GroupId"]], **{inbound: "off"}
    )
    assert elbv2.describe_load_balancers()["LoadBalancers"][0][inbound] == "off"
