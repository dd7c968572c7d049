// SPDX-License-Identifier: BSD-3-Clause
/*
 * quorate-ipvs: looks at a director, and tells it what people want.
 */

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "base/num.h"
#include "daemon/control.h"

#define TOOL_RUN_DIRECTORY "/run/quorate"
#define TOOL_ANSWER_MS 10000
#define TOOL_RELOAD_MS 120000

static const char tool_usage[] =
	"usage: quorate-ipvs [-r RESOURCE] COMMAND\n"
	"\n"
	"  status [--json] [--watch [SECONDS]]  services, servers, connections, and why\n"
	"  drain SERVER [LIMIT]   no new connections; it leaves when it has none, or after LIMIT\n"
	"  maint SERVER           it leaves at once\n"
	"  undrain SERVER         it serves again\n"
	"  reload                 reads the configuration again, and waits until it is in force\n"
	"\n"
	"SERVER is 192.0.2.7 or 192.0.2.7:80, [2001:db8::7]:80. LIMIT is a duration such as 10min.\n"
	"RESOURCE is needed where several directors run here.\n";

struct tool {
	char socket[CONTROL_PATH_MAX];
	bool json, watch;
	long long every; /* milliseconds */
};

static const char *tool_run_directory(void)
{
	const char *directory = getenv("QUORATE_RUNDIR");

	return directory && *directory ? directory : TOOL_RUN_DIRECTORY;
}

/* The one socket that there is; resource NULL: any. 0, -ENOENT, or -E2BIG: there are several. */
static int tool_find(const char *resource, char socket[CONTROL_PATH_MAX])
{
	static const char prefix[] = "ipvs-", suffix[] = ".sock";
	const char *directory = tool_run_directory();
	DIR *entries = opendir(directory);
	int found = 0;

	if (!entries)
		return -ENOENT;
	for (const struct dirent *entry; (entry = readdir(entries));) {
		const size_t length = strlen(entry->d_name);
		const char *name = entry->d_name + sizeof(prefix) - 1;

		if (length < sizeof(prefix) + sizeof(suffix) - 2 ||
		    strncmp(entry->d_name, prefix, sizeof(prefix) - 1) ||
		    strcmp(entry->d_name + length - (sizeof(suffix) - 1), suffix))
			continue;
		if (resource && (strncmp(name, resource, strlen(resource)) ||
				 !strchr(".:", name[strlen(resource)])))
			continue;
		found++;
		(void)snprintf(socket, CONTROL_PATH_MAX, "%.50s/%.50s", directory, entry->d_name);
	}
	(void)closedir(entries);
	return found == 1 ? 0 : found ? -E2BIG : -ENOENT;
}

static int tool_ask(const struct tool *tool, const char *request, long long milliseconds)
{
	const struct deadline deadline = deadline_in(milliseconds);
	AUTO_BUF struct buf answer = BUF_INIT;
	struct fault fault = FAULT_INIT;
	int r = control_ask(tool->socket, request, &deadline, &answer, &fault);

	if (r) {
		(void)fprintf(stderr, "quorate-ipvs: %s\n", fault.reason);
		return 1;
	}
	if (tool->watch)
		(void)fputs("\033[H\033[J", stdout);
	(void)fputs(answer.data, stdout);
	(void)fflush(stdout);
	return ferror(stdout) ? 1 : 0;
}

static int tool_status(struct tool *tool, char **words)
{
	const sigset_t none = {{0}};
	struct timespec every;
	int r;

	for (; *words; words++) {
		if (!strcmp(*words, "--json")) {
			tool->json = true;
		} else if (!strcmp(*words, "--watch")) {
			tool->watch = true;
			if (words[1] && !num_duration(words[1], &tool->every))
				words++;
		} else {
			(void)fputs(tool_usage, stderr);
			return 2;
		}
	}
	every = (struct timespec){.tv_sec = tool->every / 1000,
				  .tv_nsec = tool->every % 1000 * 1000000};
	do
		r = tool_ask(tool, tool->json ? "status json" : "status", TOOL_ANSWER_MS);
	while (!r && tool->watch && sigtimedwait(&none, NULL, &every) < 0);
	return r;
}

static int tool_manual(struct tool *tool, char **words)
{
	char request[128];
	long long limit = 0;

	if (!words[1] || strlen(words[1]) > 64 || (words[2] && words[3]) ||
	    (words[2] && (strcmp(words[0], "drain") || num_duration(words[2], &limit)))) {
		(void)fputs(tool_usage, stderr);
		return 2;
	}
	(void)snprintf(request, sizeof(request), "%s %s %lld", words[0], words[1],
		       (limit + 999) / 1000);
	return tool_ask(tool, request, TOOL_ANSWER_MS);
}

static int tool_run(struct tool *tool, char **words)
{
	if (!strcmp(words[0], "status"))
		return tool_status(tool, words + 1);
	if (!strcmp(words[0], "reload") && !words[1])
		return tool_ask(tool, "reload", TOOL_RELOAD_MS);
	if (!strcmp(words[0], "drain") || !strcmp(words[0], "maint") ||
	    !strcmp(words[0], "undrain"))
		return tool_manual(tool, words);
	(void)fputs(tool_usage, stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct tool tool = {.every = 1000};
	const char *resource = NULL;
	char **words = argv + 1;
	int r;

	if (*words && (!strcmp(*words, "-h") || !strcmp(*words, "--help"))) {
		(void)fputs(tool_usage, stdout);
		return 0;
	}
	if (*words && words[1] && !strcmp(*words, "-r")) {
		resource = words[1];
		words += 2;
	}
	if (!*words) {
		(void)fputs(tool_usage, stderr);
		return 2;
	}
	r = tool_find(resource, tool.socket);
	if (r) {
		(void)fprintf(stderr, "quorate-ipvs: %s\n",
			      r == -E2BIG ? "several directors run here: name one with -r" :
					    "no director runs here");
		return 1;
	}
	return tool_run(&tool, words);
}
