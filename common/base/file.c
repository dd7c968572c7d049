// SPDX-License-Identifier: BSD-3-Clause

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_read(const char *path, size_t limit, struct buf *buf)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	char bytes[4096];
	size_t total = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	for (;;) {
		n = read(fd, bytes, sizeof(bytes));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		total += (size_t)n;
		if (total > limit)
			return -EFBIG;
		buf_add(buf, bytes, (size_t)n);
		if ((size_t)n < sizeof(bytes))
			return buf_error(buf);
	}
}

static int file_write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

int file_create(const char *path, const void *bytes, size_t length)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r;

	if (fd < 0)
		return -errno;
	r = file_write_all(fd, bytes, length);
	if (r)
		(void)unlink(path);
	return r;
}

int file_replace(const char *path, const void *bytes, size_t length)
{
	AUTO_BUF struct buf temporary = BUF_INIT;
	AUTO_CLOSE int fd = -1;
	int r;

	buf_adds(&temporary, path);
	buf_adds(&temporary, FILE_NEW);
	if (buf_error(&temporary))
		return -ENOMEM;
	fd = open(temporary.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	r = file_write_all(fd, bytes, length);
	if (!r && rename(temporary.data, path) < 0)
		r = -errno;
	if (r)
		(void)unlink(temporary.data);
	return r;
}

void file_remove(const char *path)
{
	AUTO_BUF struct buf temporary = BUF_INIT;

	(void)unlink(path);
	buf_addf(&temporary, "%s" FILE_NEW, path);
	if (!buf_error(&temporary))
		(void)unlink(temporary.data);
}

int file_poke(const char *path, const char *text)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	return n < 0 ? -errno : 0;
}

int file_directory(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return -errno;
	return 0;
}

bool file_is_private(const struct stat *st)
{
	return S_ISREG(st->st_mode) && (!st->st_uid || st->st_uid == geteuid()) &&
	       !(st->st_mode & 077);
}
