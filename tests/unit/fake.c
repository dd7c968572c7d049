// SPDX-License-Identifier: BSD-3-Clause

#include "fake.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "ocf/call.h"
#include "ocf/exit.h"

#define FAKE_AWAY "QUORATE_FAKE_CLUSTER_AWAY"

static struct fake *fake_of(const struct call *call)
{
	return (struct fake *)call->agent;
}

static const char *fake_name(const void *config)
{
	return ((const struct fake_config *)config)->name;
}

static void fake_note(struct call *call, const char *doing, const void *config)
{
	struct fake *fake = fake_of(call);
	size_t used = strlen(fake->doings);

	(void)snprintf(fake->doings + used, sizeof(fake->doings) - used, "%s(%s)%s ", doing,
		       fake_name(config), call->view ? "+" : "");
}

static int fake_fail(struct call *call, const char *doing, const void *config,
		     const struct fake_failure *failure)
{
	fake_note(call, doing, config);
	if (failure->kind != FAULT_NONE)
		return fault_set(&call->fault, failure->kind, failure->error, "%s of %s fails",
				 doing, fake_name(config));
	if (fake_of(call)->chatty)
		(void)fault_set(&call->fault, FAULT_GENERIC, 0, "left behind by %s", doing);
	return 0;
}

static int fake_enter(struct call *call, const void *config)
{
	return fake_fail(call, "enter", config, &fake_of(call)->enter);
}

static int fake_check_host(struct call *call, const void *config)
{
	int r = fake_fail(call, "check", config, &fake_of(call)->check_host);

	if (!r && fake_of(call)->viewing) {
		call->view = strdup("what was seen");
		call->release_view = free;
	}
	return r;
}

static int fake_look(struct call *call, const void *config, enum role_state *ret_state)
{
	static const char *const words[] = {"is not here", "", "", "is worn", "is broken"};
	const char *name = fake_name(config);
	int r = fake_fail(call, "look", config, &fake_of(call)->look);

	if (r)
		return r;
	*ret_state = fake_state(fake_of(call), name);
	if (*words[*ret_state])
		(void)fault_set(&call->fault, FAULT_GENERIC, 0, "%s %s", name, words[*ret_state]);
	return 0;
}

static int fake_activate(struct call *call, const void *config)
{
	struct fake *fake = fake_of(call);
	int r = fake_fail(call, "activate", config, &fake->activate);

	fake_put(fake, fake_name(config), r ? fake->half : ROLE_ACTIVE);
	return r;
}

static int fake_stand_by(struct call *call, const void *config)
{
	struct fake *fake = fake_of(call);
	int r = fake_fail(call, "stand_by", config, &fake->stand_by);

	if (!r && (!fake->stays || strcmp(fake->stays, fake_name(config))))
		fake_put(fake, fake_name(config), fake->traced ? ROLE_STANDBY : ROLE_ABSENT);
	return r;
}

static int fake_halt(struct call *call, const void *config)
{
	static const struct fake_failure none = {FAULT_NONE, 0};
	struct fake *fake = fake_of(call);
	const char *name = fake_name(config);
	bool other = fake->unhaltable && strcmp(fake->unhaltable, name);
	int r = fake_fail(call, "halt", config, other ? &none : &fake->halt);

	if (!r && (!fake->stays || strcmp(fake->stays, name)))
		fake_put(fake, name, ROLE_ABSENT);
	return r;
}

static int fake_reload(struct call *call, const void *config, enum role_state state)
{
	return fake_fail(call, "reload", config, &fake_of(call)->reload);
}

static int fake_score(struct call *call, const void *config, enum role_state state)
{
	if (fake_of(call)->breaks_record)
		(void)unlink(call->record_path);
	return fake_of(call)->score + (int)state * 10;
}

static const struct param fake_params[] = {
	{.name = "name",
	 FIELD(PARAM_STRING, struct fake_config, name),
	 .required = true,
	 .unique = "name",
	 .brief = "what the thing is called"},
	{.name = "size",
	 FIELD(PARAM_INTEGER, struct fake_config, size),
	 .fallback = "1",
	 .max = 100,
	 .reloadable = true},
	{.name = "secret", FIELD(PARAM_SECRET_FILE, struct fake_config, secret)},
	{.name = "title", .standing = PARAM_ALIAS, .instead = "name"},
	{.name = NULL},
};

static const struct action fake_actions[] = {
	{"start", role_start, .timeout = "20s"},
	{"stop", role_stop, .timeout = "20s"},
	{"monitor", role_monitor, .timeout = "20s", .interval = "10s"},
	{"promote", role_promote, .timeout = "20s"},
	{"demote", role_demote, .timeout = "20s"},
	{"reload-agent", role_reload, .timeout = "20s"},
	{.name = NULL},
};

