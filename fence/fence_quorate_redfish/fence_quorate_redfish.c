// SPDX-License-Identifier: BSD-3-Clause
/*
 * fence_quorate_redfish: the power of a machine by its BMC, between ocf/fence.h and bmc.h.
 */

#include <errno.h>
#include <string.h>

#include "fence_quorate_redfish/bmc.h"
#include "fence_quorate_redfish/params.h"
#include "net/http.h"
#include "ocf/agent.h"

#define SESSION_BMCS_MAX 32

/* The BMCs of the plugs: one, unless plug is an address. */
struct session {
	struct http_options http;
	struct secret password;
	struct bmc_config configs[SESSION_BMCS_MAX];
	struct bmc bmcs[SESSION_BMCS_MAX];
	size_t count;
};

static void session_trace(const char *line, void *data)
{
	fence_trace(data, "%s", line);
}

static int session_open(struct fence *fence)
{
	const struct redfish_config *c = fence->config;
	struct session *session = calloc(1, sizeof(*session));
	int r;

	if (!session)
		return fault_set(&fence->fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	fence->session = session;
	session->http = (struct http_options){
		.ca_file = c->ca_file,
		.insecure = c->ssl_insecure,
		.connect_ms = (int)c->fence.login_timeout,
		.request_ms = (int)c->fence.shell_timeout,
		.trace = session_trace,
		.trace_data = fence,
	};
	r = c->password_file ? secret_read(c->password_file, &fence->fault, &session->password) :
			       secret_copy(c->password, &fence->fault, &session->password);
	if (r)
		fault_prefix(&fence->fault, "password_file: ");
	else if (c->password_file)
		session->password.text[strcspn(session->password.text, "\r\n")] = '\0';
	return r;
}

static void session_close(struct fence *fence)
{
	struct session *session = fence->session;

	if (!session)
		return;
	for (size_t i = 0; i < session->count; i++)
		bmc_close(&session->bmcs[i]);
	secret_wipe(&session->password);
	free(session);
	fence->session = NULL;
}

static int session_bmc(struct fence *fence, const char *plug, struct bmc **ret_bmc)
{
	const struct redfish_config *c = fence->config;
	const char *host = c->port_as_ip ? plug : c->ip;
	struct session *session = fence->session;
	struct bmc_config *config;

	for (size_t i = 0; i < session->count; i++)
		if (!strcmp(session->configs[i].host, host)) {
			*ret_bmc = &session->bmcs[i];
			return 0;
		}
	if (!*host)
		return fault_set(&fence->fault, FAULT_ARGS, -EINVAL,
				 "plug must be given: the address of the BMC");
	if (session->count == SESSION_BMCS_MAX)
		return fault_set(&fence->fault, FAULT_ARGS, -E2BIG, "there are too many plugs");
	config = &session->configs[session->count];
	*config = (struct bmc_config){
		.host = host,
		.port = c->ipport,
		.user = c->username,
		.password = session->password.text,
		.root = c->redfish_uri,
		.system = c->systems_uri,
		.http = &session->http,
	};
	*ret_bmc = &session->bmcs[session->count++];
	return bmc_open(*ret_bmc, config, &fence->deadline, &fence->fault);
}

static int session_status(struct fence *fence, const char *plug, enum fence_state *ret_state)
{
	char word[BMC_WORD_MAX] = "";
	struct bmc *bmc = NULL;
	int r = session_bmc(fence, plug, &bmc);

	if (!r)
		r = bmc_power(bmc, &fence->fault, word);
	if (r)
		return r;
	*ret_state = !strcmp(word, "On")  ? FENCE_ON :
		     !strcmp(word, "Off") ? FENCE_OFF :
					    FENCE_CHANGING;
	return 0;
}

static int session_reset(struct fence *fence, const char *plug, const char *types)
{
	struct bmc *bmc = NULL;
	int r = session_bmc(fence, plug, &bmc);

	return r ? r : bmc_reset(bmc, types, &fence->fault);
}

static int session_ask(struct fence *fence, const char *plug, enum fence_state wanted)
{
	int r = session_reset(fence, plug, wanted == FENCE_OFF ? "ForceOff" : "On ForceOn");

	return r < 0 ? r : r == BMC_BUSY ? FENCE_BUSY : r ? FENCE_UNSURE : FENCE_ACCEPTED;
}

static int session_diag(struct fence *fence, const char *plug)
{
	enum fence_state state;
	int r = session_status(fence, plug, &state);

	if (!r)
		r = session_reset(fence, plug, "Nmi");
	return r > 0 ? -EIO : r;
}

static int session_check(struct fence *fence)
{
	const struct redfish_config *c = fence->config;
	enum fence_state state;

	return c->port_as_ip ? 0 : session_status(fence, "", &state);
}

static const struct fence_ops redfish_ops = {
	.open = session_open,
	.close = session_close,
	.check = session_check,
	.status = session_status,
	.ask = session_ask,
	.diag = session_diag,
};

const struct agent agent = {
	.name = "fence_quorate_redfish",
	.version = "0.1.0",
	.brief = "fencing by a BMC that speaks Redfish",
	.text = "Cuts the power of a machine through its baseboard management controller, and "
		"reports success only when the controller has shown it to be off; PoweringOff is "
		"not off.\n\n"
		"The parameters are those of fence_redfish, by the same names; a configuration "
		"changes agents by changing the name. Unlike that one it logs in with a session "
		"and ends it, gives no request more than shell_timeout, refuses to choose among "
		"several systems, and reads which resets the system takes. plug tells only who is "
		"meant, unless port_as_ip is set.",
	.url = "https://www.dmtf.org/standards/redfish",
	.example = "ip=192.0.2.10 username=fence password_file=/etc/quorate/bmc.password",
	.params = redfish_params,
	.config_size = sizeof(struct redfish_config),
	.check = redfish_check,
	.fence = &redfish_ops,
};
