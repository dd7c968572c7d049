// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/errant.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "host/spawn.h"
#include "mysql/dialect.h"
#include "mysql/relay.h"
#include "mysql/rows.h"
#include "mysql/site.h"
#include "mysql/sql.h"
#include "ocf/call.h"

#define ERRANT_READER "/usr/bin/mariadb-binlog"
#define ERRANT_CLIENT "/usr/bin/mariadb"
#define ERRANT_INDEX "quorate.binlog" /* where the index of the binary log is */
#define ERRANT_INDEX_LIMIT (1U << 20)
#define ERRANT_ARGUMENTS 64
#define ERRANT_NAMES 99 /* in one second */

static int errant_no_memory(struct site *site)
{
	(void)fault_set(site->fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	return -ENOMEM;
}

/* A new file of ours in the data directory. */
static int errant_create(struct site *site, const char *suffix, char **ret_path)
{
	const time_t now = time(NULL);
	char moment[32];
	struct tm tm;
	int fd = -1;

	(void)strftime(moment, sizeof(moment), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
	for (int n = 1; fd < 0 && n <= ERRANT_NAMES; n++) {
		free(*ret_path);
		if (asprintf(ret_path, "%s/quorate.errant-%s-%d.%s", site->config->datadir, moment,
			     n, suffix) < 0) {
			*ret_path = NULL;
			return errant_no_memory(site);
		}
		fd = open(*ret_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0)
		return fault_set(site->fault, FAULT_GENERIC, -errno, "%s: %s", *ret_path,
				 strerror(errno));
	(void)close(fd);
	return 0;
}

static int errant_sync(struct site *site, const char *path)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return fault_set(site->fault, FAULT_GENERIC, -errno, "%s: %s", path,
				 strerror(errno));
	return 0;
}

static int errant_run(struct site *site, const char *const argv[])
{
	AUTO_BUF struct buf output = BUF_INIT;
	int status = 0, r;

	call_hide_secrets(site->call);
	r = spawn_run(argv, &site->deadline, &output, &status);
	if (r)
		return fault_set(site->fault, r == -ETIMEDOUT ? FAULT_TIMEOUT : FAULT_GENERIC, r,
				 "%s: %s", argv[0], strerror(-r));
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return fault_set(site->fault, FAULT_GENERIC, -EIO, "%s: %.160s", argv[0],
				 output.length ? output.data : "it was killed");
	return 0;
}

/* The reader's command line: its own words, then the files from the tail's first one on. */
struct errant_command {
	const char *argv[ERRANT_ARGUMENTS + 1];
	char *files[ERRANT_ARGUMENTS];
	size_t count, owned;
};

static void errant_release(struct errant_command *command)
{
	while (command->owned)
		free(command->files[--command->owned]);
}

static int errant_add_files(struct site *site, struct errant_command *command, const char *index,
			    const char *first)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r = file_read(index, ERRANT_INDEX_LIMIT, &text);
	char *rest = text.data, *line;
	bool found = false;

	if (r)
		return fault_set(site->fault, FAULT_GENERIC, r, "%s: %s", index, strerror(-r));
	while ((line = strsep(&rest, "\n"))) {
		found |= !strcmp(line, first);
		if (!found || !*line)
			continue;
		if (command->count == ERRANT_ARGUMENTS)
			return fault_set(site->fault, FAULT_GENERIC, -E2BIG,
					 "what only this server has goes over too many files");
		command->files[command->owned] = relay_path(index, line);
		if (!command->files[command->owned])
			return errant_no_memory(site);
		command->argv[command->count++] = command->files[command->owned++];
	}
	return 0;
}

/* how is what the reader is told beside; NULL: nothing. */
static int errant_read(struct site *site, const char *index, const struct relay *tail,
		       const char *how, const char *path)
{
	CLEANUP(errant_release) struct errant_command command = {.count = 0};
	AUTO_BUF struct buf start = BUF_INIT, result = BUF_INIT;
	int r;

	buf_addf(&start, "--start-position=%" PRIu64, tail->position);
	buf_addf(&result, "--result-file=%s", path);
	if (buf_error(&start) || buf_error(&result))
		return errant_no_memory(site);
	command.argv[command.count++] = ERRANT_READER;
	command.argv[command.count++] = "--no-defaults";
	command.argv[command.count++] = how;
	command.argv[command.count++] = start.data;
	command.argv[command.count++] = result.data;
	r = errant_add_files(site, &command, index, tail->file);
	return r ? r : errant_run(site, command.argv);
}

static int errant_save(struct site *site, const char *index, const struct relay *tail,
		       char **ret_path)
{
	int r = errant_create(site, "sql", ret_path);

	if (!r) /* with the rows as comments, for people */
		r = errant_read(site, index, tail, "--verbose", *ret_path);
	if (!r)
		r = errant_sync(site, *ret_path);
	if (!r)
		log_line(&site->call->log, LOG_WARNING,
			 "%" PRIu64 " transactions that only this server has, %s to %s, are kept "
			 "in %s",
			 tail->count, tail->from, tail->to, *ret_path);
	return r;
}

static char *errant_note(const struct site *site)
{
	char *path = NULL;

	return asprintf(&path, "%s/" ERRANT_INDEX, site->config->datadir) < 0 ? NULL : path;
}

int errant_prepare(struct site *site)
{
	AUTO_ROWS struct rows rows = ROWS_INIT;
	AUTO_BUF struct buf kept = BUF_INIT;
	AUTO_FREE char *note = NULL;
	const char *index;
	int r;

	if (site->dialect->gtid != GTID_MARIADB)
		return 0;
	r = sql_ask(site->sql, &site->deadline, site->fault, &rows,
		    "SELECT @@global.log_bin_index AS path");
	index = rows_get(&rows, 0, "path");
	if (r || !index)
		return r;
	note = errant_note(site);
	if (note && !file_read(note, PATH_MAX, &kept) && !strcmp(kept.data, index))
		return 0;
	r = note ? file_replace(note, index, strlen(index)) : -ENOMEM;
	return r ? fault_set(site->fault, FAULT_GENERIC, r, "%s: %s", note ? note : ERRANT_INDEX,
			     strerror(-r)) :
		   0;
}

/* The last file of the index, byte by byte. */
static int errant_copy(struct site *site, const char *index)
{
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_FREE char *from = NULL, *path = NULL;
	AUTO_CLOSE int in = -1, out = -1;
	ssize_t n = 1;
	int r = file_read(index, ERRANT_INDEX_LIMIT, &text);
	char *last;

	if (r)
		return fault_set(site->fault, FAULT_GENERIC, r, "%s: %s", index, strerror(-r));
	while (text.length && text.data[text.length - 1] == '\n')
		text.data[--text.length] = '\0';
	last = strrchr(text.data, '\n');
	from = relay_path(index, last ? last + 1 : text.data);
	r = errant_create(site, "binlog", &path);
	if (r)
		return r;
	in = from ? open(from, O_RDONLY | O_CLOEXEC) : -1;
	out = open(path, O_WRONLY | O_CLOEXEC);
	while (in >= 0 && out >= 0 && n > 0)
		n = copy_file_range(in, NULL, out, NULL, 1U << 20, 0);
	if (in < 0 || out < 0 || n < 0 || fsync(out) < 0)
		return fault_set(site->fault, FAULT_GENERIC, -errno, "%s: %s", path,
				 strerror(errno));
	log_line(&site->call->log, LOG_WARNING,
		 "nobody says what the others have: the end of the binary log is kept in %s", path);
	return 0;
}

int errant_keep(struct site *site, const struct lineage *theirs)
{
	AUTO_RELAY struct relay tail = {.undrained = false};
	AUTO_FREE char *note = errant_note(site), *path = NULL;
	AUTO_BUF struct buf index = BUF_INIT;
	int r = note ? file_read(note, PATH_MAX, &index) : -ENOMEM;

	if (r == -ENOENT) /* never a writer */
		return 0;
	if (r)
		return fault_set(site->fault, FAULT_GENERIC, r, "%s: %s", note ? note : "",
				 strerror(-r));
	if (!theirs->count)
		return errant_copy(site, index.data);
	r = relay_read_tail(&tail, index.data, theirs, site->fault);
	return r || !tail.undrained ? r : errant_save(site, index.data, &tail, &path);
}

/* The undoing statements run without leaving a trace in the binary log. */
static int errant_undo(struct site *site, const char *index, const struct relay *tail)
{
	const struct mysql_config *c = site->config;
	AUTO_FREE char *path = NULL;
	AUTO_BUF struct buf login = BUF_INIT, socket = BUF_INIT, source = BUF_INIT;
	int r = errant_create(site, "undo", &path);

	if (!r)
		r = errant_read(site, index, tail, "--flashback", path);
	buf_addf(&login, c->sql_option_file ? "--defaults-file=%s" : "--no-defaults",
		 c->sql_option_file);
	buf_addf(&socket, "--socket=%s", c->socket);
	buf_addf(&source, "--execute=source %s", path ? path : "");
	if (!r && (buf_error(&login) || buf_error(&socket) || buf_error(&source)))
		r = errant_no_memory(site);
	if (!r) {
		const char *const argv[] = {ERRANT_CLIENT, login.data,
					    socket.data,   "--init-command=SET sql_log_bin=0",
					    source.data,   c->sql_option_file ? NULL : "--user",
					    c->sql_user,   NULL};

		r = errant_run(site, argv);
	}
	if (path)
		(void)unlink(path);
	return r;
}

/* The server's history ends at the common point from here on. */
static int errant_forget(struct site *site, const struct view *writer,
			 const struct gtid_set *common)
{
	AUTO_BUF struct buf state = BUF_INIT, position = BUF_INIT, a = BUF_INIT, b = BUF_INIT;
	int r;

	lineage_print_shared(&site->view.lineage, &writer->lineage, &state);
	gtid_print(common, &position);
	sql_quote(&a, state.data);
	sql_quote(&b, position.data);
	r = buf_error(&a) || buf_error(&b) ? errant_no_memory(site) : 0;
	if (!r)
		r = site_do(site, "RESET MASTER");
	if (!r)
		r = site_do(site, "SET GLOBAL gtid_binlog_state=%s", a.data);
	return r ? r : site_do(site, "SET GLOBAL gtid_slave_pos=%s", b.data);
}

static int errant_refuse(struct site *site, const char *why)
{
	return fault_set(site->fault, FAULT_GENERIC, -ESTALE,
			 "what this server has alone can't be taken back: %s", why);
}

int errant_take_back(struct site *site, const struct view *writer)
{
	AUTO_GTID struct gtid_set common = GTID_SET_INIT(GTID_MARIADB);
	AUTO_RELAY struct relay tail = {.undrained = false};
	AUTO_ROWS struct rows rows = ROWS_INIT;
	AUTO_FREE char *path = NULL;
	const char *index, *image;
	int r;

	if (site->dialect->gtid != GTID_MARIADB)
		return errant_refuse(site, "MySQL has no flashback");
	if (lineage_common(&site->view.lineage, &writer->lineage, &common))
		return errant_refuse(site, "the writer's binary logs don't go back far enough");
	r = sql_ask(site->sql, &site->deadline, site->fault, &rows,
		    "SELECT @@global.log_bin_index AS path, @@global.binlog_row_image AS image");
	index = rows_get(&rows, 0, "path");
	image = rows_get(&rows, 0, "image");
	if (!r && (!index || !image || strcasecmp(image, "FULL") != 0))
		r = errant_refuse(site, "binlog_row_image is not FULL");
	if (!r)
		r = relay_read_tail(&tail, index, &writer->lineage, site->fault);
	if (!r && !tail.undrained)
		r = errant_refuse(site, "it is not in the binary log any more");
	if (!r)
		r = errant_save(site, index, &tail, &path);
	if (!r && tail.statements)
		r = errant_refuse(site, "it is more than changes of rows");
	if (!r)
		r = errant_undo(site, index, &tail);
	if (!r)
		r = errant_forget(site, writer, &common);
	if (!r)
		log_line(&site->call->log, LOG_WARNING, "they are taken back here");
	return r ? r : site_look(site);
}
