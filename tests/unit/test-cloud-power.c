// SPDX-License-Identifier: BSD-3-Clause
/*
 * Finding a server, its state and asking for another one, over a fake API: cloud_run() and its
 * neighbours are this file's, and answer out of a script.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "cloud/cloud.h"
#include "cloud/power.h"
#include "cloud/provider.h"
#include "text/json.h"

#define UUID "0a1b2c3d-0000-4000-8000-00000000000a"

struct answer {
	const char *asked; /* what the filled path must have in it */
	int result;
	const char *text;
};

/* The script: answers in the order in which they are asked for. */
static struct {
	const struct answer *answers;
	size_t count, used;
	int pauses;
	char last[512];
} script;

static void script_run(const struct answer *answers, size_t count)
{
	script.answers = answers;
	script.count = count;
	script.used = script.pauses = 0;
}

#define SCRIPT(...)                                                                                \
	script_run((const struct answer[]){__VA_ARGS__},                                           \
		   sizeof((const struct answer[]){__VA_ARGS__}) / sizeof(struct answer))

int cloud_run(struct cloud *cloud, const struct cloud_request *request, struct fault *fault,
	      json_t **ret_answer)
{
	AUTO_BUF struct buf path = BUF_INIT;
	const struct answer *answer = &script.answers[script.used];
	const char *missing;

	assert_non_null(request->method);
	assert_int_equal(variables_fill(&cloud->variables, request->path, VARIABLES_URL, &path,
					&missing),
			 0);
	if (request->body)
		assert_int_equal(variables_fill(&cloud->variables, request->body, VARIABLES_JSON,
						&path, &missing),
				 0);
	(void)snprintf(script.last, sizeof(script.last), "%s", path.data);
	if (script.used >= script.count)
		fail_msg("unexpected: %s", path.data);
	script.used++;
	if (!strstr(path.data, answer->asked))
		fail_msg("%s, not %s", path.data, answer->asked);
	if (answer->result)
		return fault_set(fault, FAULT_GENERIC, answer->result, "fake fault");
	if (answer->text && ret_answer)
		assert_int_equal(json_read(answer->text, strlen(answer->text), fault, ret_answer),
				 0);
	return 0;
}

int cloud_pause(const struct cloud *cloud, long long milliseconds, struct fault *fault)
{
	return ++script.pauses > 3 ? -ETIMEDOUT : 0;
}

const char *cloud_text_at(const struct cloud *cloud, const json_t *answer, const char *path,
			  char text[VARIABLE_MAX])
{
	return path ? json_text_at(answer, path, text, VARIABLE_MAX) : NULL;
}

enum cloud_progress cloud_progress(const struct cloud *cloud, const json_t *answer,
				   struct fault *fault)
{
	char word[VARIABLE_MAX];

	if (!json_text_at(answer, "action.status", word, sizeof(word)))
		return CLOUD_UNCLEAR;
	return !strcmp(word, "in-progress") ? CLOUD_RUNNING :
	       !strcmp(word, "errored")	    ? CLOUD_FAILED :
					      CLOUD_DONE;
}

int cloud_await(struct cloud *cloud, const struct cloud_request *poll, const json_t *answer,
		struct fault *fault)
{
	return cloud_progress(cloud, answer, fault) == CLOUD_DONE ? 0 : CLOUD_UNSURE;
}

static struct cloud with(const struct cloud_provider *provider)
{
	static const struct deadline later = {.at = INT64_MAX};

	return (struct cloud){.provider = provider, .deadline = &later};
}

static int select_plug(struct cloud *cloud, const char *plug, enum power_state *ret_state)
{
	struct fault fault = FAULT_INIT;
	int r = power_select(cloud, plug, &fault, ret_state);

	assert_int_equal(script.used, script.count);
	if (r)
		assert_string_not_equal(fault.reason, "");
	return r;
}

static void test_by_id(void **state)
{
	struct cloud cloud = with(&cloud_digitalocean);
	enum power_state is;

	SCRIPT({"/v2/droplets/42", 0, "{\"droplet\":{\"status\":\"active\"}}"});
	assert_int_equal(select_plug(&cloud, "42", &is), 0);
	assert_int_equal(is, POWER_ON);
	assert_string_equal(cloud.variables.server, "42");
	SCRIPT({"/v2/droplets/42", 0, "{\"droplet\":{\"status\":\"off\"}}"});
	assert_int_equal(select_plug(&cloud, "42", &is), 0);
	assert_int_equal(is, POWER_OFF);
	SCRIPT({"/v2/droplets/42", 0, "{\"droplet\":{\"status\":\"archive\"}}"});
	assert_int_equal(select_plug(&cloud, "42", &is), 0);
	assert_int_equal(is, POWER_CHANGING);
}

