/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a server's settings must be so that no acknowledged commit is lost, as one const table, and
 * which of them are not met.
 *
 * Settings are rows of a name and a value (struct rows): the options that an option file and a
 * command line give, or the variables of a running server. Names with '-' and '_', "skip-", "loose-"
 * and the words of both dialects are understood.
 *
 * Source: mariadb.com/kb/en/replication-and-binary-log-system-variables, dev.mysql.com/doc/refman/8.4.
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "mysql/gtid.h"
#include "mysql/rows.h"

struct demand_scene {
	enum gtid_flavour flavour;
	bool running; /* variables of a server; else options: one that is not there has its default */
	bool replicates; /* with other nodes */
	bool abroad;	 /* the others reach it under an address that is not a loopback's */
};

struct demand {
	const char *name, *also; /* the variable, and its other name or NULL */
	const char *fallback[2]; /* the defaults of MariaDB and of MySQL; NULL: unknown there */
	int (*meets)(const char *value, const char *wanted); /* value NULL: no such variable */
	const char *wanted;
	enum {
		DEMAND_SERVER,	/* of every server */
		DEMAND_REPLICA, /* of those that replicate */
		DEMAND_MYSQL,	/* of those that are MySQL, running */
		DEMAND_ABROAD,
	} of;
	bool needed;	      /* nothing works without; else it may cost commits */
	const char *sentence; /* behind "NAME is VALUE: " */
};

/* The first demand behind that one (NULL: of all) that the settings don't meet, or NULL. */
const struct demand *demands_next(const struct demand *last, const struct rows *settings,
				  const struct demand_scene *scene);

/* Appends the sentence about a demand that is not met. */
void demands_tell(const struct demand *demand, const struct rows *settings,
		  const struct demand_scene *scene, struct buf *text);

/*
 * Options as a server prints them (--print-defaults) or as additional_parameters has them: words
 * that begin with "--", each up to the next. Adds them to the settings, which were begun with
 * demands_begin(). 0, -ENOMEM or -E2BIG.
 */
int demands_begin(struct rows *settings);
int demands_add_options(struct rows *settings, const char *text);
