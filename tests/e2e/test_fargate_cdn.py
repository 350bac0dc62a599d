"""`fargate-cdn` from Python to a running stack: deployed, asked through the services' APIs, changed and destroyed."""

from __future__ import annotations

from typing import Any

import pytest
from support.accounts import Project
from support.stacks import Stack
from support.systems import (
    System,
    an_image_is_shipped,
    deployed,
    deployed_again_changes_nothing,
    destroyed_with_nothing_left,
    updated,
)

BLUEPRINT = "fargate-cdn"
DOMAIN = "app.dev.example.com"
# The templates of the other entrance, by a change of the project's own source.
ENTRANCE = 'entrance: Entrance = "vpc-origin") -> Blueprint'


def config(system: System) -> Any:
    (listed,) = system.ask("cloudfront", "list_distributions")["DistributionList"]["Items"]
    return system.ask("cloudfront", "get_distribution_config", Id=listed["Id"])["DistributionConfig"]


def behaviors(found: Any) -> dict[str, Any]:
    return {"*": found["DefaultCacheBehavior"]} | {
        each["PathPattern"]: each for each in found["CacheBehaviors"]["Items"]
    }


def admitted(system: System) -> list[Any]:
    """What the load balancer's groups let in."""
    groups = system.ask("ec2", "describe_security_groups", GroupIds=system.load_balancer()["SecurityGroups"])
    return [each for group in groups["SecurityGroups"] for each in group["IpPermissions"]]


def test_outputs_tell_where_it_is(system: System) -> None:
    (listed,) = system.ask("cloudfront", "list_distributions")["DistributionList"]["Items"]
    assert f"https://{listed['DomainName']}" in system.printed
    assert listed["Id"] in system.printed


def test_dynamic_content_is_not_kept_and_static_is(system: System) -> None:
    kept = {path: each["CachePolicyId"] for path, each in behaviors(config(system)).items()}
    disabled, optimized = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "658327ea-f89d-4fab-a63d-7e88639e58f6"
    assert kept == {"*": disabled, "/api/*": disabled, "/static/*": optimized}


def test_security_headers_are_attached_and_https_is_spoken(system: System) -> None:
    found = config(system)
    for each in behaviors(found).values():
        assert each["ResponseHeadersPolicyId"] == "67f7725c-6f97-4210-82d7-5512b31e9d03"
        assert (each["ViewerProtocolPolicy"], each["Compress"]) == ("redirect-to-https", True)
    assert (found["HttpVersion"], found["IsIPV6Enabled"]) == ("http2and3", True)
    assert found["PriceClass"] == {"dev": "PriceClass_100", "prod": "PriceClass_All"}[system.environment]


def test_the_load_balancer_has_no_public_address_and_admits_cloudfront_alone(system: System) -> None:
    balancer = system.load_balancer()
    assert balancer["Scheme"] == "internal"
    assert {each["SubnetId"] for each in balancer["AvailabilityZones"]} == system.private_subnets("One", "Two")
    permissions = admitted(system)
    assert sorted(each["FromPort"] for each in permissions) == [80, 443]
    assert not [source for each in permissions for source in (*each["IpRanges"], *each["Ipv6Ranges"])]
    assert not [pair for each in permissions for pair in each["UserIdGroupPairs"]]
    lists = {each["PrefixListId"] for permission in permissions for each in permission["PrefixListIds"]}
    (found,) = system.ask("ec2", "describe_managed_prefix_lists", PrefixListIds=sorted(lists))["PrefixLists"]
    assert found["PrefixListName"] == "com.amazonaws.global.cloudfront.origin-facing"


def test_cloudfront_reaches_it_by_a_vpc_origin(system: System) -> None:
    (origin,) = config(system)["Origins"]["Items"]
    assert origin["DomainName"] == system.load_balancer()["DNSName"]
    used = system.ask("cloudfront", "get_vpc_origin", Id=origin["VpcOriginConfig"]["VpcOriginId"])["VpcOrigin"]
    endpoint = used["VpcOriginEndpointConfig"]
    assert endpoint["Arn"] == system.load_balancer()["LoadBalancerArn"]
    assert (endpoint["OriginProtocolPolicy"], endpoint["HTTPPort"]) == ("http-only", 80)
    (listener,) = system.listeners()
    assert (listener["Port"], listener["Protocol"]) == (80, "HTTP")
    (rule,) = system.rules(listener)
    assert [each["Type"] for each in rule["Actions"]] == ["forward"]