static void test_by_name(void **state)
{
	struct cloud cloud = with(&cloud_digitalocean);
	enum power_state is;

	SCRIPT({"name=web-1", 0,
		"{\"droplets\":[{\"id\":7,\"name\":\"web-10\",\"status\":\"off\"},"
		"{\"id\":8,\"name\":\"web-1\",\"status\":\"active\"}]}"});
	assert_int_equal(select_plug(&cloud, "web-1", &is), 0);
	assert_int_equal(is, POWER_ON);
	assert_string_equal(cloud.variables.server, "8");
	SCRIPT({"name=web-1", 0, "{\"droplets\":[]}"});
	assert_int_equal(select_plug(&cloud, "web-1", &is), 0);
	assert_int_equal(is, POWER_ABSENT);
	/* A name that looks like an id. */
	SCRIPT({"/v2/droplets/42", CLOUD_ABSENT, NULL},
	       {"per_page=200&page=1", 0,
		"{\"droplets\":[{\"id\":8,\"name\":\"42\",\"status\":\"off\"}]}"});
	assert_int_equal(select_plug(&cloud, "42", &is), 0);
	assert_int_equal(is, POWER_OFF);
	assert_string_equal(cloud.variables.server, "8");
}

static void test_twins(void **state)
{
	struct cloud cloud = with(&cloud_digitalocean);
	enum power_state is;

	SCRIPT({"page=1", 0,
		"{\"droplets\":[{\"id\":7,\"name\":\"web\",\"status\":\"off\"}],\"links\":{\"pages\":"
		"{\"next\":\"https://api.digitalocean.com/v2/droplets?per_page=1&page=2&name=web\"}}}"},
	       {"page=2", 0, "{\"droplets\":[{\"id\":8,\"name\":\"web\",\"status\":\"off\"}]}"});
	assert_int_equal(select_plug(&cloud, "web", &is), -EEXIST);
	/* The same one on two pages is one. */
	SCRIPT({"page=1", 0,
		"{\"droplets\":[{\"id\":5,\"name\":\"x\"},{\"id\":7,\"name\":\"web\",\"status\":\"off\"}],"
		"\"links\":{\"pages\":{\"next\":\"https://a/?page=2\"}}}"},
	       {"page=2", 0, "{\"droplets\":[{\"id\":7,\"name\":\"web\",\"status\":\"off\"}]}"});
	assert_int_equal(select_plug(&cloud, "web", &is), 0);
	assert_int_equal(is, POWER_OFF);
}

/* An id that is not there is not in the list either; one that can't be asked is not absent. */
static void test_absent(void **state)
{
	struct cloud cloud = with(&cloud_digitalocean);
	enum power_state is = POWER_ON;

	SCRIPT({"/v2/droplets/42", CLOUD_ABSENT, NULL},
	       {"per_page=200", 0, "{\"droplets\":[{\"id\":8,\"name\":\"x\"}]}"});
	assert_int_equal(select_plug(&cloud, "42", &is), 0);
	assert_int_equal(is, POWER_ABSENT);
	SCRIPT({"/v2/droplets/42", CLOUD_ABSENT, NULL},
	       {"per_page=200", 0,
		"{\"droplets\":[{\"id\":42,\"name\":\"x\",\"status\":\"active\"}]}"});
	assert_int_equal(select_plug(&cloud, "42", &is), 0);
	assert_int_equal(is, POWER_ON);
	SCRIPT({"/v2/droplets/42", -EACCES, NULL});
	assert_int_equal(select_plug(&cloud, "42", &is), -EACCES);
	SCRIPT({"/v2/droplets/42", CLOUD_ABSENT, NULL}, {"per_page=200", -EACCES, NULL});
	assert_int_equal(select_plug(&cloud, "42", &is), -EACCES);
	SCRIPT({"/v2/droplets/42", CLOUD_ABSENT, NULL}, {"per_page=200", CLOUD_ABSENT, NULL});
	assert_int_equal(select_plug(&cloud, "42", &is), -EIO);
	SCRIPT({"name=web", 0, "{}"}, {"name=web", 0, "{\"servers\":[]}"}, {"name=web", 0, "[]"},
	       {"name=web", 0, "7"});
	assert_int_equal(select_plug(&cloud, "web", &is), -ETIMEDOUT);
	SCRIPT({"/v2/droplets/42", 0, "{}"},
	       {"/v2/droplets/42", 0, "{\"droplet\":{\"status\":\"\"}}"},
	       {"/v2/droplets/42", 0, "{\"droplet\":{\"status\":\"off\"}}"});
	assert_int_equal(select_plug(&cloud, "42", &is), 0);
	assert_int_equal(is, POWER_OFF);
}

