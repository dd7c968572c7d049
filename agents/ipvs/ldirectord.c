// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/ldirectord.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ipvs/ldirectord_virtual.h"
#include "ipvs/memory.h"

#define LINE_SIZE 1024

struct ld {
	struct reading *at;
	struct ld_options global;
	struct ld_virtual virtual;
	bool open; /* within a virtual service */
	int pass;  /* 0: what holds for the file, 1: the services */
};

enum ld_scope {
	LD_FILE = 1,
	LD_SERVICE = 2,
	LD_BOTH = 3
};

/* Where an option goes; value is without its quotes. */
struct ld_option {
	const char *name;
	enum ld_scope scope;
	int (*read)(struct ld *ld, const struct ld_option *option, const char *value);
	size_t offset;	     /* in ld_options, or in ld_virtual when it is a service's alone */
	const char *instead; /* why it has no effect, or is refused */
};

static struct ld_options *ld_options_of(struct ld *ld)
{
	return ld->open ? &ld->virtual.own : &ld->global;
}

static void *ld_field(struct ld *ld, const struct ld_option *option)
{
	if (option->scope == LD_SERVICE)
		return (char *)&ld->virtual + option->offset;
	return (char *)ld_options_of(ld) + option->offset;
}

static int ld_time(struct ld *ld, const struct ld_option *option, const char *value)
{
	long seconds = 0;

	if (reading_number(ld->at, option->name, value, 1, 86400, &seconds))
		return -EINVAL;
	*(long long *)ld_field(ld, option) = seconds * 1000LL;
	return 0;
}

static int ld_count(struct ld *ld, const struct ld_option *option, const char *value)
{
	return reading_number(ld->at, option->name, value, 1, 1000, ld_field(ld, option));
}

static int ld_text(struct ld *ld, const struct ld_option *option, const char *value)
{
	*(const char **)ld_field(ld, option) =
		*value ? memory_text(ld->at->intent, value, strlen(value)) : NULL;
	return 0;
}

static int ld_quiescent(struct ld *ld, const struct ld_option *option, const char *value)
{
	bool yes = false;

	if (reading_boolean(ld->at, option->name, value, &yes))
		return -EINVAL;
	ld_options_of(ld)->quiescent = yes;
	return 0;
}

static int ld_fallback_text(struct ld *ld, const struct ld_option *option, const char *value)
{
	ld_options_of(ld)->fallback_line = ld->at->line;
	return ld_text(ld, option, value);
}

static int ld_autoreload(struct ld *ld, const struct ld_option *option, const char *value)
{
	return reading_boolean(ld->at, option->name, value, &ld->at->intent->autoreload);
}

static int ld_callback(struct ld *ld, const struct ld_option *option, const char *value)
{
	char command[512];

	if (snprintf(command, sizeof(command), "%s %s", value, ld->at->file) >=
	    (int)sizeof(command))
		return reading_fault(ld->at, "the callback is too long");
	return reading_command(ld->at, command, &ld->at->intent->changed);
}

static int ld_ignore(struct ld *ld, const struct ld_option *option, const char *value)
{
	reading_remark(ld->at, "%s has no effect: %s", option->name, option->instead);
	return 0;
}

static int ld_refuse(struct ld *ld, const struct ld_option *option, const char *value)
{
	return reading_fault(ld->at, "%s is not supported: %s", option->name, option->instead);
}

static int ld_add_real_line(struct ld *ld, const struct ld_option *option, const char *value)
{
	struct ld_virtual *v = &ld->virtual;
	struct intent *intent = ld->at->intent;

	if (memory_grow(intent, &v->reals, v->real_count, sizeof(*v->reals)))
		return -ENOMEM;
	v->reals[v->real_count].line = ld->at->line;
	v->reals[v->real_count].text = memory_text(intent, value, strlen(value));
	return v->reals[v->real_count++].text ? 0 : -ENOMEM;
}

static int ld_checkport(struct ld *ld, const struct ld_option *option, const char *value)
{
	return reading_port(ld->at, value, IPPROTO_TCP, &ld->virtual.checkport);
}

/* "wrr", and options of ipvsadm behind it: "mh -b mh-port". */
static int ld_scheduler(struct ld *ld, const struct ld_option *option, const char *value)
{
	struct ipvs_service *service = &ld->virtual.service;
	const char *const *words = memory_words(ld->at->intent, value);

	if (!words)
		return reading_fault(ld->at, "'%.60s' cannot be a scheduler", value);
	if (reading_scheduler(ld->at, words[0], service))
		return -EINVAL;
	for (words++; *words; words++)
		if (strcmp(*words, "-b") && reading_flag(ld->at, *words, service))
			return -EINVAL;
	return 0;
}

