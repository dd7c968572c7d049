// SPDX-License-Identifier: BSD-3-Clause

#include "ocf/params.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/num.h"
#include "ocf/agent.h"

#define PARAM_SHOWN 40 /* characters of a wrong value that a sentence repeats */

const char *params_environment(const char *name, const void *context)
{
	static const char prefix[] = "OCF_RESKEY_";
	char key[128];
	size_t length = strlen(name) + 1;

	(void)context;
	if (length > sizeof(key) - (sizeof(prefix) - 1))
		return NULL;
	memcpy(key, prefix, sizeof(prefix) - 1);
	memcpy(key + sizeof(prefix) - 1, name, length);
	return getenv(key);
}

const struct param *params_find(const struct agent *agent, const char *name)
{
	for (const struct param *p = agent->params; p->name; p++)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

static const char *param_given(const char *name, param_source source, const void *context)
{
	const char *text = source(name, context);

	return text && *text ? text : NULL;
}

const char *params_text(const struct agent *agent, const struct param *param, param_source source,
			const void *context)
{
	const char *text = param_given(param->name, source, context);

	for (const struct param *p = agent->params; !text && p->name; p++)
		if (p->standing == PARAM_ALIAS && !strcmp(p->instead, param->name))
			text = param_given(p->name, source, context);
	return text ? text : param->fallback;
}

static int param_wrong(const struct param *p, const char *text, struct fault *fault,
		       const char *wanted)
{
	return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "%s must be %s, not '%.*s'", p->name,
			 wanted, PARAM_SHOWN, text);
}

static int param_boolean_by(int (*compare)(const char *, const char *), const char *text,
			    bool *ret_value)
{
	static const char *const yes[] = {"yes", "true", "1", "on", "ja", "y", "t"};
	static const char *const no[] = {"no", "false", "0", "off", "nein", "n", "f"};

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
		if (!compare(text, yes[i])) {
			*ret_value = true;
			return 0;
		}
		if (!compare(text, no[i])) {
			*ret_value = false;
			return 0;
		}
	}
	return -EINVAL;
}

/* Small letters, as defaults have them, do without the tables of the C library's locale. */
static int param_boolean(const char *text, bool *ret_value)
{
	return param_boolean_by(strcmp, text, ret_value) ?
		       param_boolean_by(strcasecmp, text, ret_value) :
		       0;
}

static int param_choice(const struct param *p, const char *text, int *ret_index,
			struct fault *fault)
{
	AUTO_BUF struct buf wanted = BUF_INIT;

	for (int i = 0; p->choices[i]; i++)
		if (!strcmp(p->choices[i], text)) {
			*ret_index = i;
			return 0;
		}
	buf_adds(&wanted, "one of");
	for (int i = 0; p->choices[i]; i++)
		buf_addf(&wanted, " %s", p->choices[i]);
	return param_wrong(p, text, fault, wanted.data);
}

static int param_number_wrong(const struct param *p, const char *text, struct fault *fault)
{
	char wanted[128];

	if (p->type == PARAM_PORT)
		return param_wrong(p, text, fault, "a port from 1 to 65535");
	(void)snprintf(wanted, sizeof(wanted),
		       p->type == PARAM_DURATION ? "a time from %ldms to %ldms (10s, 500ms)" :
						   "a whole number from %ld to %ld",
		       p->min, p->max);
	return param_wrong(p, text, fault, wanted);
}

static int param_number(const struct param *p, const char *text, void *field, struct fault *fault)
{
	long long value = 0;
	int r;

	if (p->type == PARAM_DURATION) {
		r = num_duration(text, &value);
		if (!r && (value < p->min || value > p->max))
			r = -ERANGE;
		if (!r)
			*(long long *)field = value;
	} else if (p->type == PARAM_PORT) {
		r = num_parse(text, 1, 65535, &value);
		if (!r)
			*(int *)field = (int)value;
	} else {
		r = num_parse(text, p->min, p->max, &value);
		if (!r)
			*(long *)field = (long)value;
	}
	return r ? param_number_wrong(p, text, fault) : 0;
}

static int param_addresses(const struct param *p, const char *text, struct inet_list *list,
			   struct fault *fault)
{
	char shown[INET_TEXT_MAX];
	const char *at = text;
	size_t length = 0;
	int r = inet_list_parse(text, list, &at, &length);