static void count(const char *id, const char *name, enum power_state state, void *data)
{
	++*(int *)data;
}

static int list(const struct cloud_provider *provider, int *ret_count)
{
	struct cloud cloud = with(provider);
	struct fault fault = FAULT_INIT;
	int r;

	(void)variables_set(cloud.variables.zone, "z");
	(void)variables_set(cloud.variables.project, "p");
	*ret_count = 0;
	r = power_list(&cloud, &fault, count, ret_count);
	assert_int_equal(script.used, script.count);
	return r;
}

static void test_pages(void **state)
{
	int n;

	SCRIPT({"page=1", 0,
		"{\"servers\":[{\"id\":1}],\"meta\":{\"pagination\":{\"next_page\":2}}}"},
	       {"page=2", 0,
		"{\"servers\":[{\"id\":2}],\"meta\":{\"pagination\":{\"next_page\":null}}}"});
	assert_int_equal(list(&cloud_hetzner, &n), 0);
	assert_int_equal(n, 2);
	SCRIPT({"page=1", 0, "{\"data\":[{\"id\":1}]}"}, {"page=2", CLOUD_ABSENT, NULL});
	assert_int_equal(list(&cloud_linode, &n), 0);
	assert_int_equal(n, 1);
	SCRIPT({"limit=500", 0,
		"{\"servers\":[{\"id\":\"a\"}],\"servers_links\":[{\"rel\":\"next\","
		"\"href\":\"https://c/servers/detail?limit=1&marker=0a1b\"}]}"},
	       {"marker=0a1b", 0, "{\"servers\":[{\"id\":\"b\"}]}"});
	assert_int_equal(list(&cloud_openstack, &n), 0);
	assert_int_equal(n, 2);
	SCRIPT({"maxResults", 0,
		"{\"kind\":\"compute#instanceList\",\"nextPageToken\":\"t\","
		"\"items\":[{\"name\":\"a\"}]}"},
	       {"pageToken=t", 0, "{\"kind\":\"compute#instanceList\"}"});
	assert_int_equal(list(&cloud_gcp, &n), 0);
	assert_int_equal(n, 1);
	SCRIPT({"page=1", 0,
		"{\"servers\":[{\"id\":1}],\"meta\":{\"pagination\":{\"next_page\":1}}}"});
	assert_int_equal(list(&cloud_hetzner, &n), -ELOOP);
	SCRIPT({"page=1", 0, "{\"data\":[{\"id\":1}]}"}, {"page=2", 0, "{\"data\":[{\"id\":1}]}"});
	assert_int_equal(list(&cloud_linode, &n), -ELOOP);
}

static void test_reservations(void **state)
{
	int n;

	SCRIPT({"DescribeInstances", 0,
		"{\"DescribeInstancesResponse\":{\"requestId\":\"r\",\"reservationSet\":{\"item\":["
		"{\"instancesSet\":{\"item\":[{\"instanceId\":\"i-1\"},{\"instanceId\":\"i-2\"}]}},"
		"{\"instancesSet\":{\"item\":[{\"instanceId\":\"i-3\"}]}}]}}}"});
	assert_int_equal(list(&cloud_aws, &n), 0);
	assert_int_equal(n, 3);
	SCRIPT({"DescribeInstances", 0,
		"{\"DescribeInstancesResponse\":{\"requestId\":\"r\",\"reservationSet\":\"\"}}"});
	assert_int_equal(list(&cloud_aws, &n), 0);
	assert_int_equal(n, 0);
}

static void test_ask(void **state)
{
	struct cloud cloud = with(&cloud_digitalocean);
	struct fault fault = FAULT_INIT;
	char action[VARIABLE_MAX] = "";

	(void)variables_set(cloud.variables.server, "42");
	SCRIPT({"power_off", 0, "{\"action\":{\"id\":9,\"status\":\"in-progress\"}}"},
	       {"/v2/actions/9", 0, "{\"action\":{\"id\":9,\"status\":\"in-progress\"}}"},
	       {"/v2/actions/9", 0, "{\"action\":{\"id\":9,\"status\":\"errored\"}}"},
	       {"power_off", CLOUD_BUSY, NULL}, {"power_off", CLOUD_ABSENT, NULL},
	       {"power_off", 0, "{}"}, {"power_on", -EACCES, NULL});
	assert_int_equal(power_ask(&cloud, POWER_OFF, action, &fault), 0);
	assert_string_equal(action, "9");
	assert_int_equal(power_ask(&cloud, POWER_OFF, action, &fault), 0);
	assert_int_equal(power_ask(&cloud, POWER_OFF, action, &fault), CLOUD_UNSURE);
	assert_string_equal(action, "");
	assert_int_equal(power_ask(&cloud, POWER_OFF, action, &fault), CLOUD_BUSY);
	assert_int_equal(power_ask(&cloud, POWER_OFF, action, &fault), CLOUD_UNSURE);
	assert_int_equal(power_ask(&cloud, POWER_OFF, action, &fault), 0);
	assert_string_equal(action, "");
	assert_int_equal(power_ask(&cloud, POWER_ON, action, &fault), -EACCES);
	assert_int_equal(script.used, script.count);
}

