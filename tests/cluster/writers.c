// SPDX-License-Identifier: BSD-3-Clause
/*
 * Clients that try to write at every server all the time, and note what they were told of:
 *
 *	writers FILE EACH PAUSE NAME=ADDRESS[:PORT]...
 *
 * EACH connections a server insert row after row into app.t (id, node), with PAUSE milliseconds
 * between a commit and the next try, until SIGTERM or SIGKILL. For every commit that a server has
 * said yes to, FILE gets a line "MILLISECONDS NAME ID" (since 1970, when the answer came), and the
 * lines are in the order of their times. An id is never tried twice.
 */

#include <errno.h>
#include <fcntl.h>
#include <mysql.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"

#define WRITERS_EACH_MAX 64
#define WRITERS_CONNECT_S 1
#define WRITERS_ANSWER_S 4 /* a server without power says nothing at all */
#define WRITERS_REFUSED_MS 20

/* What all writers share. */
struct writers_desk {
	pthread_mutex_t lock; /* of the file */
	int file, pause;
	atomic_llong next;
};

struct writers_job {
	struct writers_desk *desk;
	char name[64], address[64];
	unsigned port;
};

static void writers_note(struct writers_desk *desk, const char *name, long long id)
{
	struct timespec now;
	char line[128];
	int length;

	(void)pthread_mutex_lock(&desk->lock);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	length = snprintf(line, sizeof(line), "%lld %s %lld\n",
			  (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000, name, id);
	if (write(desk->file, line, (size_t)length) != length)
		abort(); /* what is not noted would not be missed */
	(void)pthread_mutex_unlock(&desk->lock);
}

static MYSQL *writers_connect(const struct writers_job *job)
{
	const unsigned connect = WRITERS_CONNECT_S, answer = WRITERS_ANSWER_S;
	MYSQL *mysql = mysql_init(NULL);

	if (!mysql)
		return NULL;
	(void)mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
	(void)mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &answer);
	if (mysql_real_connect(mysql, job->address, "app", "app", "app", job->port, NULL, 0))
		return mysql;
	mysql_close(mysql);
	return NULL;
}

/* Until the server refuses, or is gone. */
static void writers_insert(const struct writers_job *job, MYSQL *mysql)
{
	char statement[96];

	for (;;) {
		const long long id = atomic_fetch_add(&job->desk->next, 1);

		(void)snprintf(statement, sizeof(statement),
			       "INSERT INTO t (id, node) VALUES (%lld, %s)", id,
			       job->name + strcspn(job->name, "0123456789"));
		if (mysql_query(mysql, statement))
			return;
		writers_note(job->desk, job->name, id);
		(void)poll(NULL, 0, job->desk->pause);
	}
}

static void *writers_work(void *given)
{
	const struct writers_job *job = given;

	for (;;) {
		MYSQL *mysql = writers_connect(job);

		if (mysql) {
			writers_insert(job, mysql);
			mysql_close(mysql);
		}
		(void)poll(NULL, 0, WRITERS_REFUSED_MS);
	}
	return NULL;
}

/* "NAME=ADDRESS:PORT" */
static int writers_read(struct writers_job *job, const char *text)
{
	long long port = 3306;
	const char *colon;

	if (sscanf(text, "%63[^=]=%63[^:]", job->name, job->address) != 2)
		return -EINVAL;
	colon = strchr(text, ':');
	if (colon && num_parse(colon + 1, 1, 65535, &port))
		return -EINVAL;
	job->port = (unsigned)port;
	return 0;
}

static int writers_start(struct writers_desk *desk, long long each, char *const servers[])
{
	for (; *servers; servers++) {
		for (long long i = 0; i < each; i++) {
			struct writers_job *job = calloc(1, sizeof(*job));
			pthread_t thread;

			if (!job || writers_read(job, *servers))
				return -EINVAL;
			job->desk = desk;
			if (pthread_create(&thread, NULL, writers_work, job))
				return -EAGAIN;
		}
	}
	return 0;
}

int main(int argc, char *argv[])
{
	struct writers_desk desk = {.lock = PTHREAD_MUTEX_INITIALIZER};
	long long each, pause;

	if (argc < 5 || num_parse(argv[2], 1, WRITERS_EACH_MAX, &each) ||
	    num_parse(argv[3], 0, 10000, &pause)) {
		(void)fprintf(stderr, "writers FILE EACH PAUSE NAME=ADDRESS[:PORT]...\n");
		return 2;
	}
	desk.pause = (int)pause;
	atomic_init(&desk.next, 1);
	desk.file = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (desk.file < 0 || mysql_library_init(0, NULL, NULL)) {
		(void)fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	if (writers_start(&desk, each, argv + 4)) {
		(void)fprintf(stderr, "a server is NAME=ADDRESS[:PORT]\n");
		return 2;
	}
	for (;;)
		(void)poll(NULL, 0, -1);
}