	if (r == -EINVAL)
		return fault_set(fault, FAULT_CONFIGURED, r,
				 "%s: '%.*s' is no IPv4 or IPv6 address with optional /prefix",
				 p->name, (int)(length < PARAM_SHOWN ? length : PARAM_SHOWN), at);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "%s: out of memory", p->name);
	for (size_t i = 0; i < list->count; i++)
		for (size_t k = 0; k < i; k++)
			if (inet_same(&list->items[i], &list->items[k]))
				return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
						 "%s names %s twice", p->name,
						 inet_host_text(&list->items[i], shown));
	return 0;
}

/* What a field holds while the parameter is unset. */
static void param_unset(const struct param *p, void *field)
{
	switch (p->type) {
	case PARAM_INTEGER:
		*(long *)field = PARAM_UNSET;
		break;
	case PARAM_DURATION:
		*(long long *)field = PARAM_UNSET;
		break;
	case PARAM_CHOICE:
		*(int *)field = PARAM_UNSET_CHOICE;
		break;
	default: /* the configuration begins as zeros */
		break;
	}
}

static int param_set(const struct param *p, const char *text, void *field, struct fault *fault)
{
	switch (p->type) {
	case PARAM_STRING:
		*(const char **)field = text;
		return 0;
	case PARAM_INTEGER:
	case PARAM_DURATION:
	case PARAM_PORT:
		return param_number(p, text, field, fault);
	case PARAM_BOOLEAN:
		return param_boolean(text, field) ? param_wrong(p, text, fault, "true or false") :
						    0;
	case PARAM_CHOICE:
		return param_choice(p, text, field, fault);
	case PARAM_ADDRESS:
		return inet_parse(text, field) ?
			       param_wrong(p, text, fault, "an IPv4 or IPv6 address") :
			       0;
	case PARAM_ADDRESSES:
		return param_addresses(p, text, field, fault);
	case PARAM_PATH:
	case PARAM_SECRET_FILE:
		*(const char **)field = text;
		return *text == '/' ? 0 : param_wrong(p, text, fault, "an absolute path");
	}
	return 0;
}

static int param_read(const struct agent *agent, const struct param *p, param_source source,
		      const void *context, char *config, struct fault *fault)
{
	const char *text;

	if (p->standing == PARAM_REFUSED && param_given(p->name, source, context))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "%s: %s", p->name, p->instead);
	if (p->standing != PARAM_CURRENT)
		return 0;
	text = params_text(agent, p, source, context);
	if (text)
		return param_set(p, text, config + p->offset, fault);
	if (p->required)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "%s must be given: %s", p->name,
				 p->brief);
	param_unset(p, config + p->offset);
	return 0;
}

int params_read(const struct agent *agent, param_source source, const void *context,
		void **ret_config, struct fault *fault)
{
	char *config = calloc(1, agent->config_size);
	int r = 0;

	if (!config)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	for (const struct param *p = agent->params; !r && p->name; p++)
		r = param_read(agent, p, source, context, config, fault);
	if (!r && agent->check)
		r = agent->check(config, fault);
	if (r) {
		params_release(agent, config);
		return r;
	}
	*ret_config = config;
	return 0;
}

void params_release(const struct agent *agent, void *config)
{
	if (!config)
		return;
	for (const struct param *p = agent->params; p->name; p++)
		if (p->standing == PARAM_CURRENT && p->type == PARAM_ADDRESSES)
			inet_list_release((struct inet_list *)((char *)config + p->offset));
	free(config);
}

const char *params_remark(const struct agent *agent, param_source source, const void *context,
			  size_t n, char text[256])
{
	for (const struct param *p = agent->params; p->name; p++) {
		if (p->standing != PARAM_ALIAS && p->standing != PARAM_IGNORED)
			continue;
		if (!param_given(p->name, source, context) || n--)
			continue;
		if (p->standing == PARAM_ALIAS)
			(void)snprintf(text, 256, "%s is an older name: write %s", p->name,
				       p->instead);
		else
			(void)snprintf(text, 256, "%s has no effect: %s", p->name, p->instead);
		return text;
	}
	return NULL;
}

int params_check_secrets(const struct agent *agent, const void *config, struct fault *fault)
{
	for (const struct param *p = agent->params; p->name; p++) {
		const char *path;
		struct stat st;

		if (p->type != PARAM_SECRET_FILE || p->standing != PARAM_CURRENT)
			continue;
		path = *(const char *const *)((const char *)config + p->offset);
		if (!path)
			continue;
		if (stat(path, &st) < 0)
			return fault_set(fault, FAULT_ARGS, -errno, "%s: %s cannot be read: %s",
					 p->name, path, strerror(errno));
		if (!file_is_private(&st))
			return fault_set(fault, FAULT_PERM, -EPERM,
					 "%s: %s must be a regular file of root, mode 0600",
					 p->name, path);
	}
	return 0;
}