def test_two_tasks_that_follow_cpu_and_memory(system: System) -> None:
    assert system.task_limits() == (2, 6)
    policies = system.ask("application-autoscaling", "describe_scaling_policies", ServiceNamespace="ecs")
    targets = {
        each["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"]["PredefinedMetricType"]: each[
            "TargetTrackingScalingPolicyConfiguration"
        ]["TargetValue"]
        for each in policies["ScalingPolicies"]
    }
    assert targets == {"ECSServiceAverageCPUUtilization": 70, "ECSServiceAverageMemoryUtilization": 80}
    tasks = system.tasks()
    assert {(each["cpu"], each["memory"]) for each in tasks} == {("256", "512")}
    assert len({each["availabilityZone"] for each in tasks}) == len(tasks) == 2


def test_containers_are_checked_and_confined_and_have_two_roles(system: System) -> None:
    definition = system.ask("ecs", "describe_task_definition", taskDefinition=system.service()["taskDefinition"])
    found = definition["taskDefinition"]
    (container,) = found["containerDefinitions"]
    assert container["healthCheck"]["command"][0] == "CMD"
    assert (container["user"], container["readonlyRootFilesystem"]) == ("10001:10001", True)
    assert found["executionRoleArn"] != found["taskRoleArn"]


def test_off_hours_come_and_go(system: System) -> None:
    hours = {"OffHoursBegin": "cron(0 20 ? * MON-FRI *)", "OffHoursEnd": "cron(0 7 ? * MON-FRI *)"}
    # Two at the least: one alone would go with its zone, which verify finds.
    few = {"OffHoursMinTasks": "2", "OffHoursMaxTasks": "3", "OffHoursTimezone": "Asia/Tokyo"}
    assert updated(system, **hours, **few) == {"Scaling", "Scaling/Tasks"}
    begin, end = _scheduled(system)
    assert (begin["Schedule"], begin["Timezone"]) == ("cron(0 20 ? * MON-FRI *)", "Asia/Tokyo")
    assert begin["ScalableTargetAction"] == {"MinCapacity": 2, "MaxCapacity": 3}
    assert end["ScalableTargetAction"] == {"MinCapacity": 2, "MaxCapacity": 6}
    assert updated(system, OffHoursBegin="", OffHoursEnd="") == {"Scaling", "Scaling/Tasks"}
    assert _scheduled(system) == []


def _scheduled(system: System) -> list[Any]:
    found: list[Any] = system.ask("application-autoscaling", "describe_scheduled_actions", ServiceNamespace="ecs")[
        "ScheduledActions"
    ]
    return sorted(found, key=lambda each: str(each["ScheduledActionName"]))


@pytest.mark.parametrize("system", ["dev"], indirect=True)
def test_tags_reach_a_vpc_origin_only_as_another_one(system: System) -> None:
    project = system.project
    deploy = ("deploy", BLUEPRINT, "dev", "--local", "--yes")
    project.tag(BLUEPRINT, "dev", Team="shop")
    refused = project.run(*deploy, status=1)
    assert "Cdn/HttpOriginOne (VPC origin) while it is used" in refused.stderr
    assert "let VpcOriginSlot change with it" in refused.stderr
    project.set(BLUEPRINT, "dev", VpcOriginSlot="two")
    project.run(*deploy)
    (origin,) = system.ask("cloudfront", "list_vpc_origins")["VpcOriginList"]["Items"]
    tags = system.ask("cloudfront", "list_tags_for_resource", Resource=origin["Arn"])["Tags"]["Items"]
    assert {"Key": "Team", "Value": "shop"} in tags