int fake_setup(void **state)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	void *scratch = NULL;

	assert_non_null(fake);
	assert_int_equal(scratch_setup(&scratch), 0);
	fake->scratch = scratch;
	fake->role = (struct role_ops){
		.look = fake_look,
		.activate = fake_activate,
		.stand_by = fake_stand_by,
		.halt = fake_halt,
		.reload = fake_reload,
	};
	fake->agent = (struct agent){
		.name = "fake",
		.params = fake_params,
		.actions = fake_actions,
		.config_size = sizeof(struct fake_config),
		.role = &fake->role,
		.check_host = fake_check_host,
		.enter = fake_enter,
	};
	fake_let("OCF_RESOURCE_INSTANCE", "web");
	fake_let("CRM_meta_timeout", "20000");
	fake_let("name", "a");
	*state = fake;
	return 0;
}

int fake_teardown(void **state)
{
	struct fake *fake = *state;
	void *scratch = fake->scratch;

	free(fake);
	return scratch_teardown(&scratch);
}

/* The order of main_run() and main() in ocf/agent_main.c. */
static int fake_run(struct call *call, const struct agent *agent, const struct action *action)
{
	int r = call_init(call, agent, action->name);

	if (r)
		return r;
	r = call_load(call);
	if (r && strcmp(action->name, "stop") && strcmp(action->name, "demote") &&
	    strcmp(action->name, "monitor"))
		return r;
	return action->run(call);
}

int fake_act(struct fake *fake, const char *action)
{
	const struct action *a = fake_actions;
	struct capture capture = capture_begin();
	struct call call;
	int code;

	while (a->name && strcmp(a->name, action))
		a++;
	fake->doings[0] = '\0';
	code = a->name ? fake_run(&call, &fake->agent, a) : OCF_ERR_UNIMPLEMENTED;
	code = exit_code(code, &call.fault);
	exit_reason(&call.log, &call.fault, code);
	call_release(&call);
	capture_end(&capture, fake->said, sizeof(fake->said));
	return code;
}

void fake_let(const char *name, const char *value)
{
	char key[128];

	(void)snprintf(key, sizeof(key), "%s%s", strncmp(name, "OCF_", 4) ? "OCF_RESKEY_" : "",
		       name);
	assert_int_equal(value ? setenv(key, value, 1) : unsetenv(key), 0);
}

enum role_state fake_state(const struct fake *fake, const char *name)
{
	for (size_t i = 0; i < FAKE_THINGS; i++)
		if (fake->things[i].name && !strcmp(fake->things[i].name, name))
			return fake->things[i].state;
	return ROLE_ABSENT;
}

void fake_put(struct fake *fake, const char *name, enum role_state state)
{
	static const char *const names[] = {"a", "b", "c", "d"};
	struct fake_thing *thing = fake->things;

	while (thing < fake->things + FAKE_THINGS && thing->name && strcmp(thing->name, name))
		thing++;
	assert_true(thing < fake->things + FAKE_THINGS);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], name)) /* a name that outlives the configuration's */
			*thing = (struct fake_thing){names[i], state};
	assert_non_null(thing->name);
}

const char *fake_recorded(struct fake *fake, const char *key, char value[64])
{
	AUTO_RECORD struct record record = RECORD_INIT;
	const char *found;

	(void)record_load(&record, scratch_path(fake->scratch, "fake-web.state"));
	found = record_get(&record, key);
	(void)snprintf(value, 64, "%s", found ? found : "");
	return value;
}

void fake_score_itself(struct fake *fake)
{
	fake->role.score = fake_score;
}

const char *fake_scores(struct fake *fake, char text[256])
{
	AUTO_BUF struct buf buf = BUF_INIT;

	(void)file_read(scratch_path(fake->scratch, "scores"), 255, &buf);
	(void)unlink(fake->scratch->path);
	(void)snprintf(text, 256, "%s", buf.data);
	return text;
}

void fake_cluster_away(bool away)
{
	assert_int_equal(away ? setenv(FAKE_AWAY, "1", 1) : unsetenv(FAKE_AWAY), 0);
}

int fake_tell(const char *resource, const char *score, struct fault *fault)
{
	AUTO_BUF struct buf path = BUF_INIT;
	AUTO_BUF struct buf text = BUF_INIT;

	buf_addf(&path, "%s/scores", call_run_directory());
	(void)file_read(path.data, 255, &text);
	buf_addf(&text, "%s=%s ", resource, score);
	assert_int_equal(file_replace(path.data, text.data, text.length), 0);
	if (getenv(FAKE_AWAY))
		return fault_set(fault, FAULT_GENERIC, -EIO, "the cluster is away");
	return 0;
}
