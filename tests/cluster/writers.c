// SPDX-License-Identifier: BSD-3-Clause
/*
 * Clients that try to write at every server all the time, and note what they were told of:
 *
 *	writers FILE EACH PAUSE NAME=ADDRESS[:PORT]...
 *
 * EACH connections a server insert row after row into app.t (id, node), with PAUSE milliseconds
 * between a commit and the next try, until SIGTERM or SIGKILL. For every commit that a server has
 * said yes to, FILE gets a line "MILLISECONDS NAME ID MICROSECONDS GTID": when the answer came, and
 * when the server gave it, by its own clock, both since 1970; and the commit's number ("0 -" for both
 * when the server's second answer got lost). The lines are in the order in which the answers came. An id
 * is never tried twice.
 *
 * Who acknowledged before whom is told by the second time only: an answer that was on its way when a
 * link was cut comes when it is healed, however long its server is dead by then. So an answer is waited
 * for, while another connection goes on in its place.
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
#define WRITERS_CONNECT_MS 1000
#define WRITERS_ANSWER_MS 4000 /* a server without power says nothing at all */
#define WRITERS_LATE_MS 40000  /* that a kernel goes on sending what a server had said */
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

/* A connection; it is late once it has got a successor. */
struct writers_line {
	struct writers_job *job;
	MYSQL mysql;
	bool late;
};

static void *writers_work(void *given);

static void writers_note(struct writers_desk *desk, const char *name, long long id,
			 const char *answered)
{
	struct timespec now;
	char line[200];
	int length;

	(void)pthread_mutex_lock(&desk->lock);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	length = snprintf(line, sizeof(line), "%lld %s %lld %s\n",
			  (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000, name, id, answered);
	if (write(desk->file, line, (size_t)length) != length)
		abort(); /* what is not noted would not be missed */
	(void)pthread_mutex_unlock(&desk->lock);
}

static void writers_spawn(struct writers_job *job)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, writers_work, job))
		abort();
	(void)pthread_detach(thread);
}

/* What the library waits for, or MYSQL_WAIT_TIMEOUT, which ends its call. */
static int writers_wait(struct writers_line *line, int wanted, int milliseconds)
{
	struct pollfd polled = {.fd = mysql_get_socket(&line->mysql)};

	polled.events = (short)((wanted & MYSQL_WAIT_READ ? POLLIN : 0) |
				(wanted & MYSQL_WAIT_WRITE ? POLLOUT : 0));
	if (poll(&polled, 1, milliseconds) <= 0)
		return MYSQL_WAIT_TIMEOUT;
	return wanted & (MYSQL_WAIT_READ | MYSQL_WAIT_WRITE);
}

/* An answer: whoever waits for it for too long makes room for a successor first. */
static int writers_await(struct writers_line *line, int wanted)
{
	struct pollfd polled = {.fd = mysql_get_socket(&line->mysql), .events = POLLIN};

	if (!line->late && !poll(&polled, 1, WRITERS_ANSWER_MS)) {
		line->late = true;
		writers_spawn(line->job);
	}
	return writers_wait(line, wanted, line->late ? WRITERS_LATE_MS : WRITERS_ANSWER_MS);
}

static bool writers_connect(struct writers_line *line)
{
	const struct writers_job *job = line->job;
	MYSQL *connected = NULL;
	int wanted;

	(void)mysql_init(&line->mysql);
	(void)mysql_options(&line->mysql, MYSQL_OPT_NONBLOCK, NULL);
	wanted = mysql_real_connect_start(&connected, &line->mysql, job->address, "app", "app",
					  "app", job->port, NULL, CLIENT_MULTI_STATEMENTS);
	while (wanted)
		wanted = mysql_real_connect_cont(&connected, &line->mysql,
						 writers_wait(line, wanted, WRITERS_CONNECT_MS));
	return connected;
}

/* The server's clock, in the second answer to a statement: the first one was a yes by then. */
static void writers_read_clock(struct writers_line *line, char answered[72])
{
	MYSQL_RES *result = NULL;
	MYSQL_ROW row;
	int error = 0, wanted = mysql_next_result_start(&error, &line->mysql);

	(void)snprintf(answered, 72, "0 -");
	while (wanted)
		wanted = mysql_next_result_cont(&error, &line->mysql, writers_await(line, wanted));
	if (error)
		return;
	wanted = mysql_store_result_start(&result, &line->mysql);
	while (wanted)
		wanted =
			mysql_store_result_cont(&result, &line->mysql, writers_await(line, wanted));
	row = result ? mysql_fetch_row(result) : NULL;
	if (row && row[0] && row[1])
		(void)snprintf(answered, 72, "%.24s %.44s", row[0], row[1]);
	mysql_free_result(result);
}

/* Until the server refuses, or is gone. */
static void writers_insert(struct writers_line *line)
{
	struct writers_desk *desk = line->job->desk;
	const char *name = line->job->name;
	char statement[200], answered[72];

	while (!line->late) {
		const long long id = atomic_fetch_add(&desk->next, 1);
		const int length =
			snprintf(statement, sizeof(statement),
				 "INSERT INTO t (id, node) VALUES (%lld, %s); "
				 "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS INTEGER), "
				 "@@last_gtid",
				 id, name + strcspn(name, "0123456789"));
		int error = 0, wanted = mysql_real_query_start(&error, &line->mysql, statement,
							       (unsigned long)length);

		while (wanted)
			wanted = mysql_real_query_cont(&error, &line->mysql,
						       writers_await(line, wanted));
		if (error)
			return;
		writers_read_clock(line, answered);
		writers_note(desk, name, id, answered);
		(void)poll(NULL, 0, desk->pause);
	}
}

static void *writers_work(void *given)
{
	struct writers_line line = {.job = given};

	while (!line.late) {
		if (writers_connect(&line))
			writers_insert(&line);
		mysql_close(&line.mysql);
		if (!line.late)
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

			if (!job || writers_read(job, *servers))
				return -EINVAL;
			job->desk = desk;
			writers_spawn(job);
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
