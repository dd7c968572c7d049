// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fault.h"

static int privileges_keep(bool raw)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

	if (raw)
		data[0].permitted = data[0].effective = 1U << CAP_NET_RAW;
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

static int privileges_become(const struct passwd *user)
{
	if (prctl(PR_SET_KEEPCAPS, 1) < 0 || setgroups(1, &user->pw_gid) < 0 ||
	    setresgid(user->pw_gid, user->pw_gid, user->pw_gid) < 0 ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) < 0)
		return -errno;
	return 0;
}

int privileges_drop(const char *user, const char *otherwise, bool raw, struct fault *fault)
{
	const struct passwd *entry;
	int r = 0;

	if (!geteuid()) {
		entry = getpwnam(user);
		if (!entry)
			entry = getpwnam(otherwise);
		if (!entry)
			return fault_set(fault, FAULT_INSTALLED, -ENOENT,
					 "there is no user %s to give the privileges up for",
					 otherwise);
		r = privileges_become(entry);
		if (!r)
			r = privileges_keep(raw);
	}
	if (!r &&
	    (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0))
		r = -errno;
	if (r)
		return fault_set(fault, FAULT_PERM, r, "cannot give the privileges up: %s",
				 strerror(-r));
	return 0;
}
