// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/demands.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"

#define DEMAND_DAY_S 86400

static bool demand_is_off(const char *value)
{
	return !*value || !strcasecmp(value, "0") || !strcasecmp(value, "off") ||
	       !strcasecmp(value, "false") || !strcasecmp(value, "no");
}

static int demand_on(const char *value, const char *wanted)
{
	return value && !demand_is_off(value);
}

static int demand_off(const char *value, const char *wanted)
{
	return !value || demand_is_off(value);
}

static int demand_is(const char *value, const char *wanted)
{
	return !value || !strcasecmp(value, wanted);
}

static int demand_is_not(const char *value, const char *wanted)
{
	return !value || strcasecmp(value, wanted) != 0;
}

static int demand_there(const char *value, const char *wanted)
{
	return value != NULL;
}

/* 0 keeps for ever; what is kept for less than a day is gone after a night. */
static int demand_keeps(const char *value, const char *wanted)
{
	long long number = 0;

	if (!value || num_parse(value, 0, LLONG_MAX, &number))
		return true;
	return !number || number >= DEMAND_DAY_S;
}

static int demand_reachable(const char *value, const char *wanted)
{
	return !value || (strncmp(value, "127.", 4) != 0 && strcmp(value, "::1") != 0 &&
			  strcasecmp(value, "localhost") != 0);
}

#define LEAVES_OUT                                                                                 \
	"a replica that leaves something out lacks acknowledged commits when it is promoted"

