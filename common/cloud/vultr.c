// SPDX-License-Identifier: BSD-3-Clause
/* https://www.vultr.com/api/ : reserved IPs, instances; metadata v1 */

#include "cloud/provider.h"

static const struct cloud_error errors[] = {
	{401, NULL, CLOUD_AUTH},
	{403, NULL, CLOUD_AUTH},
	{404, NULL, CLOUD_GONE},
	{409, NULL, CLOUD_LOCKED},
	{429, NULL, CLOUD_RATE},
	{400, NULL, CLOUD_VERIFY}, /* "already attached", also while a detach is still going on */
	{0, NULL, CLOUD_RETRY},
};

static const char *const on[] = {"running", NULL};
static const char *const off[] = {"stopped", NULL};

const struct cloud_provider cloud_vultr = {
	.name = "vultr",
	.title = "Vultr",
	.base = "https://api.vultr.com",
	.auth = CLOUD_BEARER,
	.content_type = "application/json",
	.metadata =
		{
			.host = "169.254.169.254",
			.server = {.path = "/v1/instance-v2-id"},
			.region = {.path = "/v1/region/regioncode"},
		},
	.address =
		{
			.find = {"GET", .path = "/v2/reserved-ips?per_page=500&cursor={page}",
				 .ok = {200}},
			.find_id = "reserved_ips[subnet={ip}].id",
			.find_is = "reserved_ips",
			.find_next = "meta.links.next",
			.show = {"GET", .path = "/v2/reserved-ips/{ip_id}", .ok = {200}},
			.assign = {"POST", .path = "/v2/reserved-ips/{ip_id}/attach",
				   .body = "{\"instance_id\":\"{server}\"}", .ok = {204}},
			.unassign = {"POST", .path = "/v2/reserved-ips/{ip_id}/detach",
				     .ok = {204}},
			.shown = "reserved_ip.subnet",
			.owner = "reserved_ip.instance_id",
			.owner_is = "{server}",
			.move = CLOUD_MOVE_DETACH_FIRST,
		},
	.power =
		{
			.id = CLOUD_ID_UUID,
			.find = {"GET", .path = "/v2/instances?label={name}&per_page=500",
				 .ok = {200}},
			.list = {"GET", .path = "/v2/instances?per_page=500", .ok = {200}},
			.more = {"GET", .path = "/v2/instances?per_page=500&cursor={page}",
				 .ok = {200}},
			.list_items = "instances",
			.list_id = "id",
			.list_name = "label",
			.list_state = "power_status",
			.list_next = "meta.links.next",
			.check = {"GET", .path = "/v2/instances?per_page=1", .ok = {200}},
			.status = {"GET", .path = "/v2/instances/{server}", .ok = {200}},
			.on = {"POST", .path = "/v2/instances/{server}/start", .ok = {204}},
			.off = {"POST", .path = "/v2/instances/{server}/halt", .ok = {204}},
			.reset = {"POST", .path = "/v2/instances/{server}/reboot", .ok = {204}},
			.state = "instance.power_status",
			.on_values = on,
			.off_values = off,
		},
	.poll_ms = 1000,
	.error_text = "error",
	.errors = errors,
};
