// SPDX-License-Identifier: BSD-3-Clause

#include "net/sysctl.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/num.h"

#define SYSCTL_PATH_MAX 128

static int sysctl_path(int family, const char *link, const char *key, struct fault *fault,
		       char path[SYSCTL_PATH_MAX])
{
	int length;

	length = snprintf(path, SYSCTL_PATH_MAX, "/proc/sys/net/ipv%c/conf/%s/%s",
			  family == AF_INET6 ? '6' : '4', link, key);
	if (!*link || strchr(link, '/') || !strcmp(link, ".") || !strcmp(link, "..") ||
	    length >= SYSCTL_PATH_MAX)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "\"%.40s\" is no name of a link",
				 link);
	return 0;
}

static int sysctl_fault(struct fault *fault, const char *doing, const char *path, int error)
{
	enum fault_kind kind = FAULT_GENERIC;

	if (error == -EACCES || error == -EPERM || error == -EROFS)
		kind = FAULT_PERM;
	return fault_set(fault, kind, error, "cannot %s %s: %s", doing, path, strerror(-error));
}

int sysctl_link_read(int family, const char *link, const char *key, struct fault *fault,
		     int *ret_value)
{
	AUTO_BUF struct buf text = BUF_INIT;
	char path[SYSCTL_PATH_MAX];
	long long value;
	int error;

	error = sysctl_path(family, link, key, fault, path);
	if (error)
		return error;
	error = file_read(path, 64, &text);
	if (!error) {
		text.data[strcspn(text.data, "\n")] = '\0';
		error = num_parse(text.data, INT_MIN, INT_MAX, &value);
	}
	if (error)
		return sysctl_fault(fault, "read", path, error);
	*ret_value = (int)value;
	return 0;
}

int sysctl_link_write(int family, const char *link, const char *key, int value, struct fault *fault)
{
	char path[SYSCTL_PATH_MAX], text[16];
	int error;

	error = sysctl_path(family, link, key, fault, path);
	if (error)
		return error;
	(void)snprintf(text, sizeof(text), "%d", value);
	error = file_poke(path, text);
	return error ? sysctl_fault(fault, "write", path, error) : 0;
}
