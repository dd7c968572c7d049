// SPDX-License-Identifier: BSD-3-Clause
/* https://docs.digitalocean.com/reference/api/ : reserved IPs, droplets, metadata */

#include "cloud/provider.h"

static const struct cloud_error errors[] = {
	{401, NULL, CLOUD_AUTH},   {403, NULL, CLOUD_AUTH},   {404, NULL, CLOUD_GONE},
	{409, NULL, CLOUD_LOCKED}, {422, NULL, CLOUD_LOCKED}, /* "already has a pending event" */
	{429, NULL, CLOUD_RATE},   {400, NULL, CLOUD_CONFIG}, {0, NULL, CLOUD_RETRY},
};

static const char *const running[] = {"in-progress", NULL};
static const char *const done[] = {"completed", NULL};
static const char *const failed[] = {"errored", NULL};
static const char *const on[] = {"active", NULL};
static const char *const off[] = {"off", NULL};

const struct cloud_provider cloud_digitalocean = {
	.name = "digitalocean",
	.title = "DigitalOcean",
	.base = "https://api.digitalocean.com",
	.auth = CLOUD_BEARER,
	.content_type = "application/json",
	.metadata =
		{
			.host = "169.254.169.254",
			.server = {.path = "/metadata/v1/id"},
			.region = {.path = "/metadata/v1/region"},
			.holds = {.path = "/metadata/v1/reserved_ip/ipv4/ip_address"},
			.holds_value = "{ip}",
			.active = {.path = "/metadata/v1/reserved_ip/ipv4/active"},
		},
	.address =
		{
			.show = {"GET", .path = "/v2/reserved_ips/{ip}", .ok = {200}},
			.assign = {"POST", .path = "/v2/reserved_ips/{ip}/actions",
				   .body = "{\"type\":\"assign\",\"droplet_id\":{server}}",
				   .ok = {201}},
			.unassign = {"POST", .path = "/v2/reserved_ips/{ip}/actions",
				     .body = "{\"type\":\"unassign\"}", .ok = {201}},
			.poll = {"GET", .path = "/v2/reserved_ips/{ip}/actions/{action}",
				 .ok = {200}},
			.shown = "reserved_ip.ip",
			.owner = "reserved_ip.droplet.id",
			.owner_is = "{server}",
			.locked = "reserved_ip.locked",
		},
	.power =
		{
			.id = CLOUD_ID_NUMBER,
			.find = {"GET", .path = "/v2/droplets?name={name}&per_page=200&page={page}",
				 .ok = {200}},
			.list = {"GET", .path = "/v2/droplets?per_page=200&page={page}",
				 .ok = {200}},
			.list_items = "droplets",
			.list_id = "id",
			.list_name = "name",
			.list_state = "status",
			.list_first = "1",
			.list_next = "links.pages.next",
			.check = {"GET", .path = "/v2/droplets?per_page=1", .ok = {200}},
			.status = {"GET", .path = "/v2/droplets/{server}", .ok = {200}},
			.on = {"POST", .path = "/v2/droplets/{server}/actions",
			       .body = "{\"type\":\"power_on\"}", .ok = {201}},
			.off = {"POST", .path = "/v2/droplets/{server}/actions",
				.body = "{\"type\":\"power_off\"}", .ok = {201}},
			.reset = {"POST", .path = "/v2/droplets/{server}/actions",
				  .body = "{\"type\":\"power_cycle\"}", .ok = {201}},
			.poll = {"GET", .path = "/v2/actions/{action}", .ok = {200}},
			.state = "droplet.status",
			.on_values = on,
			.off_values = off,
		},
	.action_id = "action.id",
	.action_state = "action.status",
	.action_running = running,
	.action_done = done,
	.action_failed = failed,
	.poll_ms = 500,
	.error_code = "id",
	.error_text = "message",
	.errors = errors,
	.limit_remaining = "ratelimit-remaining",
	.limit_reset = "ratelimit-reset",
	.six = &cloud_digitalocean_six,
};

/* Requests of their own, and no way to read an action. */
const struct cloud_provider cloud_digitalocean_six = {
	.name = "digitalocean",
	.title = "DigitalOcean",
	.base = "https://api.digitalocean.com",
	.auth = CLOUD_BEARER,
	.content_type = "application/json",
	.metadata =
		{
			.host = "169.254.169.254",
			.server = {.path = "/metadata/v1/id"},
			.region = {.path = "/metadata/v1/region"},
			.holds = {.path = "/metadata/v1/reserved_ip/ipv6/ip_address"},
			.holds_value = "{ip}",
			.active = {.path = "/metadata/v1/reserved_ip/ipv6/active"},
		},
	.address =
		{
			.show = {"GET", .path = "/v2/reserved_ipv6/{ip}", .ok = {200}},
			.assign = {"POST", .path = "/v2/reserved_ipv6/{ip}/actions",
				   .body = "{\"type\":\"assign\",\"droplet_id\":{server}}",
				   .ok = {201}},
			.unassign = {"POST", .path = "/v2/reserved_ipv6/{ip}/actions",
				     .body = "{\"type\":\"unassign\"}", .ok = {201}},
			.shown = "reserved_ipv6.ip",
			.owner = "reserved_ipv6.droplet.id",
			.owner_is = "{server}",
		},
	.poll_ms = 500,
	.error_code = "id",
	.error_text = "message",
	.errors = errors,
	.limit_remaining = "ratelimit-remaining",
	.limit_reset = "ratelimit-reset",
	.six = &cloud_digitalocean_six,
};
