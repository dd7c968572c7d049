// SPDX-License-Identifier: BSD-3-Clause
/*
 * The main of a fuzz target where no fuzzer is: feeds it the files that the arguments name, and the
 * empty input before them. Each input is announced, so that the last line names the culprit.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/attr.h"

#define REPLAY_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay_close(FILE **stream)
{
	if (*stream)
		(void)fclose(*stream);
}

static int replay_file(const char *path)
{
	CLEANUP(replay_close) FILE *stream = fopen(path, "rbe");
	AUTO_FREE uint8_t *all = malloc(REPLAY_MAX);
	AUTO_FREE uint8_t *input = NULL;
	size_t size;

	if (!stream || !all)
		return -1;
	size = fread(all, 1, REPLAY_MAX, stream);
	if (ferror(stream) || !feof(stream))
		return -1;
	/* In a block of just its size, so that the sanitizers see a step beyond its end. */
	input = malloc(size ? size : 1);
	if (!input)
		return -1;
	for (size_t i = 0; i < size; i++)
		input[i] = all[i];
	(void)LLVMFuzzerTestOneInput(input, size);
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0;

	(void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (int i = 1; i < argc; i++) {
		(void)fprintf(stderr, "%s\n", argv[i]);
		if (replay_file(argv[i]) < 0) {
			perror(argv[i]);
			failed = 1;
		}
	}
	return failed;
}