static int ld_schedflags(struct ld *ld, const struct ld_option *option, const char *value)
{
	char flag[32];
	int end;

	for (; sscanf(value, "%31[^, ]%n", flag, &end) == 1; value += strspn(value, ", ")) {
		if (reading_flag(ld->at, flag, &ld->virtual.service))
			return -EINVAL;
		value += end;
	}
	return 0;
}

static int ld_persistent(struct ld *ld, const struct ld_option *option, const char *value)
{
	return reading_persistence(ld->at, value, &ld->virtual.service);
}

static int ld_netmask(struct ld *ld, const struct ld_option *option, const char *value)
{
	return reading_netmask(ld->at, value, &ld->virtual.service);
}

static int ld_protocol(struct ld *ld, const struct ld_option *option, const char *value)
{
	struct ipvs_key *key = &ld->virtual.service.key;

	if (key->fwmark)
		return strcmp(value, "fwm") ?
			       reading_fault(ld->at, "the protocol of a fwmark is fwm") :
			       0;
	return reading_protocol(ld->at, value, &key->protocol);
}

static int ld_ops(struct ld *ld, const struct ld_option *option, const char *value)
{
	bool yes = false;

	if (reading_boolean(ld->at, option->name, value, &yes))
		return -EINVAL;
	return yes ? reading_flag(ld->at, "ops", &ld->virtual.service) : 0;
}

#define IN_OPTIONS(member) offsetof(struct ld_options, member)
#define IN_VIRTUAL(member) offsetof(struct ld_virtual, member)

#define BY_CLUSTER "the cluster starts, stops and watches the daemon"
#define BY_NOTIFY "the parameter notify names a program that is told of changes"

static const struct ld_option ld_known[] = {
	{"checktimeout", LD_BOTH, ld_time, IN_OPTIONS(checktimeout), NULL},
	{"negotiatetimeout", LD_BOTH, ld_time, IN_OPTIONS(negotiatetimeout), NULL},
	{"checkinterval", LD_BOTH, ld_time, IN_OPTIONS(checkinterval), NULL},
	{"checkcount", LD_BOTH, ld_count, IN_OPTIONS(checkcount), NULL},
	{"failurecount", LD_BOTH, ld_count, IN_OPTIONS(failurecount), NULL},
	{"quiescent", LD_BOTH, ld_quiescent, 0, NULL},
	{"fallback", LD_BOTH, ld_fallback_text, IN_OPTIONS(fallback), NULL},
	{"fallback6", LD_BOTH, ld_fallback_text, IN_OPTIONS(fallback6), NULL},
	{"fallbackcommand", LD_BOTH, ld_text, IN_OPTIONS(fallbackcommand), NULL},
	{"autoreload", LD_FILE, ld_autoreload, 0, NULL},
	{"callback", LD_FILE, ld_callback, 0, NULL},
	{"maintenancedir", LD_FILE, ld_refuse, 0, "quorate-ipvs maint takes a server out"},
	{"execute", LD_FILE, ld_refuse, 0, "make a resource of that configuration"},
	{"cleanstop", LD_BOTH, ld_ignore, 0, "stop removes the services"},
	{"readdquiescent", LD_FILE, ld_ignore, 0, "a server that is gone is put back"},
	{"logfile", LD_FILE, ld_ignore, 0, "the log is the cluster's"},
	{"supervised", LD_FILE, ld_ignore, 0, BY_CLUSTER},
	{"fork", LD_FILE, ld_ignore, 0, "no check waits for another"},
	{"emailalert", LD_BOTH, ld_ignore, 0, BY_NOTIFY},
	{"emailalertfreq", LD_BOTH, ld_ignore, 0, BY_NOTIFY},
	{"emailalertstatus", LD_BOTH, ld_ignore, 0, BY_NOTIFY},
	{"emailalertfrom", LD_FILE, ld_ignore, 0, BY_NOTIFY},
	{"smtp", LD_BOTH, ld_ignore, 0, BY_NOTIFY},
	{"monitorfile", LD_SERVICE, ld_ignore, 0, BY_NOTIFY},
	{"servicename", LD_SERVICE, ld_ignore, 0, "it is a comment"},
	{"comment", LD_SERVICE, ld_ignore, 0, "it is a comment"},
	{"real", LD_SERVICE, ld_add_real_line, 0, NULL},
	{"real6", LD_SERVICE, ld_add_real_line, 0, NULL},
	{"checktype", LD_SERVICE, ld_text, IN_VIRTUAL(checktype), NULL},
	{"service", LD_SERVICE, ld_text, IN_VIRTUAL(service_name), NULL},
	{"checkcommand", LD_SERVICE, ld_text, IN_VIRTUAL(checkcommand), NULL},
	{"checkport", LD_SERVICE, ld_checkport, 0, NULL},
	{"request", LD_SERVICE, ld_text, IN_VIRTUAL(request), NULL},
	{"receive", LD_SERVICE, ld_text, IN_VIRTUAL(receive), NULL},
	{"virtualhost", LD_SERVICE, ld_text, IN_VIRTUAL(virtualhost), NULL},
	{"httpmethod", LD_SERVICE, ld_text, IN_VIRTUAL(httpmethod), NULL},
	{"login", LD_SERVICE, ld_text, IN_VIRTUAL(login), NULL},
	{"passwd", LD_SERVICE, ld_text, IN_VIRTUAL(passwd), NULL},
	{"database", LD_SERVICE, ld_text, IN_VIRTUAL(database), NULL},
	{"scheduler", LD_SERVICE, ld_scheduler, 0, NULL},
	{"schedflags", LD_SERVICE, ld_schedflags, 0, NULL},
	{"persistent", LD_SERVICE, ld_persistent, 0, NULL},
	{"netmask", LD_SERVICE, ld_netmask, 0, NULL},
	{"protocol", LD_SERVICE, ld_protocol, 0, NULL},
	{"ops", LD_SERVICE, ld_ops, 0, NULL},
	{"load", LD_SERVICE, ld_refuse, 0, "checktype=external with a dynamic weight is"},
	{"secret", LD_SERVICE, ld_refuse, 0, "radius is not checked; checktype=external is"},
};

