/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * toll [-f] [-j JOBS]: what commands cost. Reads them from stdin, a line each, the words separated
 * by tabs:
 *
 *	LABEL VARIABLE=VALUE... PROGRAM ARGUMENT...
 *
 * runs them in that order, JOBS (1) at a time, and prints a line as each ends:
 *
 *	LABEL CPU WALL RSS STATUS
 *
 * CPU and WALL are microseconds, CPU being that of the command and of all its descendants that were
 * waited for; RSS is the largest of them in KiB, exact with -f only, which starts the commands by
 * fork (see job.h); STATUS is the exit status, or 128 and the signal.
 * What a command leaves behind in the background becomes ours: a line of a LABEL alone waits for
 * all of that and prints its sum.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/num.h"
#include "tests/bench/job.h"

#define JOBS_MAX 16
#define WORDS_MAX 64
#define LABEL_MAX 64

struct running {
	pid_t pid; /* 0: none */
	long long since;
	char label[LABEL_MAX];
};

struct toll {
	struct running jobs[JOBS_MAX];
	size_t limit, count;
	bool forks;
	/* What was left behind since the last line of a label alone. */
	long long left_cpu;
	long left_rss;
};

static long long cpu_of(const struct rusage *usage)
{
	return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000LL +
	       usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
}

static struct running *toll_find(struct toll *toll, pid_t pid)
{
	for (size_t i = 0; i < toll->limit; i++)
		if (toll->jobs[i].pid == pid)
			return &toll->jobs[i];
	return NULL;
}

/* Waits for one child: 0, -ECHILD when there is none, or another negative errno. */
static int toll_wait(struct toll *toll)
{
	struct rusage usage;
	long long now;
	struct running *job;
	int status;
	pid_t pid = wait4(-1, &status, 0, &usage);

	if (pid < 0)
		return -errno;
	now = deadline_now();
	job = toll_find(toll, pid);
	if (!job) {
		toll->left_cpu += cpu_of(&usage);
		if (usage.ru_maxrss > toll->left_rss)
			toll->left_rss = usage.ru_maxrss;
		return 0;
	}
	printf("%s %lld %lld %ld %d\n", job->label, cpu_of(&usage), (now - job->since) / 1000,
	       usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	job->pid = 0;
	toll->count--;
	return 0;
}

static int toll_wait_for_all(struct toll *toll, const char *label)
{
	long long since = deadline_now();
	int error;

	while (!(error = toll_wait(toll)))
		;
	if (error != -ECHILD)
		return error;
	if (label)
		printf("%s %lld %lld %ld 0\n", label, toll->left_cpu,
		       (deadline_now() - since) / 1000, toll->left_rss);
	toll->left_cpu = 0;
	toll->left_rss = 0;
	return 0;
}

static int toll_start(struct toll *toll, const char *label, char **words)
{
	struct running *running;
	struct job job;
	int error = job_read(words, &job);

	while (!error && toll->count == toll->limit)
		error = toll_wait(toll);
	if (error)
		return error;
	running = toll_find(toll, 0);
	(void)snprintf(running->label, sizeof(running->label), "%s", label);
	running->since = deadline_now();
	error = toll->forks ? job_fork(&job, &running->pid) : job_spawn(&job, &running->pid);
	if (!error)
		toll->count++;
	return error;
}

static int toll_line(struct toll *toll, char *line)
{
	char *words[WORDS_MAX + 1];
	size_t count = 0;

	line[strcspn(line, "\n")] = '\0';
	while (line && count < WORDS_MAX)
		words[count++] = strsep(&line, "\t");
	words[count] = NULL;
	if (line)
		return -E2BIG;
	return words[1] ? toll_start(toll, words[0], words + 1) : toll_wait_for_all(toll, words[0]);
}

int main(int argc, char **argv)
{
	struct toll toll = {.limit = 1};
	AUTO_FREE char *line = NULL;
	long long jobs = 1;
	size_t room = 0;
	int option, error = 0;

	while ((option = getopt(argc, argv, "fj:")) != -1)
		if (option == 'f') {
			toll.forks = true;
		} else if (option != 'j' || num_parse(optarg, 1, JOBS_MAX, &jobs)) {
			fprintf(stderr, "usage: toll [-f] [-j JOBS] (at most %d)\n", JOBS_MAX);
			return EXIT_FAILURE;
		}
	toll.limit = (size_t)jobs;
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	while (!error && getline(&line, &room, stdin) > 0)
		error = toll_line(&toll, line);
	if (!error)
		error = toll_wait_for_all(&toll, NULL);
	if (!error)
		return EXIT_SUCCESS;
	fprintf(stderr, "toll: %s\n", strerror(-error));
	return EXIT_FAILURE;
}
