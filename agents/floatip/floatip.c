// SPDX-License-Identifier: BSD-3-Clause
/*
 * floatip: a cloud's floating address, moved to the active node through the provider's API.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/num.h"
#include "cloud/address.h"
#include "cloud/cloud.h"
#include "cloud/provider.h"
#include "cloud/session.h"
#include "floatip/config.h"
#include "floatip/plumb.h"
#include "floatip/verdict.h"
#include "ocf/agent.h"
#include "ocf/call.h"
#include "ocf/role.h"

/*
 * In the record: "ours 86400" or "other 86400", the API's last answer and when, in seconds since boot;
 * "asked 86400" while an assign may be under way, which nobody has seen the end of. And the address's
 * id. Both with the address in their key: after a change of it stop is about two.
 */
#define FLOATIP_LAST "api"
#define FLOATIP_ID "ip_id"
#define FLOATIP_KEY_MAX (INET_TEXT_MAX + 8)
#define FLOATIP_MARGIN_MS 250 /* kept of the action's deadline, for what comes after the API */

/* A conversation about the address; the strings of the configuration stay borrowed. */
struct floatip {
	struct deadline deadline;
	char session_file[sizeof(((struct call *)NULL)->record_path)];
	struct cloud_config config;
	struct cloud cloud;
};

static void floatip_end(struct floatip *f)
{
	cloud_close(&f->cloud);
}

#define AUTO_FLOATIP CLEANUP(floatip_end)

static const char *floatip_key(const struct floatip_config *config, const char *what,
			       char key[FLOATIP_KEY_MAX])
{
	char ip[INET_TEXT_MAX];

	(void)snprintf(key, FLOATIP_KEY_MAX, "%s.%s", what, inet_host_text(&config->ip, ip));
	return key;
}

static long long floatip_now(void)
{
	return deadline_now() / 1000000000;
}

static const char *floatip_known(const struct call *call, const struct floatip_config *config,
				 const char *what)
{
	char key[FLOATIP_KEY_MAX];

	return record_get(&call->record, floatip_key(config, what, key));
}

/* Who we are does not change while the resource is started: then the record knows it. */
static void floatip_recall_self(struct floatip *f, const struct call *call)
{
	struct cloud_config *c = &f->config;

	if (!record_get(&call->record, "server"))
		return;
	c->server = record_get(&call->record, "server");
	c->nic = record_get(&call->record, "nic");
	c->zone = record_get(&call->record, "zone");
	c->region = record_get(&call->record, "region");
}

static void floatip_keep_self(const struct floatip *f, struct call *call)
{
	const struct variables *v = &f->cloud.variables;

	if (record_get(&call->record, "server") || !*v->server)
		return;
	call_keep(call, "nic", *v->nic ? v->nic : NULL);
	call_keep(call, "zone", *v->zone ? v->zone : NULL);
	call_keep(call, "region", *v->region ? v->region : NULL);
	call_keep(call, "server", v->server);
}

/* A login lives as long as the resource: beside the record, not in it, and not for a mere question. */
static void floatip_use_session(struct floatip *f, const struct call *call)
{
	const char *ending = strrchr(call->record_path, '.');
	const int stem = (int)(ending ? ending - call->record_path : 0);

	if (!stem || (!record_get(&call->record, "role") &&
		      (!strcmp(call->action, "monitor") || !strcmp(call->action, "validate-all"))))
		return;
	if ((size_t)snprintf(f->session_file, sizeof(f->session_file), "%.*s.login", stem,
			     call->record_path) < sizeof(f->session_file))
		f->config.session_file = f->session_file;
}

static int floatip_begin(struct floatip *f, struct call *call, const struct floatip_config *config)
{
	char ip[INET_TEXT_MAX];
	int r;

	f->deadline.at = call->deadline.at - FLOATIP_MARGIN_MS * 1000000LL;
	f->config = floatip_cloud(config);
	floatip_recall_self(f, call);
	floatip_use_session(f, call);
	r = cloud_open(&f->cloud, floatip_provider(config), &f->config, &f->deadline, &call->fault);
	if (!r)
		r = variables_set(f->cloud.variables.ip, inet_host_text(&config->ip, ip));
	return r;
}

/* What every question to the API needs: who we are, and the address's id (kept in the record). */
static int floatip_meet(struct floatip *f, struct call *call, const struct floatip_config *config)
{
	const char *known = config->ip_id ? config->ip_id : floatip_known(call, config, FLOATIP_ID);
	char ip[INET_TEXT_MAX], key[FLOATIP_KEY_MAX];
	int r = cloud_learn_self(&f->cloud, &call->fault);

	if (!r)
		r = address_select(&f->cloud, inet_host_text(&config->ip, ip), known, &call->fault);
	if (!r && !known && *f->cloud.variables.ip_id)
		call_keep(call, floatip_key(config, FLOATIP_ID, key), f->cloud.variables.ip_id);
	if (!r && record_get(&call->record, "role"))
		floatip_keep_self(f, call);
	return r;
}

