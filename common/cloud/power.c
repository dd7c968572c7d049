// SPDX-License-Identifier: BSD-3-Clause

#include "cloud/power.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "cloud/cloud.h"
#include "cloud/provider.h"
#include "text/json.h"

#define POWER_PAGES_MAX 1000
#define POWER_PEEK_MS 2000 /* for a look at an action, which is a convenience */

typedef void (*power_take)(const char *id, const char *name, enum power_state state, void *data);

static enum power_state power_of_word(const struct cloud_power_api *api, const char *word)
{
	for (const char *const *w = api->off_values; word && *w; w++)
		if (!strcmp(*w, word))
			return POWER_OFF;
	for (const char *const *w = api->on_values; word && *w; w++)
		if (!strcmp(*w, word))
			return POWER_ON;
	return POWER_CHANGING;
}

/* Whether a plug looks like an id of this provider. */
static bool power_is_id(enum cloud_id form, const char *plug)
{
	const size_t length = strlen(plug);

	switch (form) {
	case CLOUD_ID_NUMBER:
		return length && strspn(plug, "0123456789") == length;
	case CLOUD_ID_UUID:
		return length == 36 && plug[8] == '-' && plug[13] == '-' &&
		       strspn(plug, "0123456789abcdefABCDEF-") == length;
	case CLOUD_ID_AWS:
		return !strncmp(plug, "i-", 2) && length > 2 &&
		       strspn(plug + 2, "0123456789abcdef") == length - 2;
	case CLOUD_ID_NAME:
		break;
	}
	return true;
}

/* Items of a page; a "[*]" in their path stands for every element of the array before it. */
static size_t power_items(struct cloud *cloud, const json_t *answer, power_take take, void *data,
			  char first[VARIABLE_MAX])
{
	const struct cloud_power_api *api = &cloud->provider->power;
	const char *star = strstr(api->list_items, "[*]");
	char id[VARIABLE_MAX], name[VARIABLE_MAX], word[VARIABLE_MAX], path[VARIABLE_MAX];
	size_t groups = 1, count = 0;
	const json_t *outer;

	(void)snprintf(path, sizeof(path), "%.*s",
		       (int)(star ? star - api->list_items : (int)strlen(api->list_items)),
		       api->list_items);
	outer = json_at(answer, path);
	if (star)
		groups = json_array_size(outer);
	for (size_t g = 0; g < groups; g++) {
		const json_t *items = star ? json_at(json_array_get(outer, g), star + 4) : outer;

		for (size_t i = 0; i < json_array_size(items); i++, count++) {
			const json_t *item = json_array_get(items, i);
			const char *called = cloud_text_at(cloud, item, api->list_name, name);

			if (!cloud_text_at(cloud, item, api->list_id, id) || !*id)
				continue;
			if (!count)
				(void)snprintf(first, VARIABLE_MAX, "%s", id);
			take(id, called && *called ? called : id,
			     power_of_word(api, cloud_text_at(cloud, item, api->list_state, word)),
			     data);
		}
	}
	return count;
}

/* Out of a URL the value of the parameter that names a page; another text is the page itself. */
static const char *power_page_of(char *next)
{
	static const char *const names[] = {"page=", "marker="};

	if (!strstr(next, "://"))
		return next;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		for (char *at = next; (at = strstr(at, names[i])); at++)
			if (at > next && (at[-1] == '?' || at[-1] == '&')) {
				at += strlen(names[i]);
				at[strcspn(at, "&#")] = '\0';
				return at;
			}
	return "";
}

/* The servers of a list, page by page. */
struct power_walk {
	const struct cloud_request *request;
	power_take take;
	void *data;
	char first[VARIABLE_MAX]; /* id of the page's first server */
};

static bool power_has_pages(const struct cloud_request *request)
{
	return strstr(request->path, "{page}") ||
	       (request->body && strstr(request->body, "{page}"));
}

/* Makes {page} the page after this answer. 1; 0 when there is none; -errno. */
static int power_turn(struct cloud *cloud, struct power_walk *walk, const json_t *answer,
		      size_t items, struct fault *fault)
{
	const struct cloud_power_api *api = &cloud->provider->power;
	char *page = cloud->variables.page, next[VARIABLE_MAX] = "";
	const char *following = next;

	if (walk->request == &api->list && api->more.method)
		walk->request = &api->more;
	if (!power_has_pages(walk->request))
		return 0;
	if (api->list_next) {
		if (cloud_text_at(cloud, answer, api->list_next, next))
			following = power_page_of(next);
	} else if (items) {
		(void)snprintf(next, sizeof(next), "%ld", strtol(page, NULL, 10) + 1);
	}
	if (!*following)
		return 0;
	if (!strcmp(following, page))
		return fault_set(fault, FAULT_GENERIC, -ELOOP,
				 "%s: the list's next page is the same page",
				 cloud->provider->title);
	return variables_set(page, following) ? -EMSGSIZE : 1;
}

