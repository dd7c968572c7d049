/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A transient attribute of this node, told to Pacemaker by a daemon while its loop goes on.
 *
 *	attribute_init(&me->lag, loop, "rsync-web-lag");
 *	attribute_set(&me->lag, "12");			as often as you like
 *	attribute_release(&me->lag);
 *
 * Pacemaker's own attrd_updater tells it (30 ms of a child), and only when the value is another one
 * than told last; while one is being told, only the latest of the following is kept. What failed
 * is tried again, 1 s later at first and a minute at the most: an attribute that can't be told is no
 * reason to stop anything. The promotion score is the attribute "master-RESOURCE".
 */
#pragma once

#include <stdbool.h>

#include "daemon/retry.h"

struct child;

#define ATTRIBUTE_NAME_MAX 300
#define ATTRIBUTE_VALUE_MAX 128

struct attribute {
	struct loop *loop;
	char name[ATTRIBUTE_NAME_MAX];
	char wanted[ATTRIBUTE_VALUE_MAX], told[ATTRIBUTE_VALUE_MAX], telling[ATTRIBUTE_VALUE_MAX];
	bool known; /* told is what Pacemaker has */
	struct child *child;
	struct retry retry;
};

void attribute_init(struct attribute *attribute, struct loop *loop, const char *name);

/* NULL takes the attribute away. */
void attribute_set(struct attribute *attribute, const char *value);

/* Pacemaker may have forgotten it (it was restarted): tells it again. */
void attribute_again(struct attribute *attribute);

/* A child that is at work is ended. The attribute stays as it was told. */
void attribute_release(struct attribute *attribute);
