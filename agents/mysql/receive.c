// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/num.h"
#include "mysql/clone.h"
#include "mysql/dialect.h"
#include "mysql/porter.h"
#include "mysql/rows.h"
#include "mysql/sql.h"
#include "mysql/staging.h"
#include "mysql/worker.h"

#define RECEIVE_CONNECT_MS 5000
#define RECEIVE_AWAIT_MS 60000 /* for a donor to apply what the writer had */
#define RECEIVE_SPARE (64LL << 20)
#define RECEIVE_SPARE_PART 20 /* of the size: what recovery and estimates need beside */
#define RECEIVE_INFO_LIMIT 65536

struct receive {
	struct porter porter;
	struct staging staging;
	const struct config_node *donor;
	struct lineage lineage;	 /* of the donor, before its copy began, */
	struct gtid_set had;	 /* and its position then */
	struct gtid_set written; /* by the writer, after this node received nothing any more */
	long long counts[2];	 /* bytes that came, and that will */
};

/* The data must be in one directory, which another takes the place of. */
static int receive_check_places(struct receive *c)
{
	struct site *site = &c->porter.site;
	const size_t length = strlen(c->staging.datadir);
	AUTO_ROWS struct rows rows = ROWS_INIT;
	int r = sql_ask(site->sql, &site->deadline, site->fault, &rows,
			"SHOW GLOBAL VARIABLES WHERE Variable_name IN ('log_bin_basename', "
			"'relay_log_basename', 'innodb_data_home_dir', "
			"'innodb_log_group_home_dir', 'innodb_undo_directory')");

	for (size_t i = 0; !r && i < rows_count(&rows); i++) {
		const char *name = rows_get(&rows, i, "Variable_name");
		const char *value = rows_get(&rows, i, "Value");
		AUTO_FREE char *slash = NULL, *place = NULL;

		if (!value || *value != '/')
			continue;
		slash = strdup(value);
		if (slash && strstr(name, "basename") && strrchr(slash, '/'))
			*strrchr(slash, '/') = '\0';
		place = slash ? realpath(slash, NULL) : NULL;
		if (!place || strncmp(place, c->staging.datadir, length) != 0 ||
		    (place[length] && place[length] != '/'))
			r = fault_set(site->fault, FAULT_ARGS, -EXDEV,
				      "%s is %.80s: a full copy takes the place of datadir, and "
				      "nothing of the server may be elsewhere",
				      name, value);
	}
	return r;
}

/* What was acknowledged by now is at the writer, and this node acknowledges nothing any more. */
static int receive_see_writer(struct receive *c)
{
	struct site *site = &c->porter.site;
	AUTO_VIEW struct view theirs = {.lag = 0};
	const struct config_node *writer;
	int r = site_learn(site);

	writer = config_find_node(&site->nodes, site->ledger.writer);
	if (!r && (!writer || !strcmp(writer->name, site->self)))
		r = fault_set(site->fault, FAULT_GENERIC, -ENOENT,
			      "no other node is the writer: nobody says what a copy must have");
	if (!r)
		r = site_visit(site, writer, &site->deadline, &theirs);
	if (!r && theirs.read_only)
		r = fault_set(site->fault, FAULT_GENERIC, -EAGAIN, "%s is read-only now",
			      writer->name);
	return r ? r : gtid_unite(&c->written, &theirs.executed);
}

static int receive_prepare(struct receive *c)
{
	struct site *site = &c->porter.site;
	int r = staging_init(&c->staging, c->porter.config, site->fault);

	if (!r)
		r = porter_meet_own(&c->porter);
	if (!r && (!site->view.read_only || site->view.receiving || site->view.connecting))
		r = fault_set(site->fault, FAULT_GENERIC, -ECANCELED,
			      "this server follows another one: no copy is needed");
	if (!r)
		r = receive_check_places(c);
	c->written = GTID_SET_INIT(site->dialect ? site->dialect->gtid : GTID_MARIADB);
	return r ? r : receive_see_writer(c);
}

