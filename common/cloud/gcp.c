// SPDX-License-Identifier: BSD-3-Clause
/*
 * https://cloud.google.com/compute/docs/reference/rest/v1 : static external addresses, instances;
 * metadata server. An address is an access configuration of an instance's first interface, so it
 * must leave its holder before another takes it.
 */

#include "cloud/provider.h"

#define PROJECT "/projects/{project}"
#define META "/computeMetadata/v1/instance"

static const struct cloud_error errors[] = {
	{0, "rateLimitExceeded", CLOUD_RATE},
	{0, "resourceNotReady", CLOUD_LOCKED},
	{0, "resourceInUseByAnotherResource", CLOUD_VERIFY},
	{401, NULL, CLOUD_AUTH},
	{403, NULL, CLOUD_AUTH},
	{404, NULL, CLOUD_GONE},
	{409, NULL, CLOUD_VERIFY},
	{412, NULL, CLOUD_VERIFY},
	{429, NULL, CLOUD_RATE},
	{400, NULL, CLOUD_VERIFY},
	{0, NULL, CLOUD_RETRY},
};

static const char *const running[] = {"PENDING", "RUNNING", NULL};
static const char *const done[] = {"DONE", NULL};
static const char *const failed[] = {NULL};
static const char *const on[] = {"RUNNING", NULL};
static const char *const off[] = {"TERMINATED", "STOPPED", NULL};

const struct cloud_provider cloud_gcp = {
	.name = "gcp",
	.title = "Google Compute Engine",
	.base = "https://compute.googleapis.com/compute/v1",
	.auth = CLOUD_GCE,
	.content_type = "application/json",
	.metadata =
		{
			.host = "169.254.169.254",
			.header = "Metadata-Flavor: Google",
			.server = {.path = META "/name"},
			.zone = {.path = META "/zone", .after = "/zones/"},
			.holds = {.path = META
				  "/network-interfaces/0/access-configs/0/external-ip"},
			.holds_value = "{ip}",
		},
	.address =
		{
			.show = {"GET",
				 .path = PROJECT
				 "/regions/{region}/addresses?filter=address%3D{ip}",
				 .ok = {200}},
			.assign = {"POST",
				   .path = PROJECT
				   "/zones/{zone}/instances/{server}/addAccessConfig"
				   "?networkInterface=nic0",
				   .body = "{\"name\":\"External NAT\",\"type\":\"ONE_TO_ONE_NAT\","
					   "\"natIP\":\"{ip}\"}",
				   .ok = {200}},
			.unassign = {"POST",
				     .path = PROJECT "/zones/{owner}/deleteAccessConfig"
						     "?accessConfig={action}&networkInterface=nic0",
				     .ok = {200}},
			.holder = {"GET", .path = PROJECT "/zones/{owner}", .ok = {200}},
			.detach_id = "networkInterfaces[0].accessConfigs[natIP={ip}].name",
			.poll = {"GET", .path = PROJECT "/zones/{zone}/operations/{action}",
				 .ok = {200}},
			.shown = "items[address={ip}].address",
			.owner = "items[address={ip}].users[0]",
			.owner_after = "/zones/",
			.owner_is = "{zone}/instances/{server}",
			.move = CLOUD_MOVE_DETACH_FIRST,
		},
	.power =
		{
			.id = CLOUD_ID_NAME,
			.list = {"GET", .path = PROJECT "/zones/{zone}/instances?maxResults=500",
				 .ok = {200}},
			.more = {"GET",
				 .path = PROJECT "/zones/{zone}/instances?maxResults=500"
						 "&pageToken={page}",
				 .ok = {200}},
			.list_is = "kind",
			.list_next = "nextPageToken",
			.check = {"GET", .path = PROJECT "/zones/{zone}/instances?maxResults=1",
				  .ok = {200}},
			.list_items = "items",
			.list_id = "name",
			.list_name = "name",
			.list_state = "status",
			.status = {"GET", .path = PROJECT "/zones/{zone}/instances/{server}",
				   .ok = {200}},
			.on = {"POST", .path = PROJECT "/zones/{zone}/instances/{server}/start",
			       .ok = {200}},
			.off = {"POST", .path = PROJECT "/zones/{zone}/instances/{server}/stop",
				.ok = {200}},
			.reset = {"POST", .path = PROJECT "/zones/{zone}/instances/{server}/reset",
				  .ok = {200}},
			.poll = {"GET", .path = PROJECT "/zones/{zone}/operations/{action}",
				 .ok = {200}},
			.state = "status",
			.on_values = on,
			.off_values = off,
			.needs = "project zone",
		},
	.action_id = "name",
	.action_state = "status",
	.action_error = "error.errors[0].code",
	.action_running = running,
	.action_done = done,
	.action_failed = failed,
	.poll_ms = 1000,
	.error_code = "error.errors[0].reason",
	.error_text = "error.message",
	.errors = errors,
	.needs = "project region",
};