static int ld_close(struct ld *ld)
{
	if (!ld->open)
		return 0;
	ld->open = false;
	return ld_virtual_end(&ld->virtual, &ld->global);
}

static int ld_open(struct ld *ld, const char *value, bool six)
{
	ld->virtual = (struct ld_virtual){.at = *ld->at, .own = LD_OPTIONS_INIT};
	ld->open = true;
	return ld_virtual_begin(&ld->virtual, value, six);
}

/* Takes one pair of quotes away. */
static char *ld_unquote(char *value)
{
	size_t length = strlen(value);

	if (length < 2 || value[0] != '"' || value[length - 1] != '"' ||
	    memchr(value + 1, '"', length - 2))
		return value;
	value[length - 1] = '\0';
	return value + 1;
}

static int ld_assign(struct ld *ld, const char *name, char *value, bool indented)
{
	enum ld_scope scope = indented ? LD_SERVICE : LD_FILE;

	if (!indented && (!strcmp(name, "virtual") || !strcmp(name, "virtual6")))
		return ld->pass ? ld_open(ld, value, name[7] == '6') : 0;
	if (indented != (ld->pass == 1))
		return 0;
	if (indented && !ld->open)
		return reading_fault(ld->at, "%s is indented but belongs to no virtual", name);
	for (size_t i = 0; i < ARRAY_SIZE(ld_known); i++)
		if (!strcmp(name, ld_known[i].name) && ld_known[i].scope & scope)
			return ld_known[i].read(ld, &ld_known[i], ld_unquote(value));
	return reading_fault(ld->at, "'%.40s' is not known %s a virtual", name,
			     indented ? "within" : "outside");
}

static int ld_line(struct ld *ld, char *line)
{
	bool indented = line[0] == ' ' || line[0] == '\t';
	char *name = line + strspn(line, " \t");
	char *end = strchr(name, '#');
	char *value;

	if (end)
		*end = '\0';
	for (end = name + strlen(name); end > name && strchr(" \t\r", end[-1]);)
		*--end = '\0';
	if (!*name)
		return 0;
	if (!indented && ld->pass && ld_close(ld))
		return -EINVAL;
	value = name + strcspn(name, " \t=");
	end = value;
	value += strspn(value, " \t");
	if (*value == '=')
		value += 1 + strspn(value + 1, " \t");
	else if (*value)
		return reading_fault(ld->at, "'%.60s' is not NAME = VALUE", name);
	*end = '\0';
	return ld_assign(ld, name, value, indented);
}

static int ld_pass(struct ld *ld, const char *text)
{
	char line[LINE_SIZE];
	int r = 0;

	for (ld->at->line = 1; !r && *text; ld->at->line++) {
		size_t length = strcspn(text, "\n");

		if (length >= sizeof(line))
			return reading_fault(ld->at, "a line has %d characters at most",
					     LINE_SIZE - 1);
		memcpy(line, text, length);
		line[length] = '\0';
		r = ld_line(ld, line);
		if (r)
			break;
		text += length + (text[length] == '\n');
	}
	return r ? r : ld_close(ld);
}

int ldirectord_read(struct reading *reading, const char *text)
{
	struct ld ld = {.at = reading, .global = LD_OPTIONS_INIT};
	const char **files = memory_take(reading->intent, 2 * sizeof(*files));
	int r;

	if (!files)
		return -ENOMEM;
	files[0] = reading->file;
	reading->intent->files = files;
	r = ld_pass(&ld, text);

	/* A setting of the file holds for the services above it, too. */
	ld.pass = 1;
	return r ? r : ld_pass(&ld, text);
}
