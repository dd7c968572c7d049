// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "host/launch.h"

#define WORKER_TAIL 4096 /* bytes of its words that are looked at */

static void worker_close(int *fd)
{
	attr_close(fd);
	*fd = -1;
}

/* The pipe's own end, and the other one. */
static int worker_pipe(enum worker_stream stream, struct worker *w, struct launch *launch)
{
	int ends[2] = {-1, -1};

	if (stream == WORKER_NONE)
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	if (stream == WORKER_READS) {
		launch->input = ends[0];
		w->input = ends[1];
	} else {
		launch->output = ends[1];
		w->output = ends[0];
	}
	return 0;
}

int worker_start(struct worker *worker, const char *const argv[], enum worker_stream stream,
		 struct fault *fault)
{
	struct launch launch = LAUNCH_INIT;
	int r;

	*worker = WORKER_INIT;
	worker->name = argv[0];
	worker->words = memfd_create("words", MFD_CLOEXEC);
	r = worker->words < 0 ? -errno : worker_pipe(stream, worker, &launch);
	launch.argv = argv;
	launch.errors = worker->words;
	launch.mortal = true;
	if (!r)
		r = launch_start(&launch, &worker->pid, &worker->process);
	worker_close(&launch.input);
	worker_close(&launch.output);
	return r ? fault_set(fault, r == -ENOENT ? FAULT_INSTALLED : FAULT_GENERIC, r, "%s: %s",
			     argv[0], strerror(-r)) :
		   0;
}

/* The last line that tells of an error, or the last one. */
static const char *worker_words(const struct worker *w, char tail[WORKER_TAIL + 1])
{
	const char *found = "it said nothing";
	struct stat st;
	ssize_t n = 0;
	char *rest = tail, *line;

	if (!fstat(w->words, &st))
		n = pread(w->words, tail, WORKER_TAIL,
			  st.st_size > WORKER_TAIL ? st.st_size - WORKER_TAIL : 0);
	tail[n < 0 ? 0 : n] = '\0';
	for (bool error = false; (line = strsep(&rest, "\n"));) {
		const bool tells = strcasestr(line, "error") || strstr(line, "No space");

		if (*line && (tells || !error))
			found = line;
		error |= tells;
	}
	return found;
}

int worker_finish(struct worker *worker, struct fault *fault)
{
	char tail[WORKER_TAIL + 1];
	int status = 0;
	pid_t ended;

	worker_close(&worker->input);
	worker_close(&worker->output);
	do
		ended = waitpid(worker->pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	worker->pid = 0;
	if (ended > 0 && WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFSIGNALED(status))
		return fault_set(fault, FAULT_GENERIC, -EIO, "%s: it was killed by signal %d",
				 worker->name, WTERMSIG(status));
	return fault_set(fault, FAULT_GENERIC, -EIO, "%s: %.180s", worker->name,
			 worker_words(worker, tail));
}

void worker_release(struct worker *worker)
{
	if (worker->pid > 0) {
		(void)kill(-worker->pid, SIGKILL);
		(void)waitpid(worker->pid, NULL, 0);
		worker->pid = 0;
	}
	worker_close(&worker->process);
	worker_close(&worker->input);
	worker_close(&worker->output);
	worker_close(&worker->words);
}
