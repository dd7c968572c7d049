// SPDX-License-Identifier: BSD-3-Clause

#include "cluster/attribute.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "daemon/child.h"

#define ATTRIBUTE_PROGRAM "/usr/sbin/attrd_updater"
#define ATTRIBUTE_TIME_MS 20000
#define ATTRIBUTE_RETRY_MS 1000
#define ATTRIBUTE_RETRY_MAX_MS 60000

static void attribute_step(struct attribute *attribute);

static void attribute_try_again(void *data)
{
	attribute_step(data);
}

static void attribute_done(int status, bool late, void *data)
{
	struct attribute *attribute = data;

	attribute->child = NULL;
	if (late || !WIFEXITED(status) || WEXITSTATUS(status)) {
		retry_later(&attribute->retry);
		return;
	}
	retry_worked(&attribute->retry);
	attribute->known = true;
	memcpy(attribute->told, attribute->telling, sizeof(attribute->told));
	attribute_step(attribute);
}

/* One child at a time, for what is wanted now. An empty value is one taken away. */
static void attribute_step(struct attribute *attribute)
{
	static const struct child_ops ops = {.done = attribute_done};
	const char *const update[] = {ATTRIBUTE_PROGRAM,  "-n", attribute->name, "-U",
				      attribute->telling, NULL};
	const char *const drop[] = {ATTRIBUTE_PROGRAM, "-n", attribute->name, "-D", NULL};
	const struct child_plan plan = {.argv = attribute->wanted[0] ? update : drop,
					.milliseconds = ATTRIBUTE_TIME_MS,
					.ops = &ops,
					.data = attribute};

	if (attribute->child || attribute->retry.timer.set)
		return;
	if (attribute->known && !strcmp(attribute->told, attribute->wanted))
		return;
	memcpy(attribute->telling, attribute->wanted, sizeof(attribute->telling));
	if (child_start(attribute->loop, &plan, &attribute->child, NULL))
		retry_later(&attribute->retry);
}

void attribute_init(struct attribute *attribute, struct loop *loop, const char *name)
{
	*attribute = (struct attribute){.loop = loop};
	(void)snprintf(attribute->name, sizeof(attribute->name), "%s", name);
	retry_init(&attribute->retry, loop, ATTRIBUTE_RETRY_MS, ATTRIBUTE_RETRY_MAX_MS,
		   attribute_try_again, attribute);
}

void attribute_set(struct attribute *attribute, const char *value)
{
	(void)snprintf(attribute->wanted, sizeof(attribute->wanted), "%s", value ? value : "");
	attribute_step(attribute);
}

void attribute_again(struct attribute *attribute)
{
	attribute->known = false;
	attribute_step(attribute);
}

void attribute_release(struct attribute *attribute)
{
	child_kill(&attribute->child);
	loop_timer_clear(&attribute->retry.timer);
}
