// SPDX-License-Identifier: BSD-3-Clause
/*
 * https://techdocs.akamai.com/linode-api/ : instances only. Addresses that move between Linodes
 * are shared by BGP inside the guests, which an API mover cannot do.
 */

#include "cloud/provider.h"

static const struct cloud_error errors[] = {
	{401, NULL, CLOUD_AUTH}, {403, NULL, CLOUD_AUTH},
	{404, NULL, CLOUD_GONE}, {408, NULL, CLOUD_RETRY},
	{429, NULL, CLOUD_RATE}, {400, NULL, CLOUD_LOCKED}, /* "Linode busy." */
	{0, NULL, CLOUD_RETRY},
};

static const char *const on[] = {"running", NULL};
static const char *const off[] = {"offline", "stopped", NULL};

const struct cloud_provider cloud_linode = {
	.name = "linode",
	.title = "Linode (Akamai)",
	.base = "https://api.linode.com/v4",
	.auth = CLOUD_BEARER,
	.content_type = "application/json",
	.metadata =
		{
			.host = "169.254.169.254",
			.token_path = "/v1/token",
			.token_ttl_header = "Metadata-Token-Expiry-Seconds: 300",
			.token_header = "Metadata-Token",
			.server = {.path = "/v1/instance",
				   .at = "id",
				   .header = "Accept: application/json"},
		},
	.power =
		{
			.id = CLOUD_ID_NUMBER,
			.find = {"GET", .path = "/linode/instances", .ok = {200},
				 .header = "X-Filter: {\"label\":\"{name}\"}"},
			.list = {"GET", .path = "/linode/instances?page_size=500&page={page}",
				 .ok = {200}},
			.list_items = "data",
			.list_id = "id",
			.list_name = "label",
			.list_state = "status",
			.list_first = "1",
			.check = {"GET", .path = "/linode/instances?page_size=25", .ok = {200}},
			.status = {"GET", .path = "/linode/instances/{server}", .ok = {200}},
			.on = {"POST", .path = "/linode/instances/{server}/boot", .ok = {200}},
			.off = {"POST", .path = "/linode/instances/{server}/shutdown", .ok = {200}},
			.reset = {"POST", .path = "/linode/instances/{server}/reboot", .ok = {200}},
			.state = "status",
			.on_values = on,
			.off_values = off,
		},
	.poll_ms = 1000,
	.error_text = "errors[0].reason",
	.errors = errors,
};