static void floatip_keep(struct call *call, const struct floatip_config *config, const char *word)
{
	char text[64], key[FLOATIP_KEY_MAX];

	(void)snprintf(text, sizeof(text), "%s %lld", word, floatip_now());
	call_keep(call, floatip_key(config, FLOATIP_LAST, key), text);
}

static void floatip_recall(const struct call *call, const struct floatip_config *config,
			   struct verdict_view *view)
{
	const char *text = floatip_known(call, config, FLOATIP_LAST);
	const char *blank = text ? strchr(text, ' ') : NULL;
	const long long now = floatip_now();
	long long when;

	view->last_age = -1;
	if (!blank || num_parse(blank + 1, 0, now, &when))
		return;
	view->last_ours = strncmp(text, "other ", 6) != 0;
	if (strncmp(text, "asked ", 6))
		view->last_age = (now - when) * 1000;
}

static void floatip_ask(struct floatip *f, struct call *call, const struct floatip_config *config,
			struct verdict_view *view)
{
	enum address_owner owner;
	int r = floatip_meet(f, call, config);

	view->api = VERDICT_API_FAILED;
	if (!r)
		r = verdict_expects(view) ? address_confirm(&f->cloud, &call->fault, &owner) :
					    address_show(&f->cloud, &call->fault, &owner);
	if (r)
		return;
	floatip_keep(call, config, owner == ADDRESS_OURS ? "ours" : "other");
	view->api = owner == ADDRESS_OURS ? VERDICT_API_OURS : VERDICT_API_NOT_OURS;
}

static int floatip_cannot_tell(struct call *call)
{
	fault_prefix(&call->fault, "can't tell who has the address: ");
	/* A probe of a node that never had it must not look like a failed resource. */
	if (call->probe && !record_get(&call->record, "role"))
		call->fault.kind = FAULT_INSTALLED;
	return -EIO;
}

static int floatip_look_at_cloud(struct call *call, const struct floatip_config *config,
				 enum role_state *ret_state)
{
	AUTO_FLOATIP struct floatip f = {.cloud = {.provider = NULL}};
	struct verdict_view view = {.grace = config->api_grace, .glance = ADDRESS_UNKNOWN};
	const bool recurring = !strcmp(call->action, "monitor") && !call->probe;
	int r = floatip_begin(&f, call, config);

	if (r)
		return floatip_cannot_tell(call);
	floatip_recall(call, config, &view);
	if (!recurring) {
		floatip_ask(&f, call, config, &view);
	} else {
		/* A silent API need not cost a monitor all of its time: the next one comes soon. */
		f.deadline = deadline_within(&f.deadline, deadline_left(&f.deadline) / 2);
		view.glance = address_glance(&f.cloud, NULL);
		if (verdict_needs_api(&view, config->api_interval))
			floatip_ask(&f, call, config, &view);
	}
	r = verdict_reach(&view, ret_state);
	return r == VERDICT_CANNOT_TELL ? floatip_cannot_tell(call) : 0;
}

/* With stop=leave, whatever the cloud says: the next owner will take it. */
static bool floatip_has_let_go(const struct call *call, const struct floatip_config *config)
{
	const char *role = record_get(&call->record, "role");

	return config->stop == FLOATIP_LEAVE &&
	       (!strcmp(call->action, "stop") || !strcmp(call->action, "demote") ||
		(role && !strcmp(role, "standby")));
}

static void floatip_end_session(const struct call *call)
{
	struct floatip f = {.cloud = {.config = &f.config}};

	floatip_use_session(&f, call);
	session_forget(&f.cloud);
}

static int floatip_look(struct call *call, const void *config, enum role_state *ret_state)
{
	const struct floatip_config *c = config;
	char ip[INET_TEXT_MAX];
	bool there;
	int r = plumb_look(call, c, &there);

	if (r)
		return r;
	if (floatip_has_let_go(call, c)) {
		*ret_state = c->interface && there ? ROLE_BROKEN : ROLE_ABSENT;
		r = 0;
	} else {
		r = floatip_look_at_cloud(call, c, ret_state);
	}
	if (!r && *ret_state == ROLE_ABSENT && !strcmp(call->action, "stop"))
		floatip_end_session(call);
	if (r || floatip_has_let_go(call, c))
		return r;
	(void)inet_host_text(&c->ip, ip);
	if (*ret_state == ROLE_ABSENT && c->interface && there) {
		*ret_state = ROLE_BROKEN;
		(void)fault_set(&call->fault, FAULT_GENERIC, 0,
				"%s is on %s, but the cloud has it elsewhere", ip, c->interface);
	} else if (*ret_state == ROLE_ABSENT) {
		(void)fault_set(&call->fault, FAULT_GENERIC, 0, "%s is not assigned to this server",
				ip);
	} else if (*ret_state == ROLE_ACTIVE && !there) {
		*ret_state = ROLE_BROKEN;
		(void)fault_set(&call->fault, FAULT_GENERIC, 0,
				"%s is assigned to this server, but not on %s", ip, c->interface);
	}
	return 0;
}

