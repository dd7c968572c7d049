// SPDX-License-Identifier: BSD-3-Clause
/* https://docs.hetzner.cloud/ : floating IPs, servers, actions, server metadata */

#include "cloud/provider.h"

static const struct cloud_error errors[] = {
	{0, "locked", CLOUD_LOCKED},
	{0, "conflict", CLOUD_LOCKED},
	{0, "rate_limit_exceeded", CLOUD_RATE},
	{0, "floating_ip_assigned", CLOUD_VERIFY},
	{0, "invalid_input", CLOUD_CONFIG},
	{0, "protected", CLOUD_CONFIG},
	{401, NULL, CLOUD_AUTH},
	{403, NULL, CLOUD_AUTH},
	{404, NULL, CLOUD_GONE},
	{409, NULL, CLOUD_LOCKED},
	{423, NULL, CLOUD_LOCKED},
	{429, NULL, CLOUD_RATE},
	{422, NULL, CLOUD_VERIFY},
	{400, NULL, CLOUD_CONFIG},
	{0, NULL, CLOUD_RETRY},
};

static const char *const running[] = {"running", NULL};
static const char *const done[] = {"success", NULL};
static const char *const failed[] = {"error", NULL};
static const char *const on[] = {"running", NULL};
static const char *const off[] = {"off", NULL};

const struct cloud_provider cloud_hetzner = {
	.name = "hetzner",
	.title = "Hetzner Cloud",
	.base = "https://api.hetzner.cloud/v1",
	.auth = CLOUD_BEARER,
	.content_type = "application/json",
	.metadata =
		{
			.host = "169.254.169.254",
			.server = {.path = "/hetzner/v1/metadata/instance-id"},
			.region = {.path = "/hetzner/v1/metadata/region"},
		},
	.address =
		{
			.find = {"GET", .path = "/floating_ips?per_page=50&page={page}",
				 .ok = {200}},
			.find_id = "floating_ips[ip={ip}].id",
			.find_is = "floating_ips",
			.find_first = "1",
			.find_next = "meta.pagination.next_page",
			.show = {"GET", .path = "/floating_ips/{ip_id}", .ok = {200}},
			.assign = {"POST", .path = "/floating_ips/{ip_id}/actions/assign",
				   .body = "{\"server\":{server}}", .ok = {201}},
			.unassign = {"POST", .path = "/floating_ips/{ip_id}/actions/unassign",
				     .ok = {201}},
			.poll = {"GET", .path = "/actions/{action}", .ok = {200}},
			.shown = "floating_ip.ip",
			.owner = "floating_ip.server",
			.owner_is = "{server}",
		},
	.power =
		{
			.id = CLOUD_ID_NUMBER,
			.find = {"GET", .path = "/servers?name={name}", .ok = {200}},
			.list = {"GET", .path = "/servers?per_page=50&page={page}", .ok = {200}},
			.list_items = "servers",
			.list_id = "id",
			.list_name = "name",
			.list_state = "status",
			.list_first = "1",
			.list_next = "meta.pagination.next_page",
			.check = {"GET", .path = "/servers?per_page=1", .ok = {200}},
			.status = {"GET", .path = "/servers/{server}", .ok = {200}},
			.on = {"POST", .path = "/servers/{server}/actions/poweron", .ok = {201}},
			.off = {"POST", .path = "/servers/{server}/actions/poweroff", .ok = {201}},
			.reset = {"POST", .path = "/servers/{server}/actions/reset", .ok = {201}},
			.poll = {"GET", .path = "/actions/{action}", .ok = {200}},
			.state = "server.status",
			.on_values = on,
			.off_values = off,
		},
	.action_id = "action.id",
	.action_state = "action.status",
	.action_error = "action.error.code",
	.action_running = running,
	.action_done = done,
	.action_failed = failed,
	.poll_ms = 500,
	.error_code = "error.code",
	.error_text = "error.message",
	.errors = errors,
	.limit_remaining = "ratelimit-remaining",
	.limit_reset = "ratelimit-reset",
	.six = &cloud_hetzner, /* a net of 64 bits, by its ip_id */
};