def test_life_of_a_stack(system: System) -> None:
    """Deploy again, change one parameter, ship an image, destroy."""
    deployed_again_changes_nothing(system)
    assert updated(system, PriceClass="PriceClass_200") == {"Cdn", "Cdn/Distribution"}
    assert config(system)["PriceClass"] == "PriceClass_200"
    old = {each["taskArn"] for each in system.tasks()}
    an_image_is_shipped(system)
    assert not old & {each["taskArn"] for each in system.tasks()}
    destroyed_with_nothing_left(system)


def test_a_domain_with_certificates_moves_it_to_https_and_another_vpc_origin(project: Project) -> None:
    system = deployed(project, BLUEPRINT, "dev")
    project.set("edge", "dev", AlternateDomainName=DOMAIN)
    project.run("deploy", "edge", "dev", "--local", "--yes")
    edge, zone = Stack(project.account, "edge", "dev"), Stack(project.account, "account", "dev").output("ZoneId")
    own = {"AlternateDomainName": DOMAIN, "EdgeCertificateArn": edge.output("EdgeCertificateArn")}
    regional = system.ask("acm", "request_certificate", DomainName=DOMAIN)["CertificateArn"]
    project.set(BLUEPRINT, "dev", AlternateZoneId=zone, CertificateArn=regional, **own)
    deploy = ("deploy", BLUEPRINT, "dev", "--local", "--yes", "--despite-findings")
    assert f"https://{DOMAIN}" in project.run(*deploy).stdout
    found = config(system)
    assert found["Aliases"]["Items"] == [DOMAIN]
    assert found["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    (listener,) = system.listeners()
    assert (listener["Port"], len(system.rules(listener))) == (443, 1)
    (origin,) = system.ask("cloudfront", "list_vpc_origins")["VpcOriginList"]["Items"]
    used = system.ask("cloudfront", "get_vpc_origin", Id=origin["Id"])["VpcOrigin"]["VpcOriginEndpointConfig"]
    assert used["Arn"] == system.load_balancer()["LoadBalancerArn"]
    assert used["OriginProtocolPolicy"] == "https-only"
    records = system.ask("route53", "list_resource_record_sets", HostedZoneId=zone)["ResourceRecordSets"]
    aliases = [each for each in records if each["Name"] == f"{DOMAIN}." and "AliasTarget" in each]
    assert {each["Type"] for each in aliases} == {"A", "AAAA"}


def test_by_the_other_entrance_the_secret_is_asked_for_and_sent(project: Project) -> None:
    blueprint = project.folder / "templates" / "fargate_cdn.py"
    text = blueprint.read_text()
    assert ENTRANCE in text
    blueprint.write_text(text.replace(ENTRANCE, ENTRANCE.replace("vpc-origin", "prefix-list")))
    parameters = project.folder / "params" / BLUEPRINT / "accepted-risks.json"
    parameters.write_text(parameters.read_text().replace("Cdn/HttpOrigin*", "Cdn/Distribution"))
    system = deployed(project, BLUEPRINT, "dev")
    assert system.load_balancer()["Scheme"] == "internet-facing"
    assert not [source for each in admitted(system) for source in (*each["IpRanges"], *each["Ipv6Ranges"])]
    (secret,) = system.ask("secretsmanager", "list_secrets")["SecretList"]
    value = system.ask("secretsmanager", "get_secret_value", SecretId=secret["ARN"])["SecretString"]
    (sent,) = config(system)["Origins"]["Items"][0]["CustomHeaders"]["Items"]
    assert sent == {"HeaderName": "X-Origin-Verify", "HeaderValue": value}
    (listener,) = system.listeners()
    assert [each["FixedResponseConfig"]["StatusCode"] for each in listener["DefaultActions"]] == ["404"]
    (rule,) = system.rules(listener)
    asked = [each["HttpHeaderConfig"] for each in rule["Conditions"] if each["Field"] == "http-header"]
    assert asked == [{"HttpHeaderName": "X-Origin-Verify", "Values": [value]}]
    for each in system.ask("cloudformation", "describe_stacks")["Stacks"]:
        template = system.ask("cloudformation", "get_template", StackName=each["StackId"])["TemplateBody"]
        assert value not in str(template)
        assert value not in str(each)
    destroyed_with_nothing_left(system)