static int cycle(const struct cloud_provider *provider)
{
	struct cloud cloud = with(provider);
	struct fault fault = FAULT_INIT;
	int r;

	(void)variables_set(cloud.variables.server, "42");
	r = power_cycle(&cloud, &fault);
	if (r && r != -ENOTSUP)
		assert_string_not_equal(fault.reason, "");
	assert_int_equal(script.used, script.count);
	return r;
}

static void test_cycle(void **state)
{
	static const char on[] = "{\"droplet\":{\"status\":\"active\"}}";

	SCRIPT({"droplets/42", 0, on},
	       {"power_cycle", 0, "{\"action\":{\"status\":\"completed\"}}"});
	assert_int_equal(cycle(&cloud_digitalocean), 0);
	SCRIPT({"droplets/42", 0, on}, {"power_cycle", 0, "{\"action\":{\"status\":\"errored\"}}"});
	assert_int_equal(cycle(&cloud_digitalocean), -EIO);
	SCRIPT({"droplets/42", 0, on}, {"power_cycle", 0, "{}"});
	assert_int_equal(cycle(&cloud_digitalocean), -EIO);
	SCRIPT({"droplets/42", 0, on}, {"power_cycle", CLOUD_UNSURE, NULL});
	assert_int_equal(cycle(&cloud_digitalocean), -EIO);
	SCRIPT({"droplets/42", 0, on}, {"power_cycle", CLOUD_BUSY, NULL},
	       {"droplets/42", 0, "{\"droplet\":{\"status\":\"off\"}}"});
	assert_int_equal(cycle(&cloud_digitalocean), -ENOTSUP);
	script_run(NULL, 0);
	assert_int_equal(cycle(&cloud_vultr), -ENOTSUP);
}

/* What an id looks like, by whether the server itself is asked for first. */
static void test_ids(void **state)
{
	static const struct {
		const struct cloud_provider *provider;
		const char *plug;
		bool id;
	} cases[] = {
		{&cloud_hetzner, "42", true},	   {&cloud_hetzner, "42a", false},
		{&cloud_vultr, UUID, true},	   {&cloud_vultr, "web", false},
		{&cloud_aws, "i-0abc", true},	   {&cloud_aws, "i-web", false},
		{&cloud_aws, "i-", false},	   {&cloud_gcp, "web", true},
		{&cloud_openstack, UUID, true},	   {&cloud_openstack, "0a1b2c3d", false},
		{&cloud_linode, "../../x", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cloud cloud = with(cases[i].provider);
		enum power_state is;

		(void)variables_set(cloud.variables.zone, "z");
		(void)variables_set(cloud.variables.project, "p");
		SCRIPT({"", -EIO, NULL});
		assert_int_equal(power_select(&cloud, cases[i].plug, NULL, &is), -EIO);
		assert_int_equal(
			!strcmp(cloud.variables.page, "") && !strstr(script.last, "name=") &&
				!strstr(script.last, "Filter") && !strstr(script.last, "label=") &&
				strcmp(script.last, "/linode/instances"),
			cases[i].id);
	}
}

/* What every table must have. */
static void test_tables(void **state)
{
	for (const struct cloud_provider *const *p = cloud_providers; *p; p++) {
		const struct cloud_power_api *api = &(*p)->power;

		assert_non_null(api->status.method);
		assert_non_null(api->on.method);
		assert_non_null(api->off.method);
		assert_non_null(api->check.method);
		assert_non_null(api->list.method);
		assert_non_null(api->state);
		assert_non_null(api->on_values[0]);
		assert_non_null(api->off_values[0]);
		assert_non_null(api->list_id);
		assert_true(api->find.method || api->id == CLOUD_ID_NAME);
		assert_true(!api->poll.method || (*p)->action_running);
		assert_ptr_equal(cloud_provider_find((*p)->name), *p);
	}
	assert_null(cloud_provider_find("nosuch"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_id), cmocka_unit_test(test_by_name),
		cmocka_unit_test(test_twins), cmocka_unit_test(test_absent),
		cmocka_unit_test(test_pages), cmocka_unit_test(test_reservations),
		cmocka_unit_test(test_ask),   cmocka_unit_test(test_cycle),
		cmocka_unit_test(test_ids),   cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
