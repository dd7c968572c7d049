// SPDX-License-Identifier: BSD-3-Clause

#include "net/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/fault.h"

static int netns_fault(struct fault *fault, const char *name, int error)
{
	switch (error) {
	case -ENOENT:
		return fault_set(fault, FAULT_ARGS, error,
				 "there is no network namespace \"%.100s\" here", name);
	case -EINVAL:
		return fault_set(fault, FAULT_ARGS, error, "\"%.100s\" is not a network namespace",
				 name);
	case -EPERM:
	case -EACCES:
		return fault_set(fault, FAULT_PERM, error,
				 "no permission to enter the network namespace \"%.100s\"", name);
	default:
		return fault_set(fault, FAULT_GENERIC, error,
				 "cannot enter the network namespace \"%.100s\": %s", name,
				 strerror(-error));
	}
}

int netns_enter(const char *name, struct fault *fault)
{
	AUTO_CLOSE int fd = -1;
	char path[PATH_MAX];
	int length;

	length = snprintf(path, sizeof(path), "%s%s", name[0] == '/' ? "" : "/run/netns/", name);
	if (length >= (int)sizeof(path) || !name[0] ||
	    (name[0] != '/' && (strchr(name, '/') || name[0] == '.')))
		return netns_fault(fault, name, -EINVAL);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		return netns_fault(fault, name, -errno);
	return 0;
}