static const struct demand demands[] = {
	{"log_bin",
	 NULL,
	 {"OFF", "ON"},
	 demand_on,
	 NULL,
	 DEMAND_REPLICA,
	 true,
	 "nothing replicates without a binary log; set log_bin=binlog"},
	{"log_slave_updates",
	 "log_replica_updates",
	 {"OFF", "ON"},
	 demand_on,
	 NULL,
	 DEMAND_REPLICA,
	 true,
	 "once promoted, a replica has nothing for the others; set it to ON"},
	{"server_id",
	 NULL,
	 {"1", "1"},
	 demand_on,
	 NULL,
	 DEMAND_REPLICA,
	 true,
	 "a server without a number of its own does not replicate"},
	{"skip_networking",
	 NULL,
	 {"OFF", "OFF"},
	 demand_off,
	 NULL,
	 DEMAND_REPLICA,
	 true,
	 "the other nodes can't replicate from it, nor ask it; remove it"},
	{"bind_address",
	 NULL,
	 {NULL, NULL},
	 demand_reachable,
	 NULL,
	 DEMAND_ABROAD,
	 true,
	 "the other nodes can't reach it under its address of node_list"},
	{"gtid_mode",
	 NULL,
	 {NULL, "OFF"},
	 demand_is,
	 "ON",
	 DEMAND_REPLICA,
	 true,
	 "positions are compared by GTID; set gtid_mode=ON"},
	{"enforce_gtid_consistency",
	 NULL,
	 {NULL, "OFF"},
	 demand_is,
	 "ON",
	 DEMAND_REPLICA,
	 true,
	 "gtid_mode=ON wants it; set it to ON"},
	{"rpl_semi_sync_source_enabled",
	 "rpl_semi_sync_master_enabled",
	 {NULL, NULL},
	 demand_there,
	 NULL,
	 DEMAND_MYSQL,
	 true,
	 "the writer can't wait for replicas; set plugin_load_add=semisync_source.so"},
	{"rpl_semi_sync_replica_enabled",
	 "rpl_semi_sync_slave_enabled",
	 {NULL, NULL},
	 demand_there,
	 NULL,
	 DEMAND_MYSQL,
	 true,
	 "replicas can't acknowledge; set plugin_load_add=semisync_replica.so"},
	{"innodb_force_recovery",
	 NULL,
	 {"0", "0"},
	 demand_off,
	 NULL,
	 DEMAND_SERVER,
	 true,
	 "it is for rescuing data, and takes no writes; remove it"},
	{"replicate_do_db", NULL, {NULL, NULL}, demand_off, NULL, DEMAND_REPLICA, true, LEAVES_OUT},
	{"replicate_do_table",
	 NULL,
	 {NULL, NULL},
	 demand_off,
	 NULL,
	 DEMAND_REPLICA,
	 true,
	 LEAVES_OUT},
	{"replicate_ignore_db",
	 NULL,
	 {NULL, NULL},
	 demand_off,
	 NULL,
	 DEMAND_REPLICA,
	 true,
	 LEAVES_OUT},
	{"replicate_ignore_table",
	 NULL,
	 {NULL, NULL},
	 demand_off,
	 NULL,
	 DEMAND_REPLICA,
	 true,
	 LEAVES_OUT},
	{"replicate_wild_do_table",
	 NULL,
	 {NULL, NULL},
	 demand_off,
	 NULL,
	 DEMAND_REPLICA,
	 true,
	 LEAVES_OUT},
	{"replicate_wild_ignore_table",
	 NULL,
	 {NULL, NULL},
	 demand_off,
	 NULL,
	 DEMAND_REPLICA,
	 true,
	 LEAVES_OUT},
	{"binlog_do_db", NULL, {NULL, NULL}, demand_off, NULL, DEMAND_REPLICA, true, LEAVES_OUT},
	{"binlog_ignore_db",
	 NULL,
	 {NULL, NULL},
	 demand_off,
	 NULL,
	 DEMAND_REPLICA,
	 true,
	 LEAVES_OUT},
	{"slave_skip_errors",
	 "replica_skip_errors",
	 {"OFF", "OFF"},
	 demand_off,
	 NULL,
	 DEMAND_REPLICA,
	 true,
	 LEAVES_OUT},
	{"slave_exec_mode",
	 "replica_exec_mode",
	 {"STRICT", "STRICT"},
	 demand_is_not,
	 "IDEMPOTENT",
	 DEMAND_REPLICA,
	 false,
	 "a replica that differs goes on, unnoticed; set it to STRICT"},
	{"sync_binlog",
	 NULL,
	 {"0", "1"},
	 demand_is,
	 "1",
	 DEMAND_SERVER,
	 false,
	 "a power failure loses acknowledged commits of this server's; set it to 1"},
	{"innodb_flush_log_at_trx_commit",
	 NULL,
	 {"1", "1"},
	 demand_is,
	 "1",
	 DEMAND_SERVER,
	 false,
	 "a power failure loses acknowledged commits of this server's; set it to 1"},
	{"innodb_doublewrite",
	 NULL,
	 {"ON", "ON"},
	 demand_on,
	 NULL,
	 DEMAND_SERVER,
	 false,
	 "a power failure may leave half a page, and no server; set it to ON"},
	{"binlog_format",
	 NULL,
	 {"MIXED", "ROW"},
	 demand_is,
	 "ROW",
	 DEMAND_REPLICA,
	 false,
	 "a statement may do something else on a replica; set it to ROW"},
	{"binlog_row_image",
	 NULL,
	 {"FULL", "FULL"},
	 demand_is_not,
	 "MINIMAL",
	 DEMAND_REPLICA,
	 false,
	 "what a former writer has too much can't be undone; set it to FULL"},
	{"binlog_expire_logs_seconds",
	 NULL,
	 {"0", "2592000"},
	 demand_keeps,
	 NULL,
	 DEMAND_REPLICA,
	 false,
	 "a node that was away for longer can't catch up; a day (86400) at least"},
	{"init_slave",
	 "init_replica",
	 {NULL, NULL},
	 demand_off,
	 NULL,
	 DEMAND_REPLICA,
	 false,
	 "what it writes is on this server alone; remove it"},
	{"init_file",
	 NULL,
	 {NULL, NULL},
	 demand_off,
	 NULL,
	 DEMAND_REPLICA,
	 false,
	 "it runs at every start, past read_only: what it writes is on this server alone"},
	{"default_storage_engine",
	 NULL,
	 {"InnoDB", "InnoDB"},
	 demand_is_not,
	 "MyISAM",
	 DEMAND_SERVER,
	 false,
	 "a crash loses commits of such tables; set it to InnoDB"},
	{"default_storage_engine",
	 NULL,
	 {"InnoDB", "InnoDB"},
	 demand_is_not,
	 "Aria",
	 DEMAND_SERVER,
	 false,
	 "a crash loses commits of such tables; set it to InnoDB"},
};

