// SPDX-License-Identifier: BSD-3-Clause
/*
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ , version 2016-11-15; instance metadata v2.
 * Requests are forms (libcurl signs a GET's query only if it is sorted), answers XML.
 */

#include "cloud/provider.h"

#define AWS(action) "Action=" action "&Version=2016-11-15"
#define ADDRESS "DescribeAddressesResponse.addressesSet.item[0]"
#define INSTANCE "DescribeInstancesResponse.reservationSet.item[0].instancesSet.item[0]"

static const struct cloud_error errors[] = {
	{0, "RequestLimitExceeded", CLOUD_RATE},
	{0, "Throttling", CLOUD_RATE},
	{0, "AuthFailure", CLOUD_AUTH},
	{0, "UnauthorizedOperation", CLOUD_AUTH},
	{0, "ExpiredToken", CLOUD_AUTH},
	{0, "RequestExpired", CLOUD_AUTH},
	{0, "SignatureDoesNotMatch", CLOUD_AUTH},
	{0, "InvalidClientTokenId", CLOUD_AUTH},
	{0, "InvalidAllocationID.NotFound", CLOUD_GONE},
	{0, "InvalidAddress.NotFound", CLOUD_GONE},
	{0, "InvalidInstanceID.NotFound", CLOUD_GONE},
	{0, "InvalidNetworkInterfaceID.NotFound", CLOUD_GONE},
	{0, "InvalidAssociationID.NotFound", CLOUD_VERIFY},
	{0, "Resource.AlreadyAssociated", CLOUD_VERIFY},
	{0, "IncorrectInstanceState", CLOUD_LOCKED},
	{0, "IncorrectState", CLOUD_LOCKED},
	{401, NULL, CLOUD_AUTH},
	{403, NULL, CLOUD_AUTH},
	{400, NULL, CLOUD_CONFIG},
	{404, NULL, CLOUD_GONE},
	{429, NULL, CLOUD_RATE},
	{0, NULL, CLOUD_RETRY},
};

static const char *const on[] = {"running", NULL};
static const char *const off[] = {"stopped", "terminated", NULL};

const struct cloud_provider cloud_aws = {
	.name = "aws",
	.title = "Amazon EC2",
	.base = "https://ec2.{region}.amazonaws.com",
	.auth = CLOUD_SIGV4,
	.content_type = "application/x-www-form-urlencoded",
	.metadata =
		{
			.host = "169.254.169.254",
			.token_path = "/latest/api/token",
			.token_ttl_header = "X-aws-ec2-metadata-token-ttl-seconds: 300",
			.token_header = "X-aws-ec2-metadata-token",
			.server = {.path = "/latest/meta-data/instance-id"},
			.region = {.path = "/latest/meta-data/placement/region"},
			.mac = {.path = "/latest/meta-data/mac"},
			.nic = {.path = "/latest/meta-data/network/interfaces/macs/{mac}/interface-id"},
			.holds = {.path = "/latest/meta-data/network/interfaces/macs/{mac}/"
					  "ipv4-associations/{ip}"},
		},
	.address =
		{
			.find = {"POST", .path = "/",
				 .body = AWS("DescribeAddresses") "&PublicIp.1={ip}", .ok = {200}},
			.find_id = ADDRESS ".allocationId",
			.find_is = "DescribeAddressesResponse.requestId",
			.show = {"POST", .path = "/",
				 .body = AWS("DescribeAddresses") "&AllocationId.1={ip_id}",
				 .ok = {200}},
			.assign =
				{"POST", .path = "/",
				 .body = AWS(
					 "AssociateAddress") "&AllocationId={ip_id}"
							     "&NetworkInterfaceId={nic}&AllowReassociation=true",
				 .ok = {200}},
			.unassign = {"POST", .path = "/",
				     .body = AWS("DisassociateAddress") "&AssociationId={action}",
				     .ok = {200}},
			.shown = ADDRESS ".publicIp",
			.owner = ADDRESS ".networkInterfaceId",
			.owner_is = "{nic}",
			.detach_id = ADDRESS ".associationId",
		},
	.power =
		{
			.id = CLOUD_ID_AWS,
			.find = {"POST", .path = "/",
				 .body = AWS(
					 "DescribeInstances") "&Filter.1.Name=tag%3AName"
							      "&Filter.1.Value.1={name}&Filter.2.Name=instance-state-name"
							      "&Filter.2.Value.1=pending&Filter.2.Value.2=running"
							      "&Filter.2.Value.3=stopping&Filter.2.Value.4=stopped",
				 .ok = {200}},
			.list = {"POST", .path = "/", .body = AWS("DescribeInstances"),
				 .ok = {200}},
			.list_items =
				"DescribeInstancesResponse.reservationSet.item[*].instancesSet.item",
			.list_id = "instanceId",
			.list_name = "tagSet.item[key=Name].value",
			.list_state = "instanceState.name",
			.list_is = "DescribeInstancesResponse.requestId",
			.check = {"POST", .path = "/",
				  .body = AWS("DescribeInstances") "&MaxResults=5", .ok = {200}},
			.status = {"POST", .path = "/",
				   .body = AWS("DescribeInstances") "&InstanceId.1={server}",
				   .ok = {200}},
			.on = {"POST", .path = "/",
			       .body = AWS("StartInstances") "&InstanceId.1={server}", .ok = {200}},
			.off = {"POST", .path = "/",
				.body = AWS("StopInstances") "&Force=true&InstanceId.1={server}",
				.ok = {200}},
			.reset = {"POST", .path = "/",
				  .body = AWS("RebootInstances") "&InstanceId.1={server}",
				  .ok = {200}},
			.state = INSTANCE ".instanceState.name",
			.on_values = on,
			.off_values = off,
			.needs = "region",
		},
	.poll_ms = 1000,
	.error_code = "Response.Errors.Error.Code",
	.error_text = "Response.Errors.Error.Message",
	.errors = errors,
};
