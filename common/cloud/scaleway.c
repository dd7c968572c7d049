// SPDX-License-Identifier: BSD-3-Clause
/* https://www.scaleway.com/en/developers/api/instance/ : flexible IPs, servers; metadata */

#include "cloud/provider.h"

#define ZONE "/instance/v1/zones/{zone}"

static const struct cloud_error errors[] = {
	{0, "invalid_request_error", CLOUD_VERIFY}, /* "server is being stopped or rebooted" */
	{0, "transient_state", CLOUD_LOCKED},
	{0, "locked", CLOUD_LOCKED},
	{0, "resource_locked", CLOUD_LOCKED},
	{0, "too_many_requests", CLOUD_RATE},
	{401, NULL, CLOUD_AUTH},
	{403, NULL, CLOUD_AUTH},
	{404, NULL, CLOUD_GONE},
	{409, NULL, CLOUD_LOCKED},
	{412, NULL, CLOUD_VERIFY},
	{423, NULL, CLOUD_LOCKED},
	{429, NULL, CLOUD_RATE},
	{400, NULL, CLOUD_CONFIG},
	{0, NULL, CLOUD_RETRY},
};

static const char *const on[] = {"running", NULL};
static const char *const off[] = {"stopped", "stopped in place", NULL};

const struct cloud_provider cloud_scaleway = {
	.name = "scaleway",
	.title = "Scaleway",
	.base = "https://api.scaleway.com",
	.auth = CLOUD_HEADER,
	.auth_header = "X-Auth-Token",
	.content_type = "application/json",
	.metadata =
		{
			.host = "169.254.42.42",
			.server = {.path = "/conf?format=json", .at = "id"},
			.zone = {.path = "/conf?format=json", .at = "location.zone_id"},
			.holds = {.path = "/conf?format=json",
				  .at = "public_ips_v4[address={ip}].address"},
			.holds_value = "{ip}",
		},
	.address =
		{
			.show = {"GET", .path = ZONE "/ips/{ip}", .ok = {200}},
			.assign = {"PATCH", .path = ZONE "/ips/{ip}",
				   .body = "{\"server\":\"{server}\"}", .ok = {200}},
			.unassign = {"PATCH", .path = ZONE "/ips/{ip}", .body = "{\"server\":null}",
				     .ok = {200}},
			.shown = "ip.address",
			.owner = "ip.server.id",
			.owner_is = "{server}",
		},
	.power =
		{
			.id = CLOUD_ID_UUID,
			.find = {"GET",
				 .path = ZONE "/servers?name={name}&per_page=100&page={page}",
				 .ok = {200}},
			.list = {"GET", .path = ZONE "/servers?per_page=100&page={page}",
				 .ok = {200}},
			.list_items = "servers",
			.list_id = "id",
			.list_name = "name",
			.list_state = "state",
			.list_first = "1",
			.check = {"GET", .path = ZONE "/servers?per_page=1", .ok = {200}},
			.status = {"GET", .path = ZONE "/servers/{server}", .ok = {200}},
			.on = {"POST", .path = ZONE "/servers/{server}/action",
			       .body = "{\"action\":\"poweron\"}", .ok = {202}},
			.off = {"POST", .path = ZONE "/servers/{server}/action",
				.body = "{\"action\":\"poweroff\"}", .ok = {202}},
			.reset = {"POST", .path = ZONE "/servers/{server}/action",
				  .body = "{\"action\":\"reboot\"}", .ok = {202}},
			.state = "server.state",
			.on_values = on,
			.off_values = off,
			.needs = "zone",
		},
	.poll_ms = 1000,
	.error_code = "type",
	.error_text = "message",
	.errors = errors,
	.needs = "zone",
};
