// SPDX-License-Identifier: BSD-3-Clause

#include "scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"

static void scratch_clean_environment(void)
{
	static const char *const prefixes[] = {"OCF_", "HA_", "QUORATE_"};
	char name[128];

	for (size_t i = 0; environ[i];) {
		size_t length = strcspn(environ[i], "=");
		bool foreign = false;

		for (size_t k = 0; k < ARRAY_SIZE(prefixes); k++)
			foreign |= !strncmp(environ[i], prefixes[k], strlen(prefixes[k]));
		if (!foreign || length >= sizeof(name)) {
			i++;
			continue;
		}
		memcpy(name, environ[i], length);
		name[length] = '\0';
		(void)unsetenv(name);
	}
}

int scratch_setup(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));
	const char *temporary = getenv("TMPDIR");

	assert_non_null(scratch);
	(void)snprintf(scratch->directory, sizeof(scratch->directory), "%s/quorate-unit.XXXXXX",
		       temporary ? temporary : "/tmp");
	assert_non_null(mkdtemp(scratch->directory));
	scratch_clean_environment();
	assert_int_equal(setenv("QUORATE_RUNDIR", scratch->directory, 1), 0);
	*state = scratch;
	return 0;
}

static int scratch_remove(const char *path, const struct stat *st, int type, struct FTW *where)
{
	return remove(path);
}

int scratch_teardown(void **state)
{
	struct scratch *scratch = *state;
	int r = nftw(scratch->directory, scratch_remove, 8, FTW_DEPTH | FTW_PHYS);

	scratch_clean_environment();
	free(scratch);
	return r;
}

const char *scratch_path(struct scratch *scratch, const char *name)
{
	int length =
		snprintf(scratch->path, sizeof(scratch->path), "%s/%s", scratch->directory, name);

	assert_in_range(length, 1, sizeof(scratch->path) - 1);
	return scratch->path;
}

void scratch_write(struct scratch *scratch, const char *name, const char *text)
{
	AUTO_CLOSE int fd =
		open(scratch_path(scratch, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

size_t scratch_count(struct scratch *scratch, const char *piece)
{
	DIR *directory = opendir(scratch->directory);
	const struct dirent *entry;
	size_t count = 0;

	assert_non_null(directory);
	while ((entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			count += !!strstr(entry->d_name, piece);
	(void)closedir(directory);
	return count;
}

struct capture capture_begin(void)
{
	struct capture capture = {dup(STDERR_FILENO), memfd_create("capture", MFD_CLOEXEC)};

	assert_true(capture.saved >= 0 && capture.file >= 0);
	(void)fflush(stderr);
	assert_int_equal(dup2(capture.file, STDERR_FILENO), STDERR_FILENO);
	return capture;
}

void capture_end(struct capture *capture, char *text, size_t size)
{
	ssize_t n;

	(void)fflush(stderr);
	(void)dup2(capture->saved, STDERR_FILENO);
	(void)close(capture->saved);
	n = pread(capture->file, text, size - 1, 0);
	(void)close(capture->file);
	assert_true(n >= 0);
	text[n] = '\0';
}