/* A page of the list, asked for again while the answer is something else. */
static int power_fetch(struct cloud *cloud, const struct cloud_request *request,
		       struct fault *fault, json_t **ret_answer)
{
	const struct cloud_power_api *api = &cloud->provider->power;

	for (;;) {
		AUTO_JSON json_t *answer = NULL;
		int r = cloud_run(cloud, request, fault, &answer);

		if (r)
			return r;
		if (json_at(answer, api->list_is ? api->list_is : api->list_items)) {
			*ret_answer = TAKE(answer);
			return 0;
		}
		(void)fault_set(fault, FAULT_GENERIC, 0, "%s: the answer is no list of servers",
				cloud->provider->title);
		r = cloud_pause(cloud, cloud->provider->poll_ms, fault);
		if (r)
			return r;
	}
}

static int power_page(struct cloud *cloud, struct power_walk *walk, int page, struct fault *fault)
{
	const struct cloud_power_api *api = &cloud->provider->power;
	AUTO_JSON json_t *answer = NULL;
	char before[VARIABLE_MAX];
	size_t items;
	int r = power_fetch(cloud, walk->request, fault, &answer);

	if (r == CLOUD_ABSENT && page && !api->list_next) { /* the page after the last */
		*fault = FAULT_INIT;
		return 0;
	}
	if (r)
		return r < 0 ? r : -EIO;
	(void)snprintf(before, sizeof(before), "%s", walk->first);
	items = power_items(cloud, answer, walk->take, walk->data, walk->first);
	if (items && !strcmp(before, walk->first))
		return fault_set(fault, FAULT_GENERIC, -ELOOP,
				 "%s: the list's pages are all the same", cloud->provider->title);
	return power_turn(cloud, walk, answer, items, fault);
}

/* Calls take for every server on every page of find or list. */
static int power_walk(struct cloud *cloud, const struct cloud_request *request, power_take take,
		      void *data, struct fault *fault)
{
	const char *first = cloud->provider->power.list_first;
	struct power_walk walk = {.request = request, .take = take, .data = data};

	(void)variables_set(cloud->variables.page, first ? first : "");
	for (int page = 0; page < POWER_PAGES_MAX; page++) {
		int r = power_page(cloud, &walk, page, fault);

		if (r <= 0)
			return r;
	}
	return fault_set(fault, FAULT_GENERIC, -E2BIG, "%s: the list of servers does not end",
			 cloud->provider->title);
}

int power_list(struct cloud *cloud, struct fault *fault, power_take take, void *data)
{
	return power_walk(cloud, &cloud->provider->power.list, take, data, fault);
}

int power_status(struct cloud *cloud, struct fault *fault, enum power_state *ret_state)
{
	const struct cloud_power_api *api = &cloud->provider->power;

	for (;;) {
		AUTO_JSON json_t *answer = NULL;
		char text[VARIABLE_MAX];
		const char *word;
		int r = cloud_run(cloud, &api->status, fault, &answer);

		if (r < 0 || r == CLOUD_UNSURE)
			return r < 0 ? r : -EIO;
		if (r == CLOUD_ABSENT) {
			*fault = FAULT_INIT;
			*ret_state = POWER_ABSENT;
			return 0;
		}
		word = cloud_text_at(cloud, answer, api->state, text);
		if (word && *word) {
			*ret_state = power_of_word(api, word);
			return 0;
		}
		(void)fault_set(fault, FAULT_GENERIC, 0, "%s: the answer has no state of a server",
				cloud->provider->title);
		r = cloud_pause(cloud, cloud->provider->poll_ms, fault);
		if (r)
			return r;
	}
}

struct power_match {
	const char *name;
	char id[VARIABLE_MAX];
	enum power_state state;
	bool by_id; /* the name may also be an id */
	bool found, twice;
};

static void power_compare(const char *id, const char *name, enum power_state state, void *data)
{
	struct power_match *match = data;

	if (strcmp(name, match->name) && (!match->by_id || strcmp(id, match->name)))
		return;
	match->twice = match->twice || (match->found && strcmp(id, match->id));
	match->found = true;
	match->state = state;
	(void)snprintf(match->id, sizeof(match->id), "%s", id);
}