static int floatip_activate(struct call *call, const void *config)
{
	AUTO_FLOATIP struct floatip f = {.cloud = {.provider = NULL}};
	const struct floatip_config *c = config;
	char ip[INET_TEXT_MAX];
	int r = floatip_begin(&f, call, c);

	if (!r)
		r = floatip_meet(&f, call, c);
	if (!r) {
		floatip_keep(call, c, "asked");
		r = address_take(&f.cloud, &call->fault);
	}
	if (!r)
		r = plumb_add(call, c);
	if (r)
		return r;
	floatip_keep(call, c, "ours");
	log_line(&call->log, LOG_INFO, "%s is assigned to this server (%s) now",
		 inet_host_text(&c->ip, ip), f.cloud.variables.server);
	return 0;
}

static int floatip_halt(struct call *call, const void *config)
{
	AUTO_FLOATIP struct floatip f = {.cloud = {.provider = NULL}};
	const struct floatip_config *c = config;
	struct verdict_view view = {.glance = ADDRESS_UNKNOWN};
	enum address_owner owner;
	int r = plumb_remove(call, c);

	if (r || c->stop == FLOATIP_LEAVE)
		return r;
	floatip_recall(call, c, &view);
	r = floatip_begin(&f, call, c);
	if (!r)
		r = floatip_meet(&f, call, c);
	if (!r && verdict_expects(&view))
		r = address_confirm(&f.cloud, &call->fault, &owner);
	if (!r)
		r = address_release(&f.cloud, &call->fault);
	if (!r)
		floatip_keep(call, c, "other");
	return r;
}

/* Standing by is having proved the credentials and the own id, so that promote can't fail on them. */
static int floatip_stand_by(struct call *call, const void *config)
{
	AUTO_FLOATIP struct floatip f = {.cloud = {.provider = NULL}};
	const struct floatip_config *c = config;
	enum address_owner owner;
	int r;

	if (!strcmp(call->action, "demote") || !strcmp(call->action, "promote"))
		return floatip_halt(call, config);
	r = floatip_begin(&f, call, c);
	if (!r)
		r = floatip_meet(&f, call, c);
	if (!r)
		r = address_show(&f.cloud, &call->fault, &owner);
	if (!r && owner == ADDRESS_OURS && c->stop == FLOATIP_RELEASE)
		r = address_release(&f.cloud, &call->fault);
	if (!r)
		floatip_keep(call, c,
			     owner == ADDRESS_OURS && c->stop == FLOATIP_LEAVE ? "ours" : "other");
	return r;
}

static int floatip_check_host(struct call *call, const void *config)
{
	AUTO_FLOATIP struct floatip f = {.cloud = {.provider = NULL}};
	int r = plumb_check(call, config);

	if (!r)
		r = floatip_begin(&f, call, config);
	return r ? r : cloud_learn_self(&f.cloud, &call->fault);
}

static const struct role_ops floatip_role = {
	.look = floatip_look,
	.activate = floatip_activate,
	.stand_by = floatip_stand_by,
	.halt = floatip_halt,
};

static const struct action floatip_actions[] = {
	{"start", role_start, .timeout = "60s"},
	{"stop", role_stop, .timeout = "60s"},
	{"monitor", role_monitor, .timeout = "30s", .interval = "20s", .depth = "0"},
	{"monitor", role_monitor, .timeout = "30s", .interval = "21s", .role = "Promoted",
	 .depth = "0"},
	{"promote", role_promote, .timeout = "60s"},
	{"demote", role_demote, .timeout = "60s"},
	{"reload-agent", role_reload, .timeout = "30s"},
	{"validate-all", .timeout = "20s"},
	{"meta-data", .timeout = "5s"},
	{.name = NULL},
};

const struct agent agent = {
	.name = "floatip",
	.version = "0.1.0",
	.brief = "a cloud's floating IP address",
	.text = "Moves a cloud's floating address (reserved IP, elastic IP, flexible IP) to the node "
		"where the resource is active, through the provider's API.\n\n"
		"The truth is what the API shows: after every request the owner is read again, until "
		"it is this server or the time is over. An API that fails is never taken for an "
		"address that is not here, and stop never succeeds on it. monitor asks the metadata "
		"service of the instance, where that knows, and the API once in api_interval.",
	.example = "provider=digitalocean ip=203.0.113.7 token_file=/etc/quorate/do.token",
	.params = floatip_params,
	.actions = floatip_actions,
	.config_size = sizeof(struct floatip_config),
	.role = &floatip_role,
	.check = floatip_check,
	.check_host = floatip_check_host,
};
