// SPDX-License-Identifier: BSD-3-Clause
/* https://developers.upcloud.com/1.3/ : floating IP addresses, servers, metadata */

#include "cloud/provider.h"

static const struct cloud_error errors[] = {
	{401, NULL, CLOUD_AUTH}, {402, NULL, CLOUD_CONFIG}, {403, NULL, CLOUD_AUTH},
	{404, NULL, CLOUD_GONE}, {409, NULL, CLOUD_LOCKED}, {423, NULL, CLOUD_LOCKED},
	{429, NULL, CLOUD_RATE}, {400, NULL, CLOUD_CONFIG}, {0, NULL, CLOUD_RETRY},
};

static const char *const on[] = {"started", NULL};
static const char *const off[] = {"stopped", NULL};

const struct cloud_provider cloud_upcloud = {
	.name = "upcloud",
	.title = "UpCloud",
	.base = "https://api.upcloud.com/1.3",
	.auth = CLOUD_BEARER,
	.content_type = "application/json",
	.metadata =
		{
			.host = "169.254.169.254",
			.server = {.path = "/metadata/v1/instance_id"},
			.region = {.path = "/metadata/v1/region"},
			.nic = {.path = "/metadata/v1/network/interfaces/1/mac"},
		},
	.address =
		{
			.show = {"GET", .path = "/ip_address/{ip}", .ok = {200}},
			.assign = {"PATCH", .path = "/ip_address/{ip}",
				   .body = "{\"ip_address\":{\"mac\":\"{nic}\"}}",
				   .ok = {200, 202}},
			.unassign = {"PATCH", .path = "/ip_address/{ip}",
				     .body = "{\"ip_address\":{\"mac\":null}}", .ok = {200, 202}},
			.shown = "ip_address.address",
			.owner = "ip_address.server",
			.owner_is = "{server}",
		},
	.power =
		{
			.id = CLOUD_ID_UUID,
			.find = {"GET", .path = "/server", .ok = {200}},
			.list = {"GET", .path = "/server", .ok = {200}},
			.list_items = "servers.server",
			.list_id = "uuid",
			.list_name = "hostname",
			.list_state = "state",
			.check = {"GET", .path = "/server?limit=1", .ok = {200}},
			.status = {"GET", .path = "/server/{server}", .ok = {200}},
			.on = {"POST", .path = "/server/{server}/start",
			       .body = "{\"server\":{\"start_type\":\"async\"}}", .ok = {200}},
			.off = {"POST", .path = "/server/{server}/stop",
				.body = "{\"stop_server\":{\"stop_type\":\"hard\",\"timeout\":\"1\"}}",
				.ok = {200}},
			.reset =
				{"POST", .path = "/server/{server}/restart",
				 .body = "{\"restart_server\":{\"stop_type\":\"hard\",\"timeout\":\"1\","
					 "\"timeout_action\":\"destroy\"}}",
				 .ok = {200}},
			.state = "server.state",
			.on_values = on,
			.off_values = off,
		},
	.poll_ms = 500,
	.error_code = "error.error_code",
	.error_text = "error.error_message",
	.errors = errors,
};