/* By asking for the name; an id that is not there must not be in the whole list either. */
static int power_find(struct cloud *cloud, bool by_id, struct fault *fault,
		      enum power_state *ret_state)
{
	const struct cloud_power_api *api = &cloud->provider->power;
	struct power_match match = {.name = cloud->variables.name, .by_id = by_id};
	int r = power_walk(cloud, by_id ? &api->list : &api->find, power_compare, &match, fault);

	if (r)
		return r;
	if (match.twice)
		return fault_set(fault, FAULT_ARGS, -EEXIST,
				 "%s: several servers are called '%.60s': give the id as plug",
				 cloud->provider->title, match.name);
	*ret_state = POWER_ABSENT;
	if (!match.found)
		return 0;
	(void)variables_set(cloud->variables.server, match.id);
	*ret_state = match.state;
	return 0;
}

int power_select(struct cloud *cloud, const char *plug, struct fault *fault,
		 enum power_state *ret_state)
{
	const bool is_id = power_is_id(cloud->provider->power.id, plug);
	int r;

	if (variables_set(cloud->variables.server, plug) ||
	    variables_set(cloud->variables.name, plug))
		return fault_set(fault, FAULT_ARGS, -EINVAL, "plug is too long");
	if (is_id) {
		r = power_status(cloud, fault, ret_state);
		if (r || *ret_state != POWER_ABSENT)
			return r;
	}
	return power_find(cloud, is_id, fault, ret_state);
}

/* How the action for an earlier request is doing, in a moment or not at all. */
static enum cloud_progress power_peek(struct cloud *cloud, const char *action, struct fault *fault)
{
	const struct deadline *whole = cloud->deadline;
	const struct deadline moment = deadline_within(whole, POWER_PEEK_MS);
	enum cloud_progress progress = CLOUD_UNCLEAR;
	AUTO_JSON json_t *answer = NULL;

	if (variables_set(cloud->variables.action, action))
		return CLOUD_UNCLEAR;
	cloud->deadline = &moment;
	if (!cloud_run(cloud, &cloud->provider->power.poll, NULL, &answer))
		progress = cloud_progress(cloud, answer, fault);
	cloud->deadline = whole;
	return progress;
}

int power_ask(struct cloud *cloud, enum power_state wanted, char action[VARIABLE_MAX],
	      struct fault *fault)
{
	const struct cloud_power_api *api = &cloud->provider->power;
	AUTO_JSON json_t *answer = NULL;
	int r;

	if (*action) {
		switch (power_peek(cloud, action, fault)) {
		case CLOUD_RUNNING:
			return 0;
		case CLOUD_FAILED:
			*action = '\0';
			return CLOUD_UNSURE;
		default:
			*action = '\0';
		}
	}
	r = cloud_run(cloud, wanted == POWER_OFF ? &api->off : &api->on, fault, &answer);
	if (!r && api->poll.method &&
	    !cloud_text_at(cloud, answer, cloud->provider->action_id, action))
		*action = '\0';
	return r == CLOUD_ABSENT ? CLOUD_UNSURE : r;
}

int power_cycle(struct cloud *cloud, struct fault *fault)
{
	const struct cloud_power_api *api = &cloud->provider->power;
	enum power_state state;
	int r;

	if (!api->reset.method || !api->poll.method)
		return -ENOTSUP;
	for (;;) {
		AUTO_JSON json_t *answer = NULL;

		r = power_status(cloud, fault, &state);
		if (r)
			return r;
		if (state == POWER_OFF || state == POWER_ABSENT)
			return -ENOTSUP;
		r = cloud_run(cloud, &api->reset, fault, &answer);
		if (!r)
			r = cloud_await(cloud, &api->poll, answer, fault);
		if (r <= 0)
			return r;
		if (r != CLOUD_BUSY)
			break;
		r = cloud_pause(cloud, cloud->provider->poll_ms, fault);
		if (r)
			return r;
	}
	if (fault->kind == FAULT_NONE)
		(void)fault_set(fault, FAULT_GENERIC, 0, "%s: nobody can tell what became of it",
				cloud->provider->title);
	return -EIO;
}

int power_check(struct cloud *cloud, struct fault *fault)
{
	int r = cloud_run(cloud, &cloud->provider->power.check, fault, NULL);

	return r > 0 ? -EIO : r;
}
