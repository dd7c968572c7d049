// SPDX-License-Identifier: BSD-3-Clause

#include "cloud/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"

static int secret_reserve(size_t length, struct fault *fault, struct secret *ret_secret)
{
	size_t room = length + 1;
	void *text = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (text == MAP_FAILED)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	(void)madvise(text, room, MADV_DONTDUMP);
	*ret_secret = (struct secret){text, room};
	return 0;
}

int secret_copy(const char *text, struct fault *fault, struct secret *ret_secret)
{
	int r = secret_reserve(strlen(text), fault, ret_secret);

	if (!r)
		memcpy(ret_secret->text, text, strlen(text));
	return r;
}

void secret_wipe(struct secret *secret)
{
	if (!secret->text)
		return;
	explicit_bzero(secret->text, secret->room);
	(void)munmap(secret->text, secret->room);
	*secret = SECRET_INIT;
}

int secret_read(const char *path, struct fault *fault, struct secret *ret_secret)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	AUTO_SECRET struct secret secret = SECRET_INIT;
	size_t used = 0;
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fault_set(fault, FAULT_ARGS, -errno, "%s cannot be read: %s", path,
				 strerror(errno));
	if (!file_is_private(&st))
		return fault_set(fault, FAULT_PERM, -EPERM,
				 "%s must be a regular file of root, mode 0600", path);
	r = secret_reserve(SECRET_MAX, fault, &secret);
	while (!r && used < SECRET_MAX) {
		ssize_t n = read(fd, secret.text + used, SECRET_MAX - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_set(fault, FAULT_ARGS, -errno, "%s: %s", path,
					 strerror(errno));
		if (!n)
			break;
		used += (size_t)n;
	}
	if (r)
		return r;
	*ret_secret = secret;
	secret = SECRET_INIT;
	return 0;
}

const char *secret_token(struct secret *secret)
{
	const char *begin = secret->text ? secret->text + strspn(secret->text, " \t\r\n") : NULL;
	size_t length;

	if (!begin || !*begin)
		return NULL;
	length = strcspn(begin, " \t\r\n");
	memmove(secret->text, begin, length);
	secret->text[length] = '\0';
	return secret->text;
}

int secret_value(const struct secret *secret, const char *name, struct secret *ret_value)
{
	const size_t length = strlen(name);

	for (const char *line = secret->text; line && *line; line += strcspn(line, "\n")) {
		const char *value;
		size_t end;
		int r;

		line += strspn(line, " \t\r\n");
		if (!strncmp(line, "export ", 7))
			line += 7;
		if (strncasecmp(line, name, length))
			continue;
		value = line + length;
		value += strspn(value, " \t");
		if (*value++ != '=')
			continue;
		value += strspn(value, " \t");
		end = strcspn(value, "\r\n");
		while (end && (value[end - 1] == ' ' || value[end - 1] == '\t'))
			end--;
		if (end > 1 && (*value == '"' || *value == '\'') && value[end - 1] == *value) {
			value++;
			end -= 2;
		}
		r = secret_reserve(end, NULL, ret_value);
		if (!r)
			memcpy(ret_value->text, value, end);
		return r;
	}
	return -ENOENT;
}
