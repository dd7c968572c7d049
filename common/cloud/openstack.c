// SPDX-License-Identifier: BSD-3-Clause
/*
 * https://docs.openstack.org/api-ref/ : Identity v3, Networking v2.0 (floating IPs), Compute v2.1
 * (server actions); metadata in the OpenStack format. Ports, not servers, have floating IPs.
 */

#include "cloud/provider.h"

static const struct cloud_error errors[] = {
	{401, NULL, CLOUD_AUTH},   {403, NULL, CLOUD_AUTH},   {404, NULL, CLOUD_GONE},
	{409, NULL, CLOUD_LOCKED}, {412, NULL, CLOUD_VERIFY}, {413, NULL, CLOUD_RATE},
	{429, NULL, CLOUD_RATE},   {400, NULL, CLOUD_CONFIG}, {0, NULL, CLOUD_RETRY},
};

static const char *const on[] = {"ACTIVE", NULL};
static const char *const off[] = {"SHUTOFF", NULL};

const struct cloud_provider cloud_openstack = {
	.name = "openstack",
	.title = "OpenStack",
	.auth = CLOUD_KEYSTONE,
	.auth_header = "X-Auth-Token",
	.content_type = "application/json",
	.metadata =
		{
			.host = "169.254.169.254",
			.server = {.path = "/openstack/latest/meta_data.json", .at = "uuid"},
			.nic = {.path = "/openstack/latest/network_data.json",
				.at = "links[0].vif_id"},
		},
	.address =
		{
			.find = {"GET", .service = "network",
				 .path = "/v2.0/floatingips?floating_ip_address={ip}", .ok = {200}},
			.find_id = "floatingips[floating_ip_address={ip}].id",
			.find_is = "floatingips",
			.show = {"GET", .service = "network", .path = "/v2.0/floatingips/{ip_id}",
				 .ok = {200}},
			.assign = {"PUT", .service = "network", .path = "/v2.0/floatingips/{ip_id}",
				   .body = "{\"floatingip\":{\"port_id\":\"{nic}\"}}", .ok = {200}},
			.unassign = {"PUT", .service = "network",
				     .path = "/v2.0/floatingips/{ip_id}",
				     .body = "{\"floatingip\":{\"port_id\":null}}", .ok = {200}},
			.shown = "floatingip.floating_ip_address",
			.owner = "floatingip.port_id",
			.owner_is = "{nic}",
		},
	.power =
		{
			.id = CLOUD_ID_UUID,
			.find = {"GET", .service = "compute",
				 .path = "/servers/detail?name=%5E{name}%24", .ok = {200}},
			.list = {"GET", .service = "compute", .path = "/servers/detail?limit=500",
				 .ok = {200}},
			.more = {"GET", .service = "compute",
				 .path = "/servers/detail?limit=500&marker={page}", .ok = {200}},
			.list_items = "servers",
			.list_next = "servers_links[rel=next].href",
			.list_id = "id",
			.list_name = "name",
			.list_state = "status",
			.check = {"GET", .service = "compute", .path = "/servers?limit=1",
				  .ok = {200}},
			.status = {"GET", .service = "compute", .path = "/servers/{server}",
				   .ok = {200}},
			.on = {"POST", .service = "compute", .path = "/servers/{server}/action",
			       .body = "{\"os-start\":null}", .ok = {202}},
			.off = {"POST", .service = "compute", .path = "/servers/{server}/action",
				.body = "{\"os-stop\":null}", .ok = {202}},
			.reset = {"POST", .service = "compute", .path = "/servers/{server}/action",
				  .body = "{\"reboot\":{\"type\":\"HARD\"}}", .ok = {202}},
			.state = "server.status",
			.on_values = on,
			.off_values = off,
		},
	.poll_ms = 1000,
	.error_code = "NeutronError.type",
	.error_text = "NeutronError.message",
	.errors = errors,
};