int demands_begin(struct rows *settings)
{
	int r = rows_begin(settings, 2);

	if (!r)
		r = rows_add(settings, "Variable_name", 13);
	return r ? r : rows_add(settings, "Value", 5);
}

/* "--name=value", "--name", "--skip-name". */
static int demands_add_option(struct rows *settings, const char *word, size_t length)
{
	const char *equals = memchr(word, '=', length), *value = equals ? equals + 1 : "1";
	size_t size = equals ? (size_t)(word + length - value) : 1;
	size_t name = equals ? (size_t)(equals - word) : length;
	int r;

	if (name > 5 && !strncasecmp(word, "loose", 5)) {
		word += 6;
		name -= 6;
	}
	if (!equals && name > 5 && !strncasecmp(word, "skip", 4) &&
	    strncasecmp(word + 5, "networking", 10) != 0) {
		word += 5;
		name -= 5;
		value = "0";
	}
	r = rows_add(settings, word, name);
	return r ? r : rows_add(settings, value, size);
}

int demands_add_options(struct rows *settings, const char *text)
{
	int r = 0;

	while (!r && (text = strstr(text, "--"))) {
		const char *next = strstr(text, " --"), *end = next ? next : text + strlen(text);

		text += 2;
		while (end > text && strchr(" \t\n", end[-1]))
			end--;
		if (end > text)
			r = demands_add_option(settings, text, (size_t)(end - text));
		text = next ? next + 1 : end;
	}
	return r;
}

static bool demands_same_name(const char *name, const char *wanted)
{
	if (!wanted)
		return false;
	for (; *name && *wanted; name++, wanted++)
		if (strncasecmp(*name == '-' ? "_" : name, wanted, 1) != 0)
			return false;
	return *name == *wanted;
}

/* The last one counts, as it does to the server. */
static const char *demands_find(const struct demand *demand, const struct rows *settings,
				const struct demand_scene *scene)
{
	for (size_t i = rows_count(settings); i-- > 0;) {
		const char *name = rows_get(settings, i, "Variable_name");

		if (name && (demands_same_name(name, demand->name) ||
			     demands_same_name(name, demand->also)))
			return rows_get(settings, i, "Value");
	}
	return scene->running ? NULL : demand->fallback[scene->flavour];
}

static bool demands_concern(const struct demand *demand, const struct demand_scene *scene)
{
	switch (demand->of) {
	case DEMAND_SERVER:
		return true;
	case DEMAND_REPLICA:
		return scene->replicates;
	case DEMAND_MYSQL:
		return scene->replicates && scene->running && scene->flavour == GTID_MYSQL;
	case DEMAND_ABROAD:
		return scene->replicates && scene->abroad;
	}
	return false;
}

const struct demand *demands_next(const struct demand *last, const struct rows *settings,
				  const struct demand_scene *scene)
{
	for (const struct demand *d = last ? last + 1 : demands; d < demands + ARRAY_SIZE(demands);
	     d++)
		if (demands_concern(d, scene) &&
		    !d->meets(demands_find(d, settings, scene), d->wanted))
			return d;
	return NULL;
}

void demands_tell(const struct demand *demand, const struct rows *settings,
		  const struct demand_scene *scene, struct buf *text)
{
	const char *value = demands_find(demand, settings, scene);

	buf_addf(text, "%s is %.40s: %s", demand->name, value ? value : "not there",
		 demand->sentence);
}