static int receive_connect(const struct config_node *node, int port)
{
	const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	struct pollfd polled = {.events = POLLOUT};
	socklen_t size = sizeof(int);
	char service[16];
	int error = 0;

	(void)snprintf(service, sizeof(service), "%d", port);
	if (getaddrinfo(node->address, service, &wanted, &found))
		return -EHOSTUNREACH;
	polled.fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (polled.fd >= 0 && connect(polled.fd, found->ai_addr, found->ai_addrlen) < 0 &&
	    errno != EINPROGRESS)
		error = errno;
	freeaddrinfo(found);
	if (!error && poll(&polled, 1, RECEIVE_CONNECT_MS) == 0)
		error = ETIMEDOUT;
	if (!error && getsockopt(polled.fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		error = errno;
	if (!error && fcntl(polled.fd, F_SETFL, 0) < 0)
		error = errno;
	if (error && polled.fd >= 0)
		(void)close(polled.fd);
	return error ? -error : polled.fd;
}

/* Whether the node has all that the writer had. */
static int receive_ask_donor(struct receive *c, const struct config_node *node)
{
	struct site *site = &c->porter.site;
	const struct deadline wait = deadline_in(RECEIVE_AWAIT_MS);
	const bool writer = !strcmp(node->name, site->ledger.writer);
	AUTO_VIEW struct view view = {.lag = 0};
	int r = writer ? 0 : site_await(site, node, &c->written, &wait);

	if (!r)
		r = site_visit(site, node, &site->deadline, &view);
	if (!r && !writer && (!view.receiving || !view.applying || view.conflict))
		r = fault_set(site->fault, FAULT_GENERIC, -EAGAIN, "%s does not replicate",
			      node->name);
	if (r)
		return r;
	lineage_release(&c->lineage);
	gtid_release(&c->had);
	c->lineage = view.lineage;
	c->had = view.executed;
	view.lineage = LINEAGE_INIT;
	view.executed = GTID_SET_INIT(c->had.flavour);
	return 0;
}

/*
 * A socket to the node whose copy it will be: a replica's; the writer's where there is none. 0 for CLONE,
 * whose servers connect by themselves.
 */
static int receive_find_donor(struct receive *c)
{
	struct site *site = &c->porter.site;

	for (int writer = 0; writer < 2; writer++) {
		for (size_t i = 0; i < site->nodes.count; i++) {
			const struct config_node *node = &site->nodes.nodes[i];
			int fd;

			if (!strcmp(node->name, site->self) ||
			    (strcmp(node->name, site->ledger.writer) ? 0 : 1) != writer)
				continue;
			site->deadline = deadline_in(RECEIVE_AWAIT_MS);
			fd = receive_ask_donor(c, node);
			if (!fd && c->porter.config->resync == RESYNC_BACKUP)
				fd = receive_connect(node, c->porter.config->resync_port);
			if (fd >= 0) {
				c->donor = node;
				return fd;
			}
			if (!site->fault->kind)
				(void)fault_set(site->fault, FAULT_GENERIC, fd, "%s, port %d: %s",
						node->name, c->porter.config->resync_port,
						strerror(-fd));
			log_line(&c->porter.call.log, LOG_INFO, "no copy from there: %s",
				 site->fault->reason);
			if (!writer)
				*site->fault = FAULT_INIT;
		}
	}
	return -ENOENT;
}

/* From here on nothing needs root: what comes is unpacked by the one whose data it will be. */
static int receive_drop(struct receive *c)
{
	const struct passwd *user = getpwnam(c->porter.config->user);

	if (geteuid() != 0)
		return 0;
	if (!user || initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 ||
	    setuid(user->pw_uid) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return fault_set(&c->porter.call.fault, FAULT_PERM, -EPERM, "user: can't become %s",
				 c->porter.config->user);
	return 0;
}

static int receive_check_room(struct receive *c, const char *text)
{
	const long long room = staging_room(&c->staging);
	long long needed;

	if (num_parse(text, 0, LLONG_MAX / 2, &c->counts[1]))
		return -EPROTO;
	needed = c->counts[1] + c->counts[1] / RECEIVE_SPARE_PART + RECEIVE_SPARE;
	if (room >= needed)
		return 0;
	return fault_set(&c->porter.call.fault, FAULT_GENERIC, -ENOSPC,
			 "a copy needs %lld MB beside %s, and %lld MB are free", needed >> 20,
			 c->staging.datadir, room >> 20);
}

/* Whole, or what the program that reads it says. */
static int receive_put(struct worker *unpack, const char *bytes, size_t length, struct fault *fault)
{
	for (size_t sent = 0; sent < length;) {
		ssize_t n = write(unpack->input, bytes + sent, length - sent);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			const int error = errno;

			return worker_finish(unpack, fault) ?
				       -EIO :
				       fault_set(fault, FAULT_GENERIC, -error, "%s: %s",
						 unpack->name, strerror(error));
		}
		sent += (size_t)n;
	}
	return 0;
}

/* One piece: 0, 1 at the end of a whole stream, or -errno with the fault set. */
static int receive_piece(struct receive *c, struct tunnel *tunnel, struct worker *unpack)
{
	struct fault *fault = &c->porter.call.fault;
	char piece[TUNNEL_PIECE_MAX + 1];
	enum tunnel_kind kind;
	size_t length;
	int r = tunnel_receive(tunnel, &kind, piece, &length, fault);

	if (r)
		return r;
	switch (kind) {
	case TUNNEL_SIZE:
		return receive_check_room(c, piece);
	case TUNNEL_BYTES:
		c->counts[0] += (long long)length;
		porter_tell(&c->porter, false, c->donor->name, "receive", c->counts);
		return receive_put(unpack, piece, length, fault);
	case TUNNEL_END:
		porter_tell(&c->porter, true, c->donor->name, "receive", c->counts);
		return 1;
	case TUNNEL_FAILED:
		return fault_set(fault, FAULT_GENERIC, -EREMOTEIO, "%s: %s", c->donor->name, piece);
	case TUNNEL_WAIT:
		porter_tell(&c->porter, false, c->donor->name, "receive", c->counts);
		return 0;
	case TUNNEL_ASK:
		break;
	}
	return fault_set(fault, FAULT_GENERIC, -EPROTO, "%s says what is not understood",
			 c->donor->name);
}

static int receive_stream(struct receive *c, int fd)
{
	const char *const argv[] = {PORTER_UNPACK, "-x", "-C", c->staging.data, NULL};
	AUTO_TUNNEL struct tunnel *tunnel = NULL;
	AUTO_WORKER struct worker unpack = WORKER_INIT;
	struct fault *fault = &c->porter.call.fault;
	char wish[300];
	int r = tunnel_open(fd, false, c->porter.site.password, PORTER_SILENCE_MS, fault, &tunnel);

	(void)snprintf(wish, sizeof(wish), "backup %.*s %s",
		       (int)strcspn(c->porter.call.instance, ":"), c->porter.call.instance,
		       c->porter.site.self);
	if (!r)
		r = worker_start(&unpack, argv, WORKER_READS, fault);
	if (!r)
		r = tunnel_send(tunnel, TUNNEL_ASK, wish, strlen(wish), fault);
	while (!r)
		r = receive_piece(c, tunnel, &unpack);
	if (r < 0)
		return r;
	return worker_finish(&unpack, fault);
}

static int receive_recover(struct receive *c)
{
	AUTO_BUF struct buf target = BUF_INIT;
	AUTO_WORKER struct worker prepare = WORKER_INIT;
	int r;

	buf_addf(&target, "--target-dir=%s", c->staging.data);
	if (buf_error(&target))
		return -ENOMEM;
	porter_tell(&c->porter, true, c->donor->name, "prepare", c->counts);
	{
		const char *const argv[] = {PORTER_BACKUP, "--no-defaults", "--prepare",
					    target.data, NULL};

		r = worker_start(&prepare, argv, WORKER_NONE, &c->porter.call.fault);
	}
	return r ? r : worker_finish(&prepare, &c->porter.call.fault);
}

/* "FILE POSITION GTID", by tabs. */
static int receive_read_position(struct receive *c, struct buf *text)
{
	static const char *const names[] = {"mariadb_backup_binlog_info", "xtrabackup_binlog_info"};
	AUTO_GTID struct gtid_set set = GTID_SET_INIT(GTID_MARIADB);
	char path[STAGING_PATH + 64];
	char *gtid = NULL;
	int r = -ENOENT;

	for (size_t i = 0; r == -ENOENT && i < ARRAY_SIZE(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", c->staging.data, names[i]);
		r = file_read(path, RECEIVE_INFO_LIMIT, text);
	}
	gtid = r ? NULL : strchr(text->data, '\t');
	gtid = gtid ? strchr(gtid + 1, '\t') : NULL;
	if (!gtid)
		return fault_set(&c->porter.call.fault, FAULT_GENERIC, -EINVAL,
				 "the copy does not say what it has: %s", path);
	gtid++;
	gtid[strcspn(gtid, "\n")] = '\0';
	if (gtid_parse(&set, gtid) || gtid_unite(&set, &c->had) || !gtid_covers(&set, &c->written))
		return fault_set(&c->porter.call.fault, FAULT_GENERIC, -EINVAL,
				 "the copy's position %.80s is not all that the writer had", gtid);
	buf_clear(text);
	gtid_print(&set, text);
	return buf_error(text);
}

static int receive_finish(struct receive *c)
{
	struct site *site = &c->porter.site;
	const struct vote_state state = {.ledger = site->ledger, .state = MACHINE_FOLLOWING};
	AUTO_RECORD struct record copied = RECORD_INIT;
	AUTO_BUF struct buf position = BUF_INIT, lineage = BUF_INIT;
	char path[STAGING_PATH + 64];
	int r = 0;

	if (c->porter.config->resync == RESYNC_BACKUP) {
		r = receive_read_position(c, &position);
		if (r)
			return r;
		r = lineage_add(&c->lineage, position.data);
	}
	lineage_print_shared(&c->lineage, &c->lineage, &lineage);
	(void)snprintf(path, sizeof(path), "%s/" SITE_STATE, c->staging.data);
	if (!r)
		r = vote_save_state(&state, path);
	if (!r)
		r = record_set(&copied, "from", c->donor->name);
	if (!r)
		r = record_set(&copied, "position", position.data);
	if (!r)
		r = record_set(&copied, "lineage", lineage.data);
	return r ? fault_set(site->fault, FAULT_GENERIC, r, "%s: %s", path, strerror(-r)) :
		   staging_finish(&c->staging, &copied, site->fault);
}

static int receive_backup(struct receive *c, int fd)
{
	int r = receive_drop(c);

	if (!r)
		r = receive_stream(c, fd);
	return r ? r : receive_recover(c);
}

static int receive_clone(struct receive *c)
{
	if (rmdir(c->staging.data) < 0) /* the server makes it */
		return fault_set(c->porter.site.fault, FAULT_GENERIC, -errno, "%s: %s",
				 c->staging.data, strerror(errno));
	return clone_into(&c->porter, c->donor, c->staging.data);
}

static int receive_all(struct receive *c)
{
	const bool backup = c->porter.config->resync == RESYNC_BACKUP;
	AUTO_CLOSE int fd = -1;
	int r = receive_prepare(c), found;

	if (r)
		return r;
	if (staging_is_complete(&c->staging))
		return 0;
	if (backup != (c->porter.site.dialect->gtid == GTID_MARIADB))
		return fault_set(c->porter.site.fault, FAULT_ARGS, -EINVAL,
				 "resync must be backup for MariaDB, clone for MySQL");
	found = receive_find_donor(c);
	if (found < 0)
		return found;
	fd = backup ? found : -1;
	r = staging_begin(&c->staging, c->porter.site.fault);
	if (!r)
		r = backup ? receive_backup(c, fd) : receive_clone(c);
	return r ? r : receive_finish(c);
}

int receive_run(void)
{
	struct receive *c = calloc(1, sizeof(*c));
	int r = c ? porter_open(&c->porter) : -ENOMEM;

	if (!c)
		return EXIT_FAILURE;
	if (!r)
		r = receive_all(c);
	if (r && *c->staging.root)
		staging_discard(&c->staging);
	lineage_release(&c->lineage);
	gtid_release(&c->written);
	gtid_release(&c->had);
	r = porter_end(&c->porter, r);
	free(c);
	return r;
}
